"""A report as text: each story told top-down, with its proof, what follows and what prevents it."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.text import Text

from rtlog.analyzers.report import FindingReport, LanesReport, RecordingReport

STYLES: Final = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
ARROWS: Final = {"client": "→", "server": "←", "local": "·"}
ASCII_ARROWS: Final = {"client": "->", "server": "<-", "local": "."}
INDENT: Final = "    "
LANES: Final = ("server", "mirror", "local")


def printable(text: str) -> str:
    """Escape what a terminal would obey: wire text is untrusted."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def full(report: RecordingReport, *, ascii_only: bool = False) -> Iterator[Text]:
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
    parts = [f"{verdicts.count(v)} {v}" for v in ("findings", "clean", "inconclusive", "unreadable") if v in verdicts]
    return Text(
        f"{_count(len(reports), 'recording')}: {_count(stories, 'story', 'stories')}; {', '.join(parts)}", "bold"
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _title(finding: FindingReport) -> Text:
    line = Text()
    line.append(f"{finding.severity}[{finding.rule}]", STYLES[finding.severity])
    line.append(f" {finding.name}", "bold")
    line.append(f"  {finding.certainty} · {finding.id}", "dim")
    return line


def _root(report: RecordingReport, root: FindingReport, *, ascii_only: bool) -> Iterator[Text]:
    yield _title(root)
    yield Text(f"  {printable(root.message)}")
    yield Text("")
    yield from _evidence(report, root, ASCII_ARROWS if ascii_only else ARROWS)
    if root.before is not None and root.after is not None:
        yield Text("")
        yield from _lanes(root.before, root.after)


def _evidence(report: RecordingReport, finding: FindingReport, arrows: dict[str, str]) -> Iterator[Text]:
    widest = max((len(e.type) for e in finding.evidence), default=0)
    for e in finding.evidence:
        when = f"line {e.line}" if e.t_ms is None else f"T{e.t_ms:+.0f}"
        line = Text(f"{INDENT}{when:>9}  ")
        line.append(f"{arrows.get(e.dir, ' ')} {printable(e.type):<{widest}}", "cyan")
        line.append(f"  {printable(e.note)}")
        line.append(f"  {printable(report.path)}:{e.line}", "dim")
        yield line


def _lanes(before: LanesReport, after: LanesReport) -> Iterator[Text]:
    for name in LANES:
        was, now = getattr(before, name), getattr(after, name)
        if was is None or now is None:
            yield Text(f"{INDENT}{name:<7}  not known: the recording has no local events", "dim")
        elif was == now:
            yield Text(f"{INDENT}{name:<7}  [{_labels(now)}]")
        else:
            line = Text(f"{INDENT}{name:<7}  [{_labels(was)}]")
            line.append(" becomes ", "dim")
            line.append(f"[{_labels(now)}]")
            yield line


def _labels(labels: Iterable[str]) -> str:
    return printable(", ".join(labels))


def _consequences(findings: list[FindingReport]) -> Iterator[Text]:
    if not findings:
        return
    yield Text("")
    yield Text("  what follows from it:", "bold")
    for finding in findings:
        when = f"line {finding.line}" if finding.t_ms is None else f"T{finding.t_ms:+.0f}"
        line = Text(f"{INDENT}{when:>9}  ")
        line.append(f"{finding.severity}[{finding.rule}]", STYLES[finding.severity])
        line.append(f" {printable(finding.message)}")
        line.append(f"  {finding.id}", "dim")
        yield line


def _prevention(findings: list[FindingReport]) -> Iterator[Text]:
    cures = list(dict.fromkeys(cure for finding in findings for cure in finding.prevented_by))
    if cures:
        yield Text("")
        yield Text("  what would have prevented it:", "bold")
    for cure in cures:
        yield Text(f"{INDENT}- {cure}")


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
