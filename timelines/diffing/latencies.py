"""How long the user waited in each turn: from the end of the speech to the response, and to its first sound."""

from dataclasses import dataclass

from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines.diffing.occurrences import Turn

ENDS = frozenset({"input_audio_buffer.speech_stopped", "input_audio_buffer.committed"})


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits of one turn in ms; `None` where there was no end of speech, no response, no sound, or no time."""

    response_ms: float | None
    sound_ms: float | None


def waits_of(turn: Turn | None) -> Waits:
    """Give the waits of *turn*."""
    stopped: Moment | None = None
    created: Moment | None = None
    for occurrence in turn.occurrences if turn else ():
        event_type = canonical(occurrence.at.type)
        if event_type in ENDS and created is None:
            stopped = stopped if event_type.endswith("committed") and stopped else occurrence.at
        elif event_type == "response.created" and stopped is not None:
            created = created or occurrence.at
        elif event_type == "response.output_audio.delta" and created is not None:
            return Waits(_ms(stopped, created), _ms(stopped, occurrence.at))
    return Waits(_ms(stopped, created), None)


def _ms(start: Moment | None, end: Moment | None) -> float | None:
    ns = elapsed(start, end)
    return None if ns is None else ns / NS_PER_MS
