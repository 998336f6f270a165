"""The report of a recording in which nothing was found, without rich, which takes as long to load as to analyze it.

It is what `story_text.full` says of such a recording to a program that reads it.
"""

import os
from typing import Final, TextIO

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.formats.facts import coverage_lines
from rtlog.cli.formats.wording import printable

PIPE_WIDTH: Final = 10_000
"""Lines are not wrapped for a program that reads them; `COLUMNS` says otherwise."""
DRAWN: Final = frozenset({"COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"})
"""What asks rich for colours, or for another width."""
INDENT: Final = "  "


def is_plain(stream: TextIO) -> bool:
    """Say whether text for *stream* has neither colours nor a width."""
    return not stream.isatty() and DRAWN.isdisjoint(os.environ)


def nothing_found(report: RecordingReport) -> list[str] | None:
    """Give the lines of *report*; `None` where it needs more than plain lines."""
    if report.findings or report.stories or report.verdict not in {"clean", "inconclusive"}:
        return None
    reason = f": {printable(report.reason or '')}" if report.verdict == "inconclusive" else ""
    lines = [f"{printable(report.path)}: {report.verdict}{reason}"]
    if report.coverage is not None:
        lines += ["", *(INDENT + printable(line) for line in coverage_lines(report))]
    fits = all(line.isascii() and len(line) <= PIPE_WIDTH for line in lines)
    return [line.rstrip() for line in lines] if fits else None
