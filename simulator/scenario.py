"""A scenario is data: what the server waits for, and what it does then.

Waits look at what the client sends, so that a run is the same every time, with whatever ids and in whatever session the
client chose. Pauses are milliseconds of the story; a server's pace stretches them, and 0 leaves them out. Labels name
items and responses of the script.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait *ms*; not *paced*: of real time, at every pace."""

    ms: float
    paced: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """Wait until the client sent *count* events of *type*, with an item of *item_type* where that is given.

    They count from the last Sent or Appended that came true, so an early client is not missed.
    """

    type: str
    item_type: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Appended:
    """Wait until the client has appended *ms* of audio since the script came here."""

    ms: int


@dataclass(frozen=True, slots=True)
class Either:
    """Wait until one of the two is true."""

    one: "Wait"
    other: "Wait"


@dataclass(frozen=True, slots=True)
class Idle:
    """Wait until the conversation has no active response."""


Wait: TypeAlias = Pause | Sent | Appended | Either | Idle


@dataclass(frozen=True, slots=True)
class Hold:
    """From the next such client event on, obey none until a Release: they are on their way, or the server is slow."""

    until: Sent


@dataclass(frozen=True, slots=True)
class Release:
    """Obey *count* of the held events, by default all, and hold no more."""

    count: int | None = None


@dataclass(frozen=True, slots=True)
class SpeechStarts:
    """The user begins to say *text*."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SpeechStops:
    """The user is silent: the turn is committed, and its item's predecessor fixed."""

    label: str


@dataclass(frozen=True, slots=True)
class UserItem:
    """The committed turn's item is added."""

    label: str


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The transcript of the turn is there; said where the session asks for transcripts."""

    label: str


@dataclass(frozen=True, slots=True)
class Respond:
    """The server begins a response of its own accord, once no other is active."""

    label: str


@dataclass(frozen=True, slots=True)
class Call:
    """The response *to* calls a function: the call is added, its arguments take *ms*, it is done 2 ms later.

    Not *whole*: the call is only added; an Argued with its label goes on.
    """

    to: str
    label: str
    name: str
    arguments: str
    ms: float = 28
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Argued:
    """The call *label* that was only added gets its arguments and is done."""

    label: str


@dataclass(frozen=True, slots=True)
class Say:
    """The response *to* says *text* in *deltas* pieces of *delta_ms* of audio, one every *every* ms."""

    to: str
    label: str
    text: str
    deltas: int = 3
    delta_ms: int = 250
    every: float = 40
    lead: float = 20


@dataclass(frozen=True, slots=True)
class Finish:
    """The response is completed."""

    label: str


Step: TypeAlias = (
    Wait | Hold | Release | SpeechStarts | SpeechStops | UserItem | Transcribed | Respond | Call | Argued | Say | Finish
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The answer to a response that no step makes: *text*, said or written."""

    text: str


@dataclass(frozen=True, slots=True)
class Called:
    """The answer to a response that no step makes: a function call. The response is done once *until* is true."""

    name: str
    arguments: str
    until: Wait | None = None


Reply: TypeAlias = Spoken | Called

REPLIES: tuple[Reply, ...] = (
    Spoken("Good morning, how can I help you?"),
    Spoken("Of course, let me have a look at that."),
    Spoken("It is on its way and should arrive today."),
    Spoken("Is there anything else that I can do?"),
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a server does on each connection.

    *replies* answer, in turn, the responses that no step makes. *listens*: user turns come of the audio, by voice
    activity detection; otherwise only of steps. *knows_calls*: outputs of unknown calls are refused.
    """

    title: str
    steps: tuple[Step, ...] = ()
    replies: tuple[Reply, ...] = REPLIES
    listens: bool = True
    knows_calls: bool = False
