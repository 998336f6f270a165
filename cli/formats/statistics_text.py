"""Prints how often each rule spoke: a table for people, an object (or a rule a line) for programs."""

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Final, TextIO

from rtlog.cli.formats.wording import printable
from rtlog.cli.printing import Format
from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from rtlog.analyzers.statistics import GroupStatistics, Statistics

TEXTS: Final = (Format.FULL, Format.CONCISE)
HEADINGS: Final = ("findings", "stories", "rule", "name")
GROUP_HEADINGS: Final = ("findings", "stories", "recordings")
FIGURES: Final = frozenset(GROUP_HEADINGS)
FREQUENT: Final = 4
"""Rules of a group that are named, the most frequent first."""


def check_format(output_format: Format) -> None:
    """Raise RtlogError where statistics have no such form."""
    if output_format not in {*TEXTS, Format.JSON, Format.JSONL}:
        raise RtlogError(f"--statistics has no {output_format.value} form: choose full, concise, json or jsonl")


def print_statistics(statistics: "Statistics", output_format: Format, stream: TextIO) -> None:
    """Print *statistics*; text has a row for each rule that spoke, the most frequent first, and for each group."""
    if output_format is Format.JSON:
        stream.write(statistics.model_dump_json(indent=2) + "\n")
    elif output_format is Format.JSONL:
        stream.writelines(each.model_dump_json() + "\n" for each in statistics.rules)
    elif statistics.rules:
        stream.writelines(f"{line}\n" for line in _lines(statistics))


def _lines(statistics: "Statistics") -> Iterator[str]:
    """Give the table of the rules, then one for each thing in which the recordings differ."""
    yield from _aligned([HEADINGS, *((f"{r.findings:,}", f"{r.stories:,}", r.rule, r.name) for r in statistics.rules)])
    for by, groups in groupby(statistics.groups, lambda group: group.by):
        found = list(groups)
        if len(found) > 1:
            yield ""
            yield from _aligned([(*GROUP_HEADINGS, by), *map(_group, found)])


def _group(group: "GroupStatistics") -> tuple[str, ...]:
    frequent = ", ".join(f"{rule.rule} {rule.findings:,}" for rule in group.rules[:FREQUENT])
    more = f" and {len(group.rules) - FREQUENT} more rules" if len(group.rules) > FREQUENT else ""
    figures = (group.findings, group.stories, group.recordings)
    return (*(f"{figure:,}" for figure in figures), printable(group.value), f"{frequent}{more}")


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give *rows* as columns, those of figures to the right."""
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    figures = sum(heading in FIGURES for heading in rows[0])
    for row in rows:
        cells = [f"{cell:>{widths[n]}}" if n < figures else f"{cell:<{widths[n]}}" for n, cell in enumerate(row)]
        yield "  ".join(cells).rstrip()
