"""A comparison in a few facts: where the two part, which findings came and went, what else is different."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Final, NamedTuple

from rtlog.analyzers.finding import Finding
from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.latencies import waits_of
from rtlog.timelines.diffing.merging import Places
from rtlog.timelines.diffing.naming import renamed
from rtlog.timelines.diffing.occurrences import OPENING
from rtlog.timelines.diffing.sides import Side, facts_that_differ
from rtlog.timelines.diffing.telling import Tellers, finding_told, parts_told, turn_name
from rtlog.timelines.telling import Segment, Segments, Teller, clip, printable

NAMED: Final = 6
"""Renamed things and consequences that are named; more are counted."""


class Fact(NamedTuple):
    """One line of the summary."""

    name: str
    told: Segments


class Delta(NamedTuple):
    """A finding that only one side has, with its sign."""

    sign: str
    told: Segments


def same_text(comparison: Comparison) -> str:
    """Say in one line that two sessions mean the same."""
    turns = sum(a is not None and a.number != OPENING for a, _ in comparison.turns)
    notes = ", ".join(_notes(comparison))
    aside = f" ({notes})" if notes else ""
    return f"same: {_plural(turns, 'turn')}, {_plural(comparison.counts['same'], 'step')}{aside}"


def facts(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers) -> Iterator[Fact]:
    """Give the summary of a comparison that found a difference, and of the files whatever it found."""
    parts = comparison.parts
    if parts is not None:
        place = turn_name(Places(comparison.turns).turns(parts))
        yield Fact("they part", (Segment(f"{place}, "), *parts_told(parts, tellers)))
    if not comparison.same:
        yield Fact("steps", (Segment(_steps(comparison)),))
        yield Fact("findings", (Segment(_findings(comparison)),))
    for name, here, there in facts_that_differ(*sides):
        yield Fact(printable(name), (Segment(f"{clip(here)} in A, {clip(there)} in B"),))
    if not comparison.same:
        yield from _waits(comparison)
        yield from _names(comparison)
    yield from _told_by_one(sides)


def deltas(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers) -> Iterator[Delta]:
    """Give the findings that went and those that appeared, the gravest first, each root with what follows from it."""
    yield from _deltas("-", comparison.gone, tellers.a, sides[1], "B")
    yield from _deltas("+", comparison.appeared, tellers.b, sides[0], "A")


def _deltas(sign: str, findings: Sequence[Finding], teller: Teller, other: Side, name: str) -> Iterator[Delta]:
    alone = {finding.id for finding in findings}
    for finding in sorted(findings, key=lambda finding: -finding.severity.rank):
        if finding.caused_by is not None and finding.caused_by.id in alone:
            continue
        told = list(finding_told(finding, teller))
        effects = [effect for effect in _effects(finding) if effect.id in alone]
        if effects:
            told.append(Segment(f"; with it {_listed([effect.id for effect in effects])}", "dim"))
        reason = other.not_judged.get(finding.rule)
        if reason is not None:
            told.append(Segment(f" (not judged in {name}: {printable(reason)})", "warning"))
        yield Delta(sign, tuple(told))


def _effects(finding: Finding) -> Iterator[Finding]:
    for effect in finding.leads_to:
        yield effect
        yield from _effects(effect)


def _steps(comparison: Comparison) -> str:
    counts = comparison.counts
    told = [
        _count(counts["same"], "the same"),
        _count(counts["changed"], "changed"),
        _count(counts["gone"], "only in A"),
        _count(counts["new"], "only in B"),
        _count(counts["moved"], "in another order"),
    ]
    notes = [f"of the same {note}" for note in _notes(comparison)]
    turns = [
        _count(sum(b is None for _, b in comparison.turns), "turns only in A"),
        _count(sum(a is None for a, _ in comparison.turns), "turns only in B"),
    ]
    return "; ".join(filter(None, [", ".join(filter(None, told)), *notes, ", ".join(filter(None, turns))]))


def _notes(comparison: Comparison) -> Iterator[str]:
    """Say what is other, and no difference."""
    if comparison.in_other_words:
        yield f"{comparison.in_other_words:,} in other words"
    if comparison.interleaved:
        yield f"{comparison.interleaved:,} interleaved otherwise"


def _findings(comparison: Comparison) -> str:
    gone, appeared, both = map(len, (comparison.gone, comparison.appeared, comparison.both))
    return f"{gone or 'none'} only in A, {appeared or 'none'} only in B, {both or 'none'} in both"


def _waits(comparison: Comparison) -> Iterator[Fact]:
    waits = [(waits_of(a), waits_of(b)) for a, b in comparison.turns if a is not None and b is not None]
    responses = [(a.response_ms, b.response_ms) for a, b in waits]
    sounds = [(a.sound_ms, b.sound_ms) for a, b in waits]
    for name, pairs in (("to response", responses), ("to sound", sounds)):
        known = [(a, b) for a, b in pairs if a is not None and b is not None]
        if known:
            a, b = (median(side) for side in zip(*known, strict=True))
            yield Fact(
                name, (Segment(f"{a:,.0f} ms in A, {b:,.0f} ms in B (median of {_plural(len(known), 'turn')})"),)
            )


def _names(comparison: Comparison) -> Iterator[Fact]:
    pairs = [f"{own} is {shown}" for own, shown in renamed(comparison)]
    if pairs:
        yield Fact("names", (Segment(f"as in A; of B's own {_listed(pairs)} (findings of B keep them)", "dim"),))


def _told_by_one(sides: tuple[Side, Side]) -> Iterator[Fact]:
    if sides[0].tells_local != sides[1].tells_local:
        only = "A" if sides[0].tells_local else "B"
        yield Fact("note", (Segment(f"only {only} has local events: --wire-only compares without them", "warning"),))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number else ""


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def width_of(names: Iterable[str]) -> int:
    """Give the columns of the longest of *names*."""
    return max(map(len, names), default=0)
