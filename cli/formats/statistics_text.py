"""Prints how often each rule spoke: a table for people, an object (or a rule a line) for programs."""

from typing import TYPE_CHECKING, Final, TextIO

from rtlog.cli.printing import Format
from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from rtlog.analyzers.statistics import Statistics

TEXTS: Final = (Format.FULL, Format.CONCISE)
HEADINGS: Final = ("findings", "stories", "rule", "name")


def check_format(output_format: Format) -> None:
    """Raise RtlogError where statistics have no such form."""
    if output_format not in {*TEXTS, Format.JSON, Format.JSONL}:
        raise RtlogError(f"--statistics has no {output_format.value} form: choose full, concise, json or jsonl")


def print_statistics(statistics: "Statistics", output_format: Format, stream: TextIO) -> None:
    """Print *statistics*; text has a row for each rule that spoke, the most frequent first."""
    if output_format is Format.JSON:
        stream.write(statistics.model_dump_json(indent=2) + "\n")
    elif output_format is Format.JSONL:
        stream.writelines(each.model_dump_json() + "\n" for each in statistics.rules)
    elif statistics.rules:
        stream.writelines(f"{line}\n" for line in _table(statistics))


def _table(statistics: "Statistics") -> list[str]:
    rows = [HEADINGS, *((f"{r.findings:,}", f"{r.stories:,}", r.rule, r.name) for r in statistics.rules)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return [f"{row[0]:>{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}" for row in rows]
