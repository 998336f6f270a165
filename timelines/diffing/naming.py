"""What things are called where two sessions are shown together: as in the first; `+msg7` is the second's own."""

from collections.abc import Iterator, Mapping

from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.model import Names

OWN = "+"


def names_of_second(comparison: Comparison) -> Names:
    """Give the names of the second session's things; real ids stay as they are."""
    first, second = comparison.a.timeline.names, comparison.b.timeline.names
    if second.real_ids:
        return second
    back = {there: here for here, there in comparison.ids.items()}
    return Names(
        _renamed(second.items, back, first.items),
        _renamed(second.responses, back, first.responses),
    )


def _renamed(labels: Mapping[str, str], back: Mapping[str, str], first: Mapping[str, str]) -> dict[str, str]:
    return {name: first.get(back.get(name, ""), OWN + label) for name, label in labels.items()}


def renamed(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Give what the second session alone would call otherwise: its own label, and the one shown."""
    own, shown = comparison.b.timeline.names, names_of_second(comparison)
    for labels, others in ((own.items, shown.items), (own.responses, shown.responses)):
        for name, label in labels.items():
            if others[name] not in {label, OWN + label}:
                yield label, others[name]
