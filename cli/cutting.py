"""From a recording to a cut of it that gives the same findings: chosen by a person, proven by analyzing the cut.

What rules need to know from before a span cannot be told from outside of them. So a narrow cut is tried first, and a
wider one where it finds anything else than the whole does.
"""

import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from rtlog.analyzers.analysis import Analysis, facts_of
from rtlog.analyzers.finding import Finding
from rtlog.cli.loading import Setup
from rtlog.cli.rendering.choosing import selection_of
from rtlog.cli.rendering.wishes import Format, Wishes
from rtlog.recordings.cutting import Breadth, Facts, Span, Splicer, holds, selected
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.lines import UNREADABLE, Lines, unreadable_rest
from rtlog.recordings.reader import read
from rtlog.recordings.secrets import SecretFinder
from rtlog.recordings.sources import STDIN
from rtlog.timelines.outline import Outline
from rtlog.timelines.windows import Window

IN_MEMORY: Final = 16 * 1024 * 1024
"""Bytes of a cut that are tried without a file."""


class Known(NamedTuple):
    """A finding as the whole recording and a cut of it both know it: by the lines of the whole."""

    rule: str
    severity: str
    certainty: str
    line: int
    items: tuple[str, ...]
    proof: tuple[int, ...]

    @property
    def core(self) -> "Known":
        """The finding without all but the first of its items: a cascade may go on behind a cut."""
        return self._replace(items=self.items[:1])


