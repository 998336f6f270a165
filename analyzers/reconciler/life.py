"""The lives that the reconciler keeps: items, responses, requests, pushes. Facts and moments, never payloads.

msgspec Structs rather than dataclasses: a life has many fields, and making one is what an added item costs most.
"""

from typing import Literal

from msgspec import Struct

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.states import (
    IN_CONVERSATION,
    ITEM_TRANSITIONS,
    LOCAL_TRANSITIONS,
    ItemState,
    LocalMove,
    LocalState,
    Move,
    ResponseState,
    Situation,
    situation,
)

TEXT_LIMIT = 4096
"""Characters of text, arguments or output kept of an item: enough to compare, bounded against hostile sizes."""

Origin = Literal["client", "server", "input_audio"]


class Request(Struct, eq=False):
    """A client event that expects an answer, and what became of it."""

    type: str
    sent: Moment
    conn: int
    event_id: str | None = None
    item_id: str | None = None
    call_id: str | None = None
    previous_item_id: str | None = None
    response_id: str | None = None
    metadata: dict[str, str] | None = None
    out_of_band: bool = False
    writes: bool = False
    """For `response.create`: it asks for text alone."""
    outcome: Literal["pending", "acknowledged", "rejected"] = "pending"
    answered: Moment | None = None
    error_code: str = ""
    error_message: str = ""
    answered_by_id: bool = True
    """False where the answer carried no id and was matched by order."""
    active_when_sent: tuple[str, ...] = ()
    """Default-conversation responses that were active when it was sent."""
    push: "Push | None" = None
    configures: frozenset[str] = frozenset()
    """For `session.update`: what it changes of instructions, tools, voice and output."""
    cancelled: Moment | None = None
    """For `response.create`: the first `response.cancel` without id sent before its `response.created`."""
    timed_out: Moment | None = None
    """For `response.create`: when the caller gave up, as a local event told."""
    last_turn: Moment | None = None
    """For `response.create`: the user's last turn when it was sent."""
    repeated: Moment | None = None
    """For `response.create`: the next `response.create`, sent before this one's `response.created`."""


class Push(Struct, eq=False):
    """One context push: what the application wanted the conversation to be (`local.ctx_push_begin` to `_end`)."""

    push_id: str | None
    began: Moment
    source: str | None
    items: tuple[str, ...] | None
    reason: str | None = None
    listed: frozenset[str] = frozenset()
    """The same items, to look one up."""
    ended: Moment | None = None
    error: str | None = None
    requests: list[Request] = []


class ResponseLife(Struct, eq=False):
    """A response from its request to its end."""

    id: str
    conn: int
    label: str
    request: Request | None = None
    created: Moment | None = None
    done: Moment | None = None
    state: ResponseState = ResponseState.ACTIVE
    status: str = ""
    reason: str | None = None
    error_code: str = ""
    error_message: str = ""
    out_of_band: bool = False
    turn_made: bool = False
    """Made by the server's turn detection, not by a `response.create`."""
    items: list[str] = []
    output_count: int | None = None
    input_tokens: int = 0
    """`usage.input_tokens` of its `response.done`."""
    tokens: int = 0
    """`usage.total_tokens` of its `response.done`."""
    writes: bool = False
    """Asked or told to answer in text alone."""
    audio_bytes: int = 0
    first_output: Moment | None = None
    first_audio_t: int | None = None
    last_audio_t: int | None = None
    """The time of its last sound, in ns."""
    last_output_t: int | None = None
    """The time of its last delta, in ns."""
    audio_bytes_per_ms: float = 48.0
    interrupted: Moment | None = None
    """The first speech start or cancel that hit it, or its estimated playback."""
    audio_bytes_then: int = 0
    """Its audio when it was interrupted."""
    late_audio: Moment | None = None
    """The first sound of it that came after its `response.done`."""
    cancel: Request | None = None

    @property
    def active(self) -> bool:
        """Whether `response.done` has not been seen."""
        return self.state is ResponseState.ACTIVE

    @property
    def audio_ms(self) -> float:
        """Audio received so far, in ms."""
        return self.audio_bytes / self.audio_bytes_per_ms

    def playing_at(self, t: int | None) -> bool:
        """Estimate whether its audio was still playing at *t* ns: generation outruns playback by a factor of 4 to 5."""
        if t is None or self.first_audio_t is None:
            return False
        return self.first_audio_t <= t <= self.first_audio_t + self.audio_ms * 1_000_000


class ItemLife(Struct, eq=False):
    """A conversation item: what the server proved, what the mirror could follow, what the application holds."""

    id: str
    conn: int
    type: str = ""
    role: str | None = None
    call_id: str | None = None
    name: str | None = None
    label: str = ""
    state: ItemState = ItemState.ABSENT
    local: LocalState = LocalState.UNKNOWN
    origin: Origin = "server"
    response_id: str | None = None
    predecessor: str | None = None
    """`previous_item_id` of its `conversation.item.added`; never that of `.done`, which lies in 17 of 60 real cases."""
    announced: Moment | None = None
    added: Moment | None = None
    done: Moment | None = None
    last_added: Moment | None = None
    create: Request | None = None
    delete: Request | None = None
    deleted: Moment | None = None
    delete_ack_by_id: bool = True
    before_deletion: str | None = None
    """The item it stood behind when it was deleted."""
    truncated: Moment | None = None
    late_audio: Moment | None = None
    """The first sound of it that came after it was truncated."""
    transcription: Moment | None = None
    text: str = ""
    arguments: str = ""
    output: str = ""
    has_text: bool = False
    spoken: bool = False
    """It has a content part of audio."""
    written: bool = False
    """It has a content part of plain text."""
    audio_bytes: int = 0
    call_done: Moment | None = None
    output_sent: Moment | None = None
    answer: Request | None = None
    """For a call: the create of its first output."""
    output_item_id: str | None = None
    first_anchored: Moment | None = None
    """The first time another item named it as predecessor."""
    placeholder: Moment | None = None
    local_taken: Moment | None = None
    local_missed: Moment | None = None
    tool_started: Moment | None = None
    moves_refused: int = 0

    def move(self, move: Move) -> bool:
        """Apply *move*; give whether the table knows it, and count it where it does not."""
        after = ITEM_TRANSITIONS[self.state].get(move)
        if after is None:
            self.moves_refused += 1
            return False
        self.state = after
        return True

    def move_local(self, move: LocalMove) -> None:
        """Apply *move* to the application's side."""
        self.local = LOCAL_TRANSITIONS[self.local][move]

    @property
    def live(self) -> bool:
        """Whether the server holds it: at most its removal is asked for."""
        return self.state in IN_CONVERSATION

    @property
    def situation(self) -> Situation:
        """What the pair of remote and local state means."""
        return situation(self.state, self.local)

    @property
    def empty(self) -> bool:
        """Whether nothing was ever said in it: no text, no audio."""
        return not (self.has_text or self.text or self.audio_bytes)

    @property
    def made_by_server(self) -> bool:
        """Whether the server made it on its own, not on a client's `conversation.item.create`."""
        return self.origin != "client"
