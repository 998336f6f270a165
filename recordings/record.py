"""A record: one line of a recording, typed.

Only what rtlog reads is named here; unknown fields are skipped by the decoder and stay in the file. Fields whose
presence means something (`previous_item_id: null` is the head, an absent one is the tail) tell `None` from `UNSET`.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

Count = Annotated[int, Meta(ge=0, le=2**62)]
"""A whole number that arithmetic can trust: the file is untrusted, and JSON numbers know no size."""

Untold = Annotated[int, Meta(ge=0, le=0)]
"""A whole number that only the reader sets: what a file says of it does not count."""

Dir = Literal["client", "server", "local"]
Src = Literal["wire", "sdk"]


class Part(Struct):
    """One content part of a message item."""

    type: str = ""
    text: str | None = None
    transcript: str | None = None


class Item(Struct):
    """A conversation item as an event shows it."""

    id: str | None = None
    type: str = ""
    role: str | None = None
    status: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | None = None
    content: list[Part] | None = None


class ErrorInfo(Struct):
    """The provider's error object; `event_id` names the client's event, where the client gave it one."""

    type: str | None = None
    code: str | None = None
    message: str | None = None
    param: str | None = None
    event_id: str | None = None


class StatusDetails(Struct):
    """Why a response ended as it did."""

    type: str | None = None
    reason: str | None = None
    error: ErrorInfo | None = None


class Usage(Struct):
    """Token counts of a finished response."""

    total_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class Response(Struct):
    """A response object: the server's, or the parameters of the client's `response.create`."""

    id: str | None = None
    status: str | None = None
    status_details: StatusDetails | str | None = None
    output: list[Item] | None = None
    metadata: dict[str, str] | None = None
    conversation: str | None = None
    conversation_id: str | UnsetType | None = UNSET
    output_modalities: list[str] | None = None
    modalities: list[str] | None = None
    usage: Usage | None = None


class RateLimit(Struct):
    """One row of `rate_limits.updated`."""

    name: str | None = None
    limit: float | None = None
    remaining: float | None = None
    reset_seconds: float | None = None


class TurnDetection(Struct):
    """Who ends a turn; `None` in the session turns it off."""

    type: str | None = None
    create_response: bool | None = None
    interrupt_response: bool | None = None
    idle_timeout_ms: float | None = None


class AudioFormat(Struct):
    """`audio/pcm` with a rate in Hz, `audio/pcmu`, `audio/pcma`."""

    type: str | None = None
    rate: int | None = None


class Transcription(Struct):
    """The model that transcribes the user's audio."""

    model: str | None = None


class AudioInput(Struct):
    """The GA shape of a session's audio input."""

    format: AudioFormat | str | None = None
    transcription: Transcription | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET


class Voice(Struct):
    """A voice given as an object: a custom one, or another vendor's."""

    id: str | None = None
    name: str | None = None


class AudioOutput(Struct):
    """The GA shape of a session's audio output."""

    format: AudioFormat | str | None = None
    voice: Voice | str | None = None


class SessionAudio(Struct):
    """GA: `session.audio`."""

    input: AudioInput | None = None
    output: AudioOutput | None = None


class Session(Struct):
    """A session object: GA (`audio.*`) and beta (flat) fields side by side."""

    id: str | None = None
    type: str | None = None
    model: str | None = None
    expires_at: int | None = None
    instructions: str | None = None
    tools: Raw | UnsetType = UNSET
    output_modalities: list[str] | None = None
    audio: SessionAudio | None = None
    modalities: list[str] | None = None
    voice: Voice | str | None = None
    input_audio_format: str | None = None
    output_audio_format: str | None = None
    input_audio_transcription: Transcription | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET


class Event(Struct):
    """The fields rtlog reads of any event: the wire's own, and those of `local.*` events.

    `error` is an object on the wire and a sentence in a local event.
    """

    type: str = ""
    event_id: str | None = None
    item_id: str | None = None
    previous_item_id: str | UnsetType | None = UNSET
    item: Item | None = None
    response_id: str | None = None
    response: Response | None = None
    session: Session | None = None
    error: ErrorInfo | str | None = None
    part: Part | None = None
    output_index: int | None = None
    content_index: int | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    text: str | None = None
    transcript: str | None = None
    audio_start_ms: float | None = None
    audio_end_ms: float | UnsetType | None = UNSET
    rate_limits: list[RateLimit] | None = None

    push_id: str | None = None
    source: str | None = None
    items: list[str] | None = None
    reason: str | None = None
    inserted: bool | None = None
    found: bool | None = None
    role: str | None = None
    kind: str | None = None
    empty: bool | None = None
    interrupted: bool | None = None
    local_tail: str | None = None
    ms: float | None = None
    level: str | None = None
    message: str | None = None


class Record(Struct):
    """One line of a recording.

    `line` is its 1-based line in the file (the header is line 1), `t` ns since the recording started or `None` when the
    recording is untimed, `n` bytes on the wire, `audio_bytes` decoded audio bytes. `kind` is empty for an event.

    `folded` counts further records of a run that follow this one directly and that it stands for (`read(fold=True)`):
    `n` and `audio_bytes` are sums then, `until` is the time of the last in ns, and the next record's `seq` is
    `seq + folded + 1`. A run of deltas has the type of its last; `output_t` is the time of the last that brought
    output, `audio_t` of the last that brought audio.
    """

    type: str = ""
    dir: Dir | None = None
    n: Count = 0
    audio_bytes: Count = 0
    seq: Count = 0
    t: Count | None = None
    conn: Count = 1
    src: Src = "wire"
    kind: str = ""
    event: Event | None = None
    by: str | None = None
    code: int | None = None
    reason: str | None = None
    lost: Count | None = None
    text: str | None = None
    op: str | None = None
    request: Raw | UnsetType = UNSET
    response: Raw | UnsetType = UNSET
    line: int = 0
    folded: Untold = 0
    until: Untold | None = None
    output_t: Untold | None = None
    audio_t: Untold | None = None
