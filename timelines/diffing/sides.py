"""What the files say of themselves: who spoke with whom, and what could be judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rtlog.recordings.format import Header
from rtlog.timelines.model import Entry, Timeline
from rtlog.timelines.words import Quote

ABSENT: Final = "none"
TELLS_MODEL: Final = frozenset({"session.created", "session.updated"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of two recordings; `facts` by name, `not_judged` the reasons by rule."""

    title: str
    facts: Mapping[str, str]
    not_judged: Mapping[str, str]
    tells_local: bool


def side_of(title: str, header: Header, timeline: Timeline, not_judged: Mapping[str, str]) -> Side:
    """Give what is known of the recording that *timeline* was drawn from."""
    facts = {
        "client": header.client or "",
        "provider": header.provider or "",
        "model": ", ".join(_models(timeline)),
        **dict(sorted(header.sdk.items())),
        "connections": str(timeline.connections),
    }
    local = any(isinstance(element, Entry) and element.at.dir == "local" for element in timeline.elements)
    return Side(title, facts, not_judged, local)


def _models(timeline: Timeline) -> Iterable[str]:
    models = (
        word.text
        for element in timeline.elements
        if isinstance(element, Entry) and element.at.type in TELLS_MODEL
        for word in element.words
        if isinstance(word, Quote)
    )
    return dict.fromkeys(models)


def facts_that_differ(a: Side, b: Side) -> Iterable[tuple[str, str, str]]:
    """Give name and both values of what differs."""
    for name in dict.fromkeys([*a.facts, *b.facts]):
        here, there = a.facts.get(name) or ABSENT, b.facts.get(name) or ABSENT
        if here != there:
            yield name, here, there
