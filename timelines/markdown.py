"""A recording for an issue: what happened, in which versions, the T+ list with the lanes, and the raw proof.

Whatever the recording's size it fits. The list is cut first, then the less grave stories, and what was cut is said.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rtlog.analyzers.story import Story
from rtlog.timelines.issue import Issue
from rtlog.timelines.issue_evidence import evidence_lines
from rtlog.timelines.issue_list import list_lines
from rtlog.timelines.issue_story import story_lines, worst_first
from rtlog.timelines.markdown_page import COMMENT, Room
from rtlog.timelines.markdown_text import cell, code, plain
from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import Row
from rtlog.timelines.telling import Teller, clip

RESERVED: Final = 1_000
"""Bytes kept for headings, and for what says that something was left out."""
FOR_STORIES: Final = 0.75
"""The part of the page that stories and their evidence may take before the list."""
FACT: Final = 300
FACTS: Final = 30


def markdown(
    timeline: Timeline, page: Sequence[Row], teller: Teller, issue: Issue, limit: int = COMMENT
) -> Iterator[str]:
    """Give the lines of the document, in at most *limit* bytes of UTF-8."""
    room = Room(limit - RESERVED)
    table = list(_facts(issue))
    room.take(table)
    stories = worst_first(timeline.stories)
    told, proofs = _stories(stories, issue, teller, Room(room.left - int(limit * (1 - FOR_STORIES))), room)
    yield f"## Timeline of {code(clip(issue.title))}{f': {plain(issue.headline)}' if issue.headline else ''}"
    yield from told
    yield from table
    yield ""
    yield "### Timeline"
    yield ""
    yield from list_lines(timeline, page, teller, room.left)
    yield from proofs
    if issue.unavailable and stories:
        yield ""
        yield f"*{plain(issue.unavailable)}*"


def _stories(
    stories: Sequence[Story], issue: Issue, teller: Teller, own: Room, page: Room
) -> tuple[list[str], list[str]]:
    """Give the stories and what proves them, as much as fits in their own room, which is a part of the page's."""
    told: list[str] = []
    proofs: list[str] = []
    before = own.left
    shown = 0
    for story in stories:
        lines = ["", *story_lines(story, teller)]
        if not own.take(lines):
            break
        told += lines
        shown += 1
        proof = evidence_lines(story, issue, teller, own.left)
        own.take(proof)
        proofs += proof
    page.left -= before - own.left
    left = len(stories) - shown
    if left:
        told += ["", f"*{left:,} more {'story is' if left == 1 else 'stories are'} left out, the least grave.*"]
    return told, proofs


def _facts(issue: Issue) -> Iterator[str]:
    if not issue.facts:
        return
    yield ""
    yield "| recording | |"
    yield "|---|---|"
    for name, text in issue.facts[:FACTS]:
        yield f"| {cell(plain(clip(name)))} | {cell(plain(clip(text, FACT)))} |"
