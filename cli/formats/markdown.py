"""Markdown for an issue or a comment: a table of the recordings, then the stories, the worst first.

What comes from the wire shows itself and does nothing: no markup, no link, no mention.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TextIO

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.formats.facts import coverage_facts, not_judged, tally
from rtlog.cli.formats.markdown_story import story_lines
from rtlog.cli.formats.told import ToldStory, stories_of, worst_first
from rtlog.cli.formats.wording import clip, counted, printable
from rtlog.timelines.markdown_page import COMMENT, Room
from rtlog.timelines.markdown_text import cell, code, plain

RESERVED: Final = 500
"""Kept for what says that something was left out."""
CLEAN_ROWS: Final = 50
"""Of more recordings than this the clean ones are only counted."""
TEXT: Final = 1_000
TABLE: Final = ("| recording | verdict | stories | coverage |", "|---|---|---|---|")


def write(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write the document, small enough for a comment."""
    stream.write(document(list(reports), COMMENT))


def document(reports: Sequence[RecordingReport], limit: int) -> str:
    """Give the report in at most *limit* bytes of UTF-8; what had to be left out is counted."""
    stories = worst_first(reports)
    lines = [_title(reports, stories), "", *TABLE]
    page = _Page(limit - RESERVED)
    page.add(lines)
    rows = list(_rows(reports))
    shown = _table(page, rows, limit // 2)
    page.add(_counted_rows(reports, len(rows) - shown))
    told = _stories(page, stories)
    page.add(_not_judged(reports))
    if told < len(stories):
        left = counted(len(stories) - told, "more story", "more stories")
        page.add_note(f"*{left} left out, the least grave: the report would be too long here.*")
    return page.text()


class _Page:
    """Lines, as long as they fit."""

    def __init__(self, limit: int) -> None:
        self._room = Room(limit)
        self._lines: list[str] = []

    @property
    def left(self) -> int:
        """Give how many bytes are left."""
        return self._room.left

    def add(self, lines: Sequence[str]) -> bool:
        """Add *lines* where all of them fit."""
        if not self._room.take(lines):
            return False
        self._lines += lines
        return True

    def add_note(self, line: str) -> None:
        """Add what room was reserved for."""
        self._lines += ["", line]

    def text(self) -> str:
        """Give the page."""
        return "".join(f"{line}\n" for line in self._lines)


def _title(reports: Sequence[RecordingReport], stories: Sequence[ToldStory]) -> str:
    return f"## rtlog: {tally(stories)} in {counted(len(reports), 'recording')}"


def _rows(reports: Sequence[RecordingReport]) -> Iterator[str]:
    for report in reports:
        if report.verdict != "clean" or len(reports) <= CLEAN_ROWS:
            yield _row(report)


def _row(report: RecordingReport) -> str:
    verdict = f"{report.verdict}: {clip(report.reason, TEXT)}" if report.reason else report.verdict
    stories = tally(stories_of(report)) if report.stories else ""
    if report.known:
        verdict += f", {counted(report.known, 'known finding')}"
    facts = coverage_facts(report.coverage) if report.coverage else []
    facts += [f"client {clip(report.client, TEXT)}"] if report.client else []
    cells = [cell(code(printable(report.path))), cell(plain(verdict)), stories, cell(plain("; ".join(facts)))]
    return f"| {' | '.join(cells)} |"


def _table(page: _Page, rows: Sequence[str], reserved: int) -> int:
    """Add rows as long as half of the page stays for the stories; give how many."""
    for shown, row in enumerate(rows):
        if page.left < reserved or not page.add([row]):
            return shown
    return len(rows)


def _counted_rows(reports: Sequence[RecordingReport], cut: int) -> list[str]:
    lines = []
    clean = sum(report.verdict == "clean" for report in reports)
    if clean and len(reports) > CLEAN_ROWS:
        lines += ["", f"And {counted(clean, 'clean recording')}."]
    if cut:
        lines += ["", f"*{counted(cut, 'recording')} left out of the table.*"]
    return lines


def _stories(page: _Page, stories: Sequence[ToldStory]) -> int:
    for told, story in enumerate(stories):
        if not page.add(["", *story_lines(story)]):
            return told
    return len(stories)


def _not_judged(reports: Sequence[RecordingReport]) -> list[str]:
    texts = {text for report in reports if report.coverage for text in not_judged(report.coverage)}
    return ["", *(f"*Not judged: {plain(printable(text))}.*" for text in sorted(texts))] if texts else []
