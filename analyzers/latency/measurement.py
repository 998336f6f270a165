"""What is measured of a session: a time between two of its events, and a race that did not happen by a margin."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed


class Kind(StrEnum):
    """From which event to which: `docs/stats.md` defines each."""

    USER_TO_AUDIO = "user-to-first-audio"
    USER_TO_RESPONSE = "user-to-response"
    RESPONSE_TO_AUDIO = "response-to-first-audio"
    USER_TO_TEXT = "user-to-first-text"
    USER_TO_TRANSCRIPT = "user-to-transcript"
    CALL_TO_OUTPUT = "call-to-output"
    CALL_TO_ANSWER = "call-to-answer"
    BARGE_IN_TO_AUDIO = "barge-in-to-last-audio"
    BARGE_IN_TO_PLAYER = "barge-in-to-player-stop"
    ACK = "ack"


TITLES: Final = {
    Kind.USER_TO_AUDIO: "end of turn → first audio",
    Kind.USER_TO_RESPONSE: "end of turn → response",
    Kind.RESPONSE_TO_AUDIO: "response → first audio",
    Kind.USER_TO_TEXT: "end of turn → first text",
    Kind.USER_TO_TRANSCRIPT: "end of turn → transcript",
    Kind.CALL_TO_OUTPUT: "tool call → output",
    Kind.CALL_TO_ANSWER: "tool call → answer's audio",
    Kind.BARGE_IN_TO_AUDIO: "barge-in → last audio",
    Kind.BARGE_IN_TO_PLAYER: "barge-in → player stops",
    Kind.ACK: "request → acknowledged",
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """One latency in ms, `None` where the recording is untimed and both events are there all the same."""

    kind: Kind
    ms: float | None
    at: Moment
    """Where it begins."""
    of: str = ""
    """What it is of: the type of the request, the name of the tool, how the user's turn came."""
    turn: int | None = None
    response: str = ""
    """The label of the response that it is about."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The shape of a rule's race, on the right side of its line by *margin_ms*."""

    rule: str
    margin_ms: float
    message: str
    at: Moment
    items: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()


def between(earlier: Moment, later: Moment | None) -> float | None:
    """Give the ms from *earlier* to *later*; `None` where one has no time."""
    gap = elapsed(earlier, later)
    return None if gap is None else gap / NS_PER_MS


def until(earlier: Moment, t: int | None) -> float | None:
    """Give the ms from *earlier* to *t* ns; `None` where one has no time."""
    return None if t is None or earlier.t is None else (t - earlier.t) / NS_PER_MS
