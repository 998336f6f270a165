"""A story as text, told in the manner of a proof: what was given, what crossed it, what followed, what prevents it."""

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from rtlog.analyzers.report import EvidenceReport, FindingReport, LanesReport
from rtlog.cli.formats.proof import ARROWS, BUT, LANES, abridged, connectives, new_evidence, prevention
from rtlog.cli.formats.ragged import indented
from rtlog.cli.formats.told import ToldStory
from rtlog.cli.formats.wording import STYLES, printable, when

ASCII_ARROWS: Final = {"client": "->", "server": "<-", "local": "."}
INDENT: Final = 4
COLUMNS: Final = ("when", "what", "why", "where")
FOLDED: Final = "why"
"""The one column that is folded where the terminal is narrow: half an event's name is of no use."""


def told(story: ToldStory, *, ascii_only: bool = False) -> Iterator[RenderableType]:
    """Give the paragraphs of one story."""
    arrows = ASCII_ARROWS if ascii_only else ARROWS
    root = story.root
    yield _title(root)
    yield indented(Text(printable(root.message)), 2)
    yield indented(Text(f"--> {printable(story.report.path)}:{root.line}", "dim"), 2)
    yield Text("")
    yield indented(_proof(root, arrows), INDENT)
    if root.before is not None and root.after is not None:
        yield Text("")
        yield indented(_lanes(root.before, root.after), INDENT)
    yield from _consequences(story, arrows)
    yield from _prevention(story)


def _title(finding: FindingReport) -> Text:
    line = _code(finding)
    line.append(f" {finding.name}", "bold")
    line.append(f"  {finding.certainty}, {finding.id}", "dim")
    return line


def _code(finding: FindingReport) -> Text:
    return Text.assemble((f"{finding.severity}[{printable(finding.rule)}]", STYLES[finding.severity]))


def _proof(finding: FindingReport, arrows: dict[str, str]) -> Table:
    table = _grid("word", *COLUMNS)
    for word, e in zip(connectives(finding), finding.evidence, strict=True):
        table.add_row(Text(word, "bold" if word == BUT else "dim"), *_row(e, arrows))
    return table


def _evidence(evidence: Sequence[EvidenceReport], arrows: dict[str, str]) -> Table:
    table = _grid(*COLUMNS)
    for e in evidence:
        table.add_row(*_row(e, arrows))
    return table


def _grid(*names: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, justify="right" if name in {"when", "where"} else "left", no_wrap=name != FOLDED)
    return table


def _row(e: EvidenceReport, arrows: dict[str, str]) -> tuple[RenderableType, ...]:
    return (
        when(e.t_ms, e.line),
        Text(f"{arrows.get(e.dir, ' ')} {printable(e.type)}", "cyan"),
        Text(printable(e.note)),
        Text(f":{e.line}", "dim"),
    )


def _lanes(before: LanesReport, after: LanesReport) -> Table:
    table = Table.grid("lane", "items", padding=(0, 2, 0, 0))
    for name in LANES:
        was, now = getattr(before, name), getattr(after, name)
        if was is None or now is None:
            table.add_row(name, Text("not known: the recording has no local events", "dim"))
        else:
            shown_was, shown_now = abridged(was, now)
            line = Text(f"[{shown_was}]")
            if was != now:
                line.append(" becomes ", "dim")
                line.append(f"[{shown_now}]")
            if name == "local" and after.simulated_by is not None:
                line.append(f" simulated by {printable(after.simulated_by)}", "dim")
            table.add_row(name, line)
    return table


def _consequences(story: ToldStory, arrows: dict[str, str]) -> Iterator[RenderableType]:
    if not story.consequences:
        return
    yield Text("")
    yield Text("  what follows from it:", "bold")
    numbers = {finding.id: number for number, finding in enumerate(story.consequences, 1)}
    width = len(f"{len(numbers)}. ")
    for finding, evidence in zip(story.consequences, new_evidence(story), strict=True):
        text = _step(finding, numbers.get(finding.caused_by or ""))
        text.append(f"\n{printable(finding.message)}")
        text.append(f"  {printable(finding.id)}", "dim")
        yield indented(_listed([(f"{numbers[finding.id]}.".rjust(width - 1), text)]), INDENT)
        if evidence:
            yield indented(_evidence(evidence, arrows), INDENT + width)


def _step(finding: FindingReport, cause: int | None) -> Text:
    line = Text(f"{when(finding.t_ms, finding.line)}  ")
    line.append_text(_code(finding))
    line.append(f" {finding.name}", "bold")
    line.append(f"  :{finding.line}, {f'from {cause}, ' if cause else ''}{finding.certainty}", "dim")
    return line


def _prevention(story: ToldStory) -> Iterator[RenderableType]:
    whole, limiting = prevention(story)
    if whole:
        yield Text("")
        yield Text("  what would have prevented it:", "bold")
        yield indented(_listed([("-", Text(printable(cure))) for cure in whole]), INDENT)
    if limiting:
        yield Text("")
        yield Text("  what would have limited it:", "bold")
        rows = [(rule if n == 0 else "", cure) for rule, cures in limiting.items() for n, cure in enumerate(cures)]
        yield indented(_listed([(mark, Text(printable(cure))) for mark, cure in rows]), INDENT)


def _listed(rows: Iterable[tuple[str, Text]]) -> Table:
    table = Table.grid("mark", "text", padding=(0, 1, 0, 0))
    for mark, text in rows:
        table.add_row(mark, text)
    return table


def as_text(story: ToldStory, width: int = 100) -> str:
    """Give one story as plain text of at most *width* columns, without colours and without arrows that are no ASCII."""
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        for paragraph in told(story, ascii_only=True):
            console.print(paragraph)
    return capture.get()
