"""A story for an issue: what happened in a sentence, what follows from it, what would have prevented it."""

from collections.abc import Iterable, Iterator
from typing import Final

from rtlog.analyzers.finding import Finding
from rtlog.analyzers.prevention import prevention
from rtlog.analyzers.story import Story
from rtlog.timelines.markdown_text import bullets, plain
from rtlog.timelines.telling import Teller, clip

LISTED: Final = 20
"""Consequences of one story that are listed, and cures."""
TEXT: Final = 1_000
"""Characters of one sentence."""
SUREST_FIRST: Final = ("proven", "likely", "possible")


def worst_first(stories: Iterable[Story]) -> list[Story]:
    """Give *stories* by their gravest finding, then by how sure the root is, else in order."""
    return sorted(stories, key=lambda s: (-_gravity(s), SUREST_FIRST.index(s.root.certainty)))


def _gravity(story: Story) -> int:
    return max(finding.severity.rank for finding in story.findings)


def story_lines(story: Story, teller: Teller) -> Iterator[str]:
    """Give the lines of *story*, under a heading."""
    root = story.root
    yield f"### {plain(root.rule)} {plain(root.name)} ({root.severity.value}, {root.certainty})"
    yield ""
    yield f"**{plain(teller.when(root.at))}** — {_told(root, teller)}."
    yield from _consequences(story, teller)
    whole, limiting = prevention(root, effects_of(story))
    yield from bullets("What would have prevented it:", [_short(cure) for cure in whole[:LISTED]])
    limits = [_short(f"{rule}: {cure}") for rule, cures in limiting.items() for cure in cures]
    yield from bullets("What would have limited it:", limits[:LISTED])


def effects_of(story: Story) -> list[Finding]:
    """Give what follows from the root."""
    return [finding for finding in story.findings if finding is not story.root]


def _consequences(story: Story, teller: Teller) -> Iterator[str]:
    effects = effects_of(story)
    if not effects:
        return
    yield ""
    yield "What follows from it:"
    yield ""
    for finding in effects[:LISTED]:
        name = f"**{plain(finding.rule)} {plain(finding.name)}**"
        yield f"* **{plain(teller.when(finding.at))}** — {name}: {_told(finding, teller)}."
    more = len(effects) - LISTED
    if more > 0:
        yield ""
        yield f"*And {more:,} more finding{'s' if more > 1 else ''}.*"


def _told(finding: Finding, teller: Teller) -> str:
    return plain(clip(teller.message(finding.message), TEXT))


def _short(text: str) -> str:
    return clip(text, TEXT)
