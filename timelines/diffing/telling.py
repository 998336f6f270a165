"""Both sides of a comparison told: each with its own T+0, and with one name for one thing."""

from collections.abc import Iterator
from typing import NamedTuple

from rtlog.analyzers.finding import Finding
from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.epochs import epochs_of
from rtlog.timelines.diffing.hunks import Hunk
from rtlog.timelines.diffing.merging import Row, Turns
from rtlog.timelines.diffing.naming import names_of_second
from rtlog.timelines.diffing.occurrences import OPENING, Occurrence
from rtlog.timelines.marking import headed
from rtlog.timelines.telling import Segment, Segments, Teller, clip
from rtlog.timelines.words import Private


class Tellers(NamedTuple):
    """Who tells the first side's sentences, and who the second's."""

    a: Teller
    b: Teller
    private: bool = True
    """Whether they tell what was said."""

    @property
    def both(self) -> tuple[Teller, Teller]:
        """Give the tellers of both sides, in their order."""
        return self.a, self.b


def tellers_of(comparison: Comparison, *, private: bool = True) -> Tellers:
    """Give who tells; without *private* nobody's words are told."""
    epoch_a, epoch_b = epochs_of(comparison)
    return Tellers(
        Teller(comparison.a.timeline.names, epoch_a, private=private),
        Teller(names_of_second(comparison), epoch_b, private=private),
        private,
    )


def sentence(occurrence: Occurrence, teller: Teller) -> Segments:
    """Say what happened: the type, and what it says."""
    name = Segment(clip(occurrence.at.type or "event without type"), "wire")
    told = teller.tell(occurrence.words)
    return (name, Segment("  "), *told) if told else (name,)


def words_of(occurrence: Occurrence, teller: Teller) -> Segments:
    """Give only what was said."""
    return teller.tell(tuple(word for word in occurrence.words if isinstance(word, Private)))


def finding_told(finding: Finding, teller: Teller) -> Segments:
    """Name a finding and give its sentence."""
    return (*headed(finding), Segment(f": {teller.message(finding.message)}"))


def turn_name(turns: Turns) -> str:
    """Say which turn it is; `turn 3 / 4` where the two count differently."""
    numbers = ["none" if turn is None else str(turn.number) for turn in turns]
    if all(turn is None or turn.number == OPENING for turn in turns):
        return "before the first turn"
    if numbers[0] == numbers[1]:
        return f"turn {numbers[0]}"
    if turns[1] is None:
        return f"turn {numbers[0]}, only in A"
    return f"turn {numbers[1]}, only in B" if turns[0] is None else f"turn {numbers[0]} / {numbers[1]}"


def heading(hunk: Hunk, tellers: Tellers) -> Segments:
    """Say where a hunk is: the turn, what the user said in it, and the lines of both files."""
    a, b = hunk.turns
    text, teller = (a.text, tellers.a) if a is not None and a.text else (b.text if b else None, tellers.b)
    said: Segments = (Segment(" "), teller.confide(Private(text))) if text and tellers.private else ()
    return (Segment(f"@@ {turn_name(hunk.turns)}", "bold"), *said, Segment(f" {_lines(hunk)}@@", "dim"))


def _lines(hunk: Hunk) -> str:
    text = ""
    for sign, rows in (("-", [row.a for row in hunk.rows if row.a]), ("+", [row.b for row in hunk.rows if row.b])):
        if rows:
            text += f"{sign}{rows[0].at.line},{rows[-1].at.line} "
    return text


def parts_told(row: Row, tellers: Tellers) -> Segments:
    """Say when and with what the two sessions part."""
    if row.kind == "moved":
        where = ("A", "B") if row.a is not None else ("B", "A")
        teller, other = (tellers.a, tellers.b) if row.a is not None else (tellers.b, tellers.a)
        at = other.when(row.elsewhere) if row.elsewhere is not None else "another place"
        lead = f"{where[0]} has at {teller.when(row.one.at)} what {where[1]} has at {at}: "
        return (Segment(lead), *sentence(row.one, teller))
    told: list[Segment] = []
    for name, occurrence, teller in (("A", row.a, tellers.a), ("B", row.b, tellers.b)):
        if occurrence is not None:
            only = "" if row.a is not None and row.b is not None else "only "
            told += [Segment(f"{'; ' if told else ''}{only}{name} at {teller.when(occurrence.at)}: ")]
            told += sentence(occurrence, teller)
    return tuple(told)


def moved_told(row: Row, tellers: Tellers) -> Iterator[Segment]:
    """Say where the other side has what moved."""
    if row.elsewhere is not None:
        name, teller = ("B", tellers.b) if row.a is not None else ("A", tellers.a)
        yield Segment(f" (moved: {name} has it at {teller.when(row.elsewhere)})", "dim")
