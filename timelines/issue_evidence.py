"""The records that prove a story, as they were recorded, folded away in an issue."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from rtlog.analyzers.story import Story
from rtlog.timelines.issue import Issue
from rtlog.timelines.issue_story import effects_of, worst_first
from rtlog.timelines.markdown_page import size
from rtlog.timelines.markdown_text import code_block
from rtlog.timelines.telling import Teller, clip

LONGEST: Final = 1_000
"""Characters of one recorded line."""
NOTE: Final = 200
MOST: Final = 500
"""Records that may be quoted: even short ones take a hundred bytes with the comment above them."""
FRAME: Final = 300
"""Bytes for what stands around the lines."""


def lines_quoted(stories: Iterable[Story]) -> set[int]:
    """Give the numbers of the lines that an issue about *stories* may quote: no more than it has room for."""
    proofs = (e.at.line for s in worst_first(stories) for f in (s.root, *effects_of(s)) for e in f.evidence)
    return set(islice(proofs, MOST))


def evidence_lines(story: Story, issue: Issue, teller: Teller, room: int) -> list[str]:
    """Give the lines of a block that opens on a click, in at most *room* bytes; none where nothing fits or is there."""
    shown: list[str] = []
    told = dict(_proofs(story, teller))
    left, number = room - FRAME, 0
    for line, note in told.items():
        if line not in issue.recorded:
            continue
        pair = [note, clip(issue.recorded[line], LONGEST)]
        left -= size(pair)
        if left < 0:
            break
        shown += pair
        number += 1
    if not number:
        return []
    available = sum(line in issue.recorded for line in told)
    count = f"{number} line{'s' if number > 1 else ''}" if number == available else f"{number} of {available} lines"
    summary = f"The records that prove {story.root.rule}, {count} of the recording: {issue.removed}."
    return [
        "",
        "<details>",
        f"<summary>{summary}</summary>",
        "",
        *code_block(shown, language="jsonc"),
        "",
        "</details>",
    ]


def _proofs(story: Story, teller: Teller) -> Iterator[tuple[int, str]]:
    """Give the lines that prove the story in order, each with a comment that says why it matters."""
    times: dict[int, str] = {}
    reasons: dict[int, dict[str, None]] = {}
    for finding in (story.root, *effects_of(story)):
        for evidence in finding.evidence:
            line = evidence.at.line
            time = teller.when(evidence.at)
            times[line] = time if evidence.at.t is None else f"line {line}, {time}"
            reasons.setdefault(line, {})[f"{finding.rule}: {teller.message(evidence.note)}"] = None
    for line, notes in sorted(reasons.items()):
        yield line, f"// {times[line]}, {clip('; '.join(notes), NOTE)}"
