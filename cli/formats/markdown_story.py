"""One story as Markdown: its sentence, its proof as a table, what follows from it as numbered steps."""

from collections.abc import Iterator
from typing import Final

from rtlog.analyzers.report import EvidenceReport, FindingReport
from rtlog.cli.formats.proof import ARROWS, LANES, abridged, connectives, new_evidence, prevention
from rtlog.cli.formats.told import ToldStory
from rtlog.cli.formats.wording import clip, counted, printable, when
from rtlog.timelines.markdown_text import bullets, cell, code, code_block, plain

LISTED: Final = 40
"""Rows of one table, and steps of one story."""
TEXT: Final = 1_000
"""Characters of one text."""
TABLE: Final = ("| | time | event | what it shows | line |", "|---|---:|---|---|---:|")


def story_lines(story: ToldStory) -> Iterator[str]:
    """Give the lines of one story, under a heading."""
    root = story.root
    yield f"### {plain(printable(root.rule))} {plain(printable(root.name))} ({root.severity}, {root.certainty})"
    yield ""
    yield f"**{when(root.t_ms, root.line)}** {_told(root.message)}."
    yield ""
    yield f"{code(printable(story.report.path))}, line {root.line}, {code(printable(root.id))}"
    yield ""
    yield from _proof(root)
    yield from _lanes(root)
    yield from _consequences(story)
    yield from _prevention(story)


def _told(text: str) -> str:
    return plain(clip(text, TEXT))


def _proof(root: FindingReport) -> Iterator[str]:
    yield from TABLE
    for word, e in list(zip(connectives(root), root.evidence, strict=True))[:LISTED]:
        event = f"{ARROWS.get(e.dir, '')} {code(clip(e.type, TEXT))}"
        yield f"| {word} | {when(e.t_ms, e.line)} | {cell(event)} | {cell(_told(e.note))} | {e.line} |"
    yield from _rest(len(root.evidence) - LISTED, "record")


def _rest(number: int, what: str) -> Iterator[str]:
    if number > 0:
        yield ""
        yield f"*And {counted(number, f'more {what}')}.*"


def _lanes(root: FindingReport) -> Iterator[str]:
    if root.before is None or root.after is None:
        return
    lines = []
    for name in LANES:
        was, now = getattr(root.before, name), getattr(root.after, name)
        if was is not None and now is not None:
            shown_was, shown_now = abridged(was, now)
            changed = f" becomes [{shown_now}]" if was != now else ""
            simulator = root.after.simulated_by if name == "local" else None
            simulated = f" simulated by {printable(simulator)}" if simulator else ""
            lines.append(f"{name:<6}  [{shown_was}]{changed}{simulated}")
    yield ""
    yield from code_block(lines)


def _consequences(story: ToldStory) -> Iterator[str]:
    if not story.consequences:
        return
    yield ""
    yield "What follows from it:"
    yield ""
    numbers = {finding.id: number for number, finding in enumerate(story.consequences, 1)}
    for finding, evidence in list(zip(story.consequences, new_evidence(story), strict=True))[:LISTED]:
        cause = numbers.get(finding.caused_by or "")
        yield f"{numbers[finding.id]}. {_step(finding, cause)}"
        yield from (f"   * {_record(e)}" for e in evidence[:LISTED])
    yield from _rest(len(story.consequences) - LISTED, "finding")


def _step(finding: FindingReport, cause: int | None) -> str:
    facts = [finding.severity, finding.certainty, f"line {finding.line}", *([f"from {cause}"] if cause else [])]
    name = f"**{plain(printable(finding.rule))} {plain(printable(finding.name))}**"
    return f"{when(finding.t_ms, finding.line)} {name} ({', '.join(facts)}): {_told(finding.message)}."


def _record(e: EvidenceReport) -> str:
    event = f"{ARROWS.get(e.dir, '')} {code(clip(e.type, TEXT))}"
    return f"{when(e.t_ms, e.line)} {event}, line {e.line}: {_told(e.note)}"


def _prevention(story: ToldStory) -> Iterator[str]:
    whole, limiting = prevention(story)
    yield from bullets("What would have prevented it:", [clip(cure, TEXT) for cure in whole])
    limits = [clip(f"{rule}: {cure}", TEXT) for rule, cures in limiting.items() for cure in cures]
    yield from bullets("What would have limited it:", limits)
