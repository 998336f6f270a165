"""What a person means by a name: a finding, a rule, an item, a response, a call, or a line of the file."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from rtlog.analyzers.finding import Finding
from rtlog.recordings.errors import RtlogError
from rtlog.timelines.model import Mentions
from rtlog.timelines.outline import Recorded

OFFERED: Final = 5
"""Names offered to a person who asked for one that is not there."""
ALIKE: Final = 0.3


class UnknownNameError(RtlogError):
    """Nothing in the recording goes by the name that a person asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"the recording has nothing that is called {name!r}{nearest(name, known)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Offer those of the *known* names that are nearest to *name*, as the end of a sentence; nothing of none."""
    names = list(dict.fromkeys(known))
    offered = get_close_matches(name, names, OFFERED, ALIKE) or names[:OFFERED]
    return f"; nearest: {', '.join(offered)}" if offered else ""


def findings_of(recorded: Recorded, name: str) -> list[Finding]:
    """Give the findings that *name* means: one by its id, or all of a rule by its code or name."""
    return [f for f in recorded.findings if name.casefold() in {f.id.casefold(), f.rule.casefold(), f.name}]


def item_of(recorded: Recorded, name: str) -> str:
    """Give the id of the item that *name*, its id or label, means; raises UnknownNameError."""
    return _id_of(name, recorded.names.items, recorded.mentions())


def response_of(recorded: Recorded, name: str) -> str:
    """Give the id of the response that *name*, its id or label, means; raises UnknownNameError."""
    return _id_of(name, recorded.names.responses, recorded.mentions())


def call_of(recorded: Recorded, name: str) -> str:
    """Give the call id that *name*, itself one or the label of the call's item, means; raises UnknownNameError."""
    items, labels = recorded.mentions().calls, recorded.names.items
    found = next((call for call, item in items.items() if name in {call, item, labels.get(item)}), None)
    if found is None:
        raise UnknownNameError(name, [*items, *(labels[item] for item in items.values() if item in labels)])
    return found


def known_names(recorded: Recorded) -> Iterator[str]:
    """Give what could have been asked for: findings, rules, labels."""
    for finding in recorded.findings:
        yield from (finding.id, finding.rule, finding.name)
    yield from recorded.names.items.values()
    yield from recorded.names.responses.values()


def _id_of(name: str, labels: Mapping[str, str], mentions: Mentions) -> str:
    found = next((each for each, label in labels.items() if name in {each, label}), None)
    if found is not None:
        return found
    if name in mentions.places:
        return name
    raise UnknownNameError(name, labels.values())
