"""A report as text: each story told top-down, with its proof, what follows and what prevents it."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rtlog.analyzers.report import FindingReport, LanesReport, RecordingReport

STYLES: Final = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
ARROWS: Final = {"client": "→", "server": "←", "local": "·"}
ASCII_ARROWS: Final = {"client": "->", "server": "<-", "local": "."}
INDENT: Final = 4
VERDICTS: Final = {
    "findings": "with findings",
    "clean": "clean",
    "inconclusive": "inconclusive",
    "unreadable": "unreadable",
}
LANES: Final = ("server", "mirror", "local")


def printable(text: str) -> str:
    """Escape what a terminal would obey: wire text is untrusted."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def full(report: RecordingReport, *, ascii_only: bool = False) -> Iterator[RenderableType]:
    """Give the lines of one recording's report."""
    yield headline(report)
    findings = {finding.id: finding for finding in report.findings}
    for story in report.stories:
        yield Text("")
        root = findings[story.root]
        yield from _root(report, root, ascii_only=ascii_only)
        yield from _consequences([findings[name] for name in story.findings if name != story.root])
        yield from _prevention([findings[name] for name in story.findings])
    yield from _coverage(report)


def concise(report: RecordingReport) -> Iterator[Text]:
    """Give one line a finding: `file:line: CODE severity message`."""
    for finding in report.findings:
        line = Text(printable(f"{report.path}:{finding.line}: "))
        line.append(f"{finding.rule} ", STYLES[finding.severity])
        line.append(printable(f"[{finding.severity}, {finding.certainty}] {finding.message}"))
        yield line
    if report.verdict in {"inconclusive", "unreadable"}:
        yield Text(printable(f"{report.path}: {report.verdict}: {report.reason}"))


def headline(report: RecordingReport) -> Text:
    """Give the verdict of one recording in a line."""
    line = Text(printable(report.path), "bold")
    line.append(": ")
    match report.verdict:
        case "clean":
            line.append("clean", "bold green")
            if report.findings:
                line.append(f", {_count(len(report.findings), 'note')}")
        case "findings":
            worst = [f.severity for f in report.findings]
            tally = [_count(worst.count(s), s) for s in ("error", "warning") if s in worst]
            line.append(_count(len(report.stories), "story", "stories"), "bold")
            line.append(f", {', '.join(tally)}")
        case _:
            line.append(report.verdict, "bold yellow")
            line.append(f": {printable(report.reason or '')}")
    return line


def summary(reports: list[RecordingReport]) -> Text:
    """Give the line that sums up several recordings; stories count, not their echoes."""
    stories = sum(len(report.stories) for report in reports if report.verdict == "findings")
    verdicts = [report.verdict for report in reports]
    parts = [f"{verdicts.count(v)} {text}" for v, text in VERDICTS.items() if v in verdicts]
    return Text(
        f"{_count(len(reports), 'recording')}: {_count(stories, 'story', 'stories')}; {', '.join(parts)}", "bold"
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _title(finding: FindingReport) -> Text:
    line = Text()
    line.append(f"{finding.severity}[{finding.rule}]", STYLES[finding.severity])
    line.append(f" {finding.name}", "bold")
    line.append(f"  {finding.certainty}, {finding.id}", "dim")
    return line


def _root(report: RecordingReport, root: FindingReport, *, ascii_only: bool) -> Iterator[RenderableType]:
    yield _title(root)
    yield _indented(Text(printable(root.message)), 2)
    yield _indented(Text(f"--> {printable(report.path)}:{root.line}", "dim"), 2)
    yield Text("")
    yield _indented(_evidence(root, ASCII_ARROWS if ascii_only else ARROWS))
    if root.before is not None and root.after is not None:
        yield Text("")
        yield _indented(_lanes(root.before, root.after))


def _indented(what: RenderableType, by: int = INDENT) -> Padding:
    return Padding(what, (0, 0, 0, by), expand=False)


def _when(t_ms: float | None, line: int) -> str:
    return f"line {line}" if t_ms is None else f"T{t_ms:+.0f}"


def _evidence(finding: FindingReport, arrows: dict[str, str]) -> Table:
    table = Table.grid("when", "what", "why", "where", padding=(0, 2, 0, 0))
    table.columns[0].justify = table.columns[3].justify = "right"
    for e in finding.evidence:
        table.add_row(
            _when(e.t_ms, e.line),
            Text(f"{arrows.get(e.dir, ' ')} {printable(e.type)}", "cyan"),
            Text(printable(e.note)),
            Text(f":{e.line}", "dim"),
        )
    return table


def _lanes(before: LanesReport, after: LanesReport) -> Table:
    table = Table.grid("lane", "items", padding=(0, 2, 0, 0))
    for name in LANES:
        was, now = getattr(before, name), getattr(after, name)
        if was is None or now is None:
            table.add_row(name, Text("not known: the recording has no local events", "dim"))
        else:
            line = Text(f"[{_labels(was)}]")
            if was != now:
                line.append(" becomes ", "dim")
                line.append(f"[{_labels(now)}]")
            table.add_row(name, line)
    return table


def _labels(labels: Iterable[str]) -> str:
    return printable(", ".join(labels))


def _consequences(findings: list[FindingReport]) -> Iterator[RenderableType]:
    if not findings:
        return
    yield Text("")
    yield Text("  what follows from it:", "bold")
    table = Table.grid("when", "rule", "what", padding=(0, 2, 0, 0))
    table.columns[0].justify = "right"
    for finding in findings:
        rule = Text(f"{finding.severity}[{finding.rule}]", STYLES[finding.severity])
        message = Text(printable(finding.message))
        message.append(f"  {finding.id}", "dim")
        table.add_row(_when(finding.t_ms, finding.line), rule, message)
    yield _indented(table)


def _prevention(findings: list[FindingReport]) -> Iterator[RenderableType]:
    cures = list(dict.fromkeys(cure for finding in findings for cure in finding.prevented_by))
    if cures:
        yield Text("")
        yield Text("  what would have prevented it:", "bold")
    for cure in cures:
        yield _indented(Text(f"- {cure}"))


def _coverage(report: RecordingReport) -> Iterator[Text]:
    coverage = report.coverage
    if coverage is None:
        return
    yield Text("")
    facts = [f"{coverage.records} records, {coverage.modelled} of {coverage.events} events modelled"]
    if coverage.unanswered:
        facts.append(_count(coverage.unanswered, "request") + " unanswered")
    facts += [text for told, text in ((coverage.lossy, "lossy"), (not coverage.timed, "untimed")) if told]
    if not coverage.complete:
        facts.append("no footer: still being written, or ended without one")
    yield Text(f"  coverage: {'; '.join(facts)}", "dim")
    for damage in coverage.damage[:3]:
        yield Text(printable(f"  damage: {report.path}:{damage.line}: {damage.problem}"), "dim")
    reasons: dict[str, list[str]] = {}
    for code, reason in coverage.not_judged.items():
        reasons.setdefault(reason, []).append(code)
    for reason, codes in reasons.items():
        yield Text(f"  not judged: {', '.join(codes)} ({reason})", "dim")
