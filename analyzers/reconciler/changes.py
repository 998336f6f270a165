"""What a record changed: the vocabulary between the reconciler, the rules and the timelines.

Each change carries the moment and the connection; a record yields none, one or several. Deltas yield none: they only
count.
"""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from rtlog.analyzers.moment import Moment
    from rtlog.analyzers.reconciler.connection import Connection
    from rtlog.analyzers.reconciler.life import ItemLife, Push, Request, ResponseLife
    from rtlog.recordings.record import Item, RateLimit

AnchorFault = Literal["deleted", "rejected", "never seen", "older connection"]
"""Why a predecessor is not in the conversation."""


class Change(Struct, frozen=True, eq=False):
    """Something happened."""

    at: "Moment"
    conn: "Connection"


class ConnectionClosed(Change, frozen=True, eq=False):
    """The socket closed; `by` is `client`, `server`, or empty."""

    by: str
    code: int | None
    reason: str = ""


class SessionConfigured(Change, frozen=True, eq=False):
    """`session.created` or `session.updated` told the session's settings."""


class RequestSent(Change, frozen=True, eq=False):
    """The client sent an event that expects an answer."""

    request: "Request"


class ItemCreateSent(Change, frozen=True, eq=False):
    """`conversation.item.create`; `was_live`: the server held the id already, `was_gone`: it had held it once."""

    item: "ItemLife"
    request: "Request"
    was_live: bool
    was_gone: bool
    replaces: bool
    """Its delete is still unanswered: an update in one batch, not a ghost."""
    told: "Item"
    """The item as the client sent it."""


class ItemDeleteSent(Change, frozen=True, eq=False):
    """`conversation.item.delete` of an item the server holds; `newest`: it stood at the tail."""

    item: "ItemLife"
    request: "Request"
    newest: bool


class ItemTruncateSent(Change, frozen=True, eq=False):
    """`conversation.item.truncate`."""

    request: "Request"
    item: "ItemLife | None"
    end_ms: float | None
    """`audio_end_ms`; `None` where it is null, missing, negative or no whole number."""


class ItemTruncated(Change, frozen=True, eq=False):
    """`conversation.item.truncated`; without a request the server did it by itself (WebRTC, SIP)."""

    item: "ItemLife | None"
    request: "Request | None"


class WordsGone(Change, frozen=True, eq=False):
    """An event shows an item without the words that it had."""

    item: "ItemLife"


class ItemAdded(Change, frozen=True, eq=False):
    """`conversation.item.added`; `anchor` is the predecessor it names, `fault` why the conversation lacks that one."""

    item: "ItemLife"
    anchor: str | None
    fault: AnchorFault | None
    mirror_kept: bool
    """Whether a strict mirror could insert it."""
    request: "Request | None"
    unanchored: bool = False
    """Its predecessor is an explicit null although the conversation was not empty and nobody asked for the head."""


class ItemDone(Change, frozen=True, eq=False):
    """`conversation.item.done`, or its dialect's equivalent."""

    item: "ItemLife"


class ItemDeleted(Change, frozen=True, eq=False):
    """`conversation.item.deleted`; without a request the server did it by itself."""

    item: "ItemLife"
    request: "Request | None"


class ContentKnown(Change, frozen=True, eq=False):
    """An item's text is known: a finished content part, a transcript, a client's own text."""

    item: "ItemLife"


class CallFinished(Change, frozen=True, eq=False):
    """A function call's arguments are complete."""

    item: "ItemLife"


class ToolOutputSent(Change, frozen=True, eq=False):
    """The client created a `function_call_output`; `call` is the item of its call, where the conversation has one."""

    item: "ItemLife"
    request: "Request"
    call: "ItemLife | None"
    call_live: bool


class RequestAnswered(Change, frozen=True, eq=False):
    """A request was acknowledged or rejected (`request.outcome`)."""

    request: "Request"


class ErrorReceived(Change, frozen=True, eq=False):
    """An `error` event; `request` where it could be tied to one."""

    code: str
    message: str
    request: "Request | None"
    param: str = ""
    event_id: str | None = None
    """The client event that it says it answers."""


class ResponseCreateSent(Change, frozen=True, eq=False):
    """`response.create`; `request.active_when_sent` lists what was active."""

    request: "Request"


class ResponseCancelSent(Change, frozen=True, eq=False):
    """`response.cancel`; the counts are what was in flight when it was sent, out-of-band responses included."""

    request: "Request"
    active: tuple[str, ...]
    awaited: int


class ResponseCreated(Change, frozen=True, eq=False):
    """`response.created`, tied to its request where it has one."""

    response: "ResponseLife"


class ResponseDone(Change, frozen=True, eq=False):
    """`response.done`."""

    response: "ResponseLife"


class SpeechStarted(Change, frozen=True, eq=False):
    """`input_audio_buffer.speech_started`; `interrupts` unless `interrupt_response` is false."""

    item: "ItemLife | None"
    interrupts: bool


class Transcribed(Change, frozen=True, eq=False):
    """`input_audio_transcription.completed`, or `.failed` (`text` is `None`)."""

    item: "ItemLife"
    text: str | None
    content_index: int


class IdleTimeout(Change, frozen=True, eq=False):
    """`input_audio_buffer.timeout_triggered`: nobody spoke, and the server made a turn of it."""

    item: "ItemLife | None"


class SpeechStopped(Change, frozen=True, eq=False):
    """`input_audio_buffer.speech_stopped`."""

    item: "ItemLife | None"


class AudioCommitted(Change, frozen=True, eq=False):
    """`input_audio_buffer.committed`: a user turn; its item is announced, not yet added."""

    item: "ItemLife | None"
    request: "Request | None" = None
    """The client's commit; without one turn detection made it."""


class LocalChanged(Change, frozen=True, eq=False):
    """A `local.*` event; `item` and `push` where it names one."""

    item: "ItemLife | None"
    push: "Push | None"
    detail: str
    response_id: str | None = None
    empty: bool | None = None
    ms: float | None = None
    """How much of the item was played, for `local.playback_*`."""


class PlaceholderSkipped(Change, frozen=True, eq=False):
    """The simulated client placed no placeholder for *item*: its predecessor is not the tail of the context."""

    item: "ItemLife"


class StrayItemEvent(Change, frozen=True, eq=False):
    """An event names an item that nothing has announced; told once an item."""

    item_id: str


class StrayResponseDone(Change, frozen=True, eq=False):
    """`response.done` of a response whose `response.created` was never seen."""

    response_id: str


class RateLimitsUpdated(Change, frozen=True, eq=False):
    """`rate_limits.updated`: what is left until the limit."""

    limits: "tuple[RateLimit, ...]"
