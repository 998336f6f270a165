"""What a record changed: the vocabulary between the reconciler, the rules and the timelines.

Each change carries the moment and the connection; a record yields none, one or several. Deltas yield none: they only
count.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rtlog.analyzers.moment import Moment
    from rtlog.analyzers.reconciler.connection import Connection
    from rtlog.analyzers.reconciler.life import ItemLife, Push, Request, ResponseLife

AnchorFault = Literal["deleted", "rejected", "never seen", "older connection"]
"""Why a predecessor is not in the conversation."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened."""

    at: "Moment"
    conn: "Connection"


@dataclass(frozen=True, slots=True)
class ConnectionClosed(Change):
    """The socket closed; `by` is `client`, `server`, or empty."""

    by: str
    code: int | None


@dataclass(frozen=True, slots=True)
class SessionConfigured(Change):
    """`session.created` or `session.updated` told the session's settings."""


@dataclass(frozen=True, slots=True)
class RequestSent(Change):
    """The client sent an event that expects an answer."""

    request: "Request"


@dataclass(frozen=True, slots=True)
class ItemCreateSent(Change):
    """`conversation.item.create`; `was_live`: the server held the id already, `was_gone`: it had held it once."""

    item: "ItemLife"
    request: "Request"
    was_live: bool
    was_gone: bool
    replaces: bool
    """Its delete is still unanswered: an update in one batch, not a ghost."""


@dataclass(frozen=True, slots=True)
class ItemDeleteSent(Change):
    """`conversation.item.delete` of an item the server holds; `newest`: it stood at the tail."""

    item: "ItemLife"
    request: "Request"
    newest: bool


@dataclass(frozen=True, slots=True)
class ItemTruncateSent(Change):
    """`conversation.item.truncate`."""

    request: "Request"
    item: "ItemLife | None"


@dataclass(frozen=True, slots=True)
class ItemAdded(Change):
    """`conversation.item.added`; `anchor` is the predecessor it names, `fault` why the conversation lacks that one."""

    item: "ItemLife"
    anchor: str | None
    fault: AnchorFault | None
    mirror_kept: bool
    """Whether a strict mirror could insert it."""
    request: "Request | None"


@dataclass(frozen=True, slots=True)
class ItemDone(Change):
    """`conversation.item.done`, or its dialect's equivalent."""

    item: "ItemLife"


@dataclass(frozen=True, slots=True)
class ItemDeleted(Change):
    """`conversation.item.deleted`; without a request the server did it by itself."""

    item: "ItemLife"
    request: "Request | None"


@dataclass(frozen=True, slots=True)
class ContentKnown(Change):
    """An item's text is known: a finished content part, a transcript, a client's own text."""

    item: "ItemLife"


@dataclass(frozen=True, slots=True)
class CallFinished(Change):
    """A function call's arguments are complete."""

    item: "ItemLife"


@dataclass(frozen=True, slots=True)
class ToolOutputSent(Change):
    """The client created a `function_call_output`; `call` is the item of its call, where the conversation has one."""

    item: "ItemLife"
    request: "Request"
    call: "ItemLife | None"
    call_live: bool


@dataclass(frozen=True, slots=True)
class RequestAnswered(Change):
    """A request was acknowledged or rejected (`request.outcome`)."""

    request: "Request"


@dataclass(frozen=True, slots=True)
class ErrorReceived(Change):
    """An `error` event; `request` where it could be tied to one."""

    code: str
    message: str
    request: "Request | None"


@dataclass(frozen=True, slots=True)
class ResponseCreateSent(Change):
    """`response.create`; `request.active_when_sent` lists what was active."""

    request: "Request"


@dataclass(frozen=True, slots=True)
class ResponseCancelSent(Change):
    """`response.cancel`; the counts are what was in flight when it was sent, out-of-band responses included."""

    request: "Request"
    active: tuple[str, ...]
    awaited: int


@dataclass(frozen=True, slots=True)
class ResponseCreated(Change):
    """`response.created`, tied to its request where it has one."""

    response: "ResponseLife"


@dataclass(frozen=True, slots=True)
class ResponseDone(Change):
    """`response.done`."""

    response: "ResponseLife"


@dataclass(frozen=True, slots=True)
class SpeechStarted(Change):
    """`input_audio_buffer.speech_started`; `interrupts` unless `interrupt_response` is false."""

    item: "ItemLife | None"
    interrupts: bool


@dataclass(frozen=True, slots=True)
class SpeechStopped(Change):
    """`input_audio_buffer.speech_stopped`."""

    item: "ItemLife | None"


@dataclass(frozen=True, slots=True)
class AudioCommitted(Change):
    """`input_audio_buffer.committed`: a user turn; its item is announced, not yet added."""

    item: "ItemLife | None"


@dataclass(frozen=True, slots=True)
class LocalChanged(Change):
    """A `local.*` event; `item` and `push` where it names one."""

    item: "ItemLife | None"
    push: "Push | None"
    detail: str
