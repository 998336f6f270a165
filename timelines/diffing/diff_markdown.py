"""A comparison for an issue: the summary as a list, the differences in a `diff` block that forges colour."""

from collections.abc import Iterator
from typing import Final

from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.diff_text import Style, differences
from rtlog.timelines.diffing.sides import Side
from rtlog.timelines.diffing.summary import deltas, facts, same_text
from rtlog.timelines.diffing.telling import Tellers
from rtlog.timelines.markdown_text import code, code_block, inline, plain
from rtlog.timelines.telling import Line

LIMIT: Final = 60_000
"""Characters of the document: a comment of a forge holds 65,536."""
FENCES: Final = 1_000
"""Characters kept for what stands around the differences, however many backticks their fence needs."""
LISTED: Final = 20
"""Findings that are told one by one."""


def markdown(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers, style: Style) -> Iterator[str]:
    """Give the lines of *comparison* as a document."""
    summary = list(_summary(comparison, sides, tellers))
    yield from summary
    room = LIMIT - sum(len(line) + 1 for line in summary) - FENCES
    block = _cut([_text(line) for line in differences(comparison, tellers, style)], room)
    if block:
        yield ""
        yield from code_block(block, language="diff")


def _summary(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers) -> Iterator[str]:
    yield f"### {code(sides[0].title)} (A, `-`) and {code(sides[1].title)} (B, `+`)"
    yield ""
    if comparison.same:
        yield f"{plain(same_text(comparison))}."
        yield ""
    for name, told in facts(comparison, sides, tellers):
        yield f"* {plain(name)}: {inline(told)}"
    found = list(deltas(comparison, sides, tellers))
    if found:
        yield ""
    for sign, segments in found[:LISTED]:
        yield f"* **{'only in A' if sign == '-' else 'only in B'}**: {inline(segments)}"
    if len(found) > LISTED:
        yield f"* and {len(found) - LISTED:,} more"


def _text(line: Line) -> str:
    return "".join(segment.text for segment in (*line.lead, *line.body)).rstrip()


def _cut(lines: list[str], room: int) -> list[str]:
    """Give as many of *lines* as *room* characters hold, and say how many do not fit."""
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return [*lines[:number], f"... {len(lines) - number:,} more lines are not shown ..."]
    return lines[1:] if lines[:1] == [""] else lines