@dataclass(frozen=True, slots=True)
class Whole:
    """A recording that is to be cut: what was found in it, and what must be known of its records."""

    path: Path
    recording_id: str
    facts: Facts
    spans: tuple[Span, ...]
    found: frozenset[Known]
    wanted: frozenset[Known]
    """The findings all of whose proof lies within the spans."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut: `breadth` says how much was needed, `lost` which findings it lacks or makes up.

    It is `exact` where its findings name the very items that they name in the whole.
    """

    whole: Whole
    splicer: Splicer
    breadth: Breadth
    kept: int
    lost: tuple[Known, ...]
    found: frozenset[Known] = frozenset()
    exact: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out."""
        return self.kept == len(self.whole.facts)

    def lines(self) -> Iterator[bytes]:
        """Give the lines of the cut; those of the recording as they are where all of it is kept.

        Raises RecordingError where it cannot be read to its end: a cut would not tell that something is missing.
        """
        with closing(Lines(self.whole.path)) as lines:
            try:
                safe = map(SecretFinder().without, lines)
                yield from safe if self.is_whole else self.splicer.lines(safe)
            except UNREADABLE as error:
                raise unreadable_rest(self.whole.path, error) from error


def cut(path: Path, setup: Setup, wishes: Wishes, *, or_whole: bool = False) -> Cut:
    """Give the narrowest cut of the recording at *path* to what *wishes* show that finds there what the whole finds.

    With *or_whole* a recording that has no story is kept whole. Raises RecordingError for what cannot be read,
    UnknownNameError and RtlogError for what is not in it.
    """
    whole = _read(path, setup, wishes, or_whole=or_whole)
    good: Cut | None = None
    for breadth in Breadth:
        made = _attempt(whole, setup, breadth)
        # Who says where it ends wants no more of a cascade that goes on.
        if made.exact or (not made.lost and wishes.end is not None):
            return made
        if good is None and (not made.lost or breadth is Breadth.WHOLE):
            good = made
        if good is not None and breadth >= Breadth.LATER:
            break
    return good or made


def _read(path: Path, setup: Setup, wishes: Wishes, *, or_whole: bool) -> Whole:
    if path == STDIN:
        raise RecordingError("-", "a cut needs a file: it is read more than once")
    outline, facts = Outline(), Facts()
    with read(path) as reading:
        analysis = setup.analysis(reading)
        for record in reading:
            facts.feed(record)
            outline.feed(record, analysis.feed(record))
        analysis.finish(facts_of(reading))
    outline.close(analysis)
    # As the list of an issue: the stories where nothing else is asked for.
    asked = Wishes(
        output_format=Format.MARKDOWN, around=wishes.around, pad=wishes.pad, start=wishes.start, end=wishes.end
    )
    windows = selection_of(outline, reading.header.started, asked).windows
    if windows is None and not or_whole:
        raise RecordingError(path, "has no story to cut to: choose a part with --around, or --from and --to")
    spans = tuple(_spans(facts, windows or ()))
    if windows is not None and not spans:
        raise RecordingError(path, "has no record in that part")
    found = [_known(finding, None) for finding in analysis.findings]
    wanted = frozenset(each for each in found if _inside(each, spans))
    return Whole(path, reading.header.id, facts, spans, frozenset(found), wanted)


def _spans(facts: Facts, windows: Sequence[Window]) -> Iterator[Span]:
    """Give the lines from the first to the last record of each of *windows*, which are in order and apart."""
    ends: dict[int, Span] = {}
    for line, seq in zip(facts.lines, facts.seqs, strict=True):
        place = bisect_right(windows, seq, key=_first) - 1
        if place >= 0 and seq <= windows[place].last:
            ends[place] = Span(ends[place].first if place in ends else line, line)
    yield from sorted(ends.values())


def _first(window: Window) -> int:
    return window.first


def _inside(known: Known, spans: Sequence[Span]) -> bool:
    return all(holds(spans, line) for line in (known.line, *known.proof))


def _attempt(whole: Whole, setup: Setup, breadth: Breadth) -> Cut:
    places = selected(whole.facts, whole.spans, breadth)
    tried = Cut(whole, Splicer(whole.facts, places, whole.spans), breadth, len(places), ())
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        file.writelines(tried.lines())
        file.seek(0)
        analysis = _analyzed(cast("BinaryIO", file), setup)
    origins = None if tried.is_whole else tried.splicer.origins
    found = {_known(finding, origins) for finding in analysis.findings}
    cores, known = {each.core for each in found}, {each.core for each in whole.found}
    lost = ({each.core for each in whole.wanted} - cores) | (cores - known)
    exact = not lost and whole.wanted <= found <= whole.found
    splicer = Splicer(whole.facts, places, whole.spans)
    return Cut(whole, splicer, breadth, len(places), tuple(sorted(lost)), frozenset(found), exact)


def _analyzed(file: BinaryIO, setup: Setup) -> Analysis:
    with read(file) as reading:
        analysis = setup.analysis(reading)
        for record in reading:
            analysis.feed(record)
        analysis.finish(facts_of(reading))
    return analysis


def _known(finding: Finding, origins: Sequence[int] | None) -> Known:
    """Give *finding* by the lines of the whole, which those of a cut have in *origins*."""
    lines = [finding.at.line, *(evidence.at.line for evidence in finding.evidence)]
    if origins is not None:
        lines = [origins[line - 1] for line in lines]
    return Known(finding.rule, finding.severity.value, finding.certainty, lines[0], finding.items, tuple(lines[1:]))


NEEDED: Final = {
    Breadth.NEAR: "and how all that stood there came to be",
    Breadth.ENDED: "and what became of it",
    Breadth.EVENTS: "and every event before",
    Breadth.LATER: "and every event before and after, without pieces of texts and sounds",
    Breadth.BEFORE: "and everything before, and every event after",
    Breadth.WHOLE: "and all the rest: without it other findings would come of it",
}


def told(made: Cut) -> str:
    """Say in a line what *made* has kept, and which findings it lacks or makes up."""
    whole = made.whole
    if made.is_whole and not whole.spans:
        return f"all {len(whole.facts):,} records: it has no story"
    spans = ", ".join(f"{first}-{last}" for first, last in whole.spans[:LISTED])
    more = f" and {len(whole.spans) - LISTED} more" if len(whole.spans) > LISTED else ""
    said = f"{made.kept:,} of {len(whole.facts):,} records, lines {spans}{more} {NEEDED[made.breadth]}"
    if not made.lost:
        return said
    return f"{said}; not the same: {', '.join(sorted({known.rule for known in made.lost}))}"


LISTED: Final = 5
