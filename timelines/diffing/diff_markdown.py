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

LIMIT: Final = 55_000
"""Characters of differences: a comment of a forge holds 65,536, and the summary stands before them."""
LISTED: Final = 30
"""Findings that are told one by one."""


def markdown(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers, style: Style) -> Iterator[str]:
    """Give the lines of *comparison* as a document."""
    yield f"### {code(sides[0].title)} (A, `-`) and {code(sides[1].title)} (B, `+`)"
    yield ""
    if comparison.same:
        yield f"{plain(same_text(comparison))}."
        yield ""
    for name, told in facts(comparison, sides, tellers):
        yield f"* {plain(name)}: {inline(told)}"
    yield from _findings(comparison, sides, tellers)
    block = _cut([_text(line) for line in differences(comparison, tellers, style)])
    if block:
        yield ""
        yield from code_block(block, language="diff")


def _findings(comparison: Comparison, sides: tuple[Side, Side], tellers: Tellers) -> Iterator[str]:
    told = list(deltas(comparison, sides, tellers))
    if told:
        yield ""
    for sign, segments in told[:LISTED]:
        yield f"* **{'only in A' if sign == '-' else 'only in B'}**: {inline(segments)}"
    if len(told) > LISTED:
        yield f"* and {len(told) - LISTED} more"


def _text(line: Line) -> str:
    return "".join(segment.text for segment in (*line.lead, *line.body)).rstrip()


def _cut(lines: list[str]) -> list[str]:
    """Give as many of *lines* as fit, and say how many do not."""
    room = LIMIT
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return [*lines[:number], f"... {len(lines) - number:,} more lines are not shown ..."]
    return lines[1:] if lines[:1] == [""] else lines
