"""Annotations for GitHub Actions, the worst first, and a summary of the step where GitHub wants one.

GitHub shows ten annotations of each level for a step, and refuses a summary of more than 1 MiB.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.formats.facts import summed_up
from rtlog.cli.formats.markdown import document
from rtlog.cli.formats.places import place
from rtlog.cli.formats.told import ToldStory, worst_first
from rtlog.cli.formats.wording import clip, counted, printable

LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice"}
ORDER: Final = tuple(LEVELS.values())
SHOWN: Final = 10
MESSAGE: Final = 1_000
FOLLOWING: Final = 5
"""Consequences that an annotation names."""
SUMMARY: Final = 1024 * 1024 - 1
SUMMARY_VARIABLE: Final = "GITHUB_STEP_SUMMARY"


class Annotation(NamedTuple):
    """A line that GitHub shows beside a file."""

    level: str
    path: str
    line: int | None
    title: str
    message: str

    def __str__(self) -> str:
        line = f",line={self.line}" if self.line else ""
        where = f"file={_property(printable(place(self.path)))}{line}"
        return f"::{self.level} {where},title={_property(self.title)}::{_data(self.message)}"


def write(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write the annotations and a line that sums them up; append the summary to the file that GitHub names."""
    kept = list(reports)
    annotations = sorted(_annotations(kept), key=lambda each: ORDER.index(each.level))
    stream.writelines(f"{each}\n" for each in annotations)
    hidden = sum(max(number - SHOWN, 0) for number in Counter(each.level for each in annotations).values())
    more = f"; {counted(hidden, 'annotation')} more than GitHub shows" if hidden else ""
    stream.write(f"rtlog: {summed_up(kept)}{more}\n")
    _summarize(kept)


def _annotations(reports: Sequence[RecordingReport]) -> Iterator[Annotation]:
    """Give first what could not be judged: nothing else tells of it, and ten of a level are soon reached."""
    for report in reports:
        if report.verdict in {"unreadable", "inconclusive"}:
            level = "error" if report.verdict == "unreadable" else "warning"
            yield Annotation(level, report.path, None, report.verdict, clip(report.reason or "", MESSAGE))
    yield from map(_annotation, worst_first(reports))


def _annotation(story: ToldStory) -> Annotation:
    root = story.root
    title = f"{printable(root.rule)} {printable(root.name)} ({root.certainty})"
    lines = [clip(root.message, MESSAGE)]
    lines += [f"{f.rule} {f.name}: {clip(f.message, MESSAGE)}" for f in story.consequences[:FOLLOWING]]
    if len(story.consequences) > FOLLOWING:
        lines.append(f"and {counted(len(story.consequences) - FOLLOWING, 'more finding')} because of it")
    return Annotation(LEVELS[story.severity], story.report.path, root.line, title, "\n".join(lines))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summarize(reports: Sequence[RecordingReport]) -> None:
    name = os.environ.get(SUMMARY_VARIABLE)
    if not name:
        return
    try:
        with Path(name).open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(document(reports, SUMMARY - stream.tell()))
    except OSError as error:
        # The annotations and the exit code are what counts.
        print(f"rtlog: {printable(name)}: the summary cannot be written: {error.strerror}", file=sys.stderr)
