"""SARIF 2.1.0: a result for each story, with its proof as related locations and the whole story as a code flow.

GitHub shows 5,000 results of a file, and refuses one with more than 25,000: what is written are the 5,000 worst.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Final, TextIO

import msgspec

from rtlog.analyzers.report import EvidenceReport, RecordingReport
from rtlog.cli.formats.facts import not_judged
from rtlog.cli.formats.places import uri
from rtlog.cli.formats.sarif_model import (
    ArtifactLocation,
    CodeFlow,
    Invocation,
    Level,
    Location,
    Message,
    Notification,
    PhysicalLocation,
    Region,
    Result,
    ResultProperties,
    Run,
    SarifLog,
    ThreadFlow,
    ThreadFlowLocation,
    Tool,
    ToolComponent,
)
from rtlog.cli.formats.sarif_rules import descriptors
from rtlog.cli.formats.told import ToldStory, worst_first
from rtlog.cli.formats.wording import clip, counted, printable

RESULTS: Final = 5_000
STEPS: Final = 200
"""Records of one story; GitHub refuses a result with more than 1,000 locations."""
MESSAGE: Final = 1_000
"""Characters of one message."""
FINGERPRINTS: Final = ("rtlogFindingId/v1", "primaryLocationLineHash")
"""Ours, and the only one that GitHub reads.

The id of a finding does not change with ids of items, times or lines: what is recorded anew, in a file of the same
name, is the same alert.
"""
LEVELS: Final[dict[str, Level]] = {"error": "error", "warning": "warning", "info": "note"}


def write(reports: Iterable[RecordingReport], stream: TextIO) -> None:
    """Write the document."""
    kept = list(reports)
    document = msgspec.json.encode(SarifLog(runs=[_run(kept)]))
    stream.write(msgspec.json.format(document, indent=2).decode() + "\n")


def _run(reports: Sequence[RecordingReport]) -> Run:
    stories = worst_first(reports)
    shown = stories[:RESULTS]
    rules = descriptors(finding for story in shown for finding in story.findings)
    index = {rule.id: number for number, rule in enumerate(rules)}
    number = version("rtlog")
    return Run(
        tool=Tool(driver=ToolComponent(name="rtlog", version=number, semantic_version=number, rules=rules)),
        invocations=[_invocation(reports, len(stories) - len(shown))],
        results=[_result(story, index) for story in shown],
    )


def _result(story: ToldStory, index: dict[str, int]) -> Result:
    root, path = story.root, story.report.path
    return Result(
        rule_id=root.rule,
        rule_index=index[root.rule],
        level=LEVELS[story.severity],
        message=_summary(story),
        locations=[_location(path, root.line)],
        related_locations=[_location(path, e.line, _why(e), n) for n, e in enumerate(root.evidence[:STEPS])],
        code_flows=[_flow(story)],
        partial_fingerprints=dict.fromkeys(FINGERPRINTS, root.id),
        properties=ResultProperties(
            id=root.id,
            certainty=root.certainty,
            connection=root.conn,
            consequences=[finding.id for finding in story.consequences[:STEPS]],
            prevented_by=[printable(cure) for cure in root.prevented_by],
        ),
    )


def _summary(story: ToldStory) -> Message:
    text = f"{clip(story.root.message, MESSAGE)}."
    if story.consequences:
        text += f" {counted(len(story.consequences), 'more finding')} because of it: "
        text += f"{', '.join(dict.fromkeys(printable(finding.rule) for finding in story.consequences))}."
    return _message(text)


def _flow(story: ToldStory) -> CodeFlow:
    """Give every record of the story once, in the order of the recording."""
    acts: dict[int, list[str]] = defaultdict(list)
    notes: dict[int, list[str]] = defaultdict(list)
    for finding in story.findings:
        acts[finding.line].append(
            f"{printable(finding.rule)} {printable(finding.name)}: {clip(finding.message, MESSAGE)}"
        )
        for evidence in finding.evidence:
            notes[evidence.line].append(_why(evidence))
    steps = [
        ThreadFlowLocation(
            location=_location(story.report.path, line, "; ".join(dict.fromkeys([*acts[line], *notes[line]]))),
            nesting_level=0 if acts[line] else 1,
            execution_order=order,
            importance="essential" if acts[line] else "important",
        )
        for order, line in enumerate(sorted({*acts, *notes})[:STEPS], 1)
    ]
    return CodeFlow(message=_message(clip(story.root.message, MESSAGE)), thread_flows=[ThreadFlow(locations=steps)])


def _why(evidence: EvidenceReport) -> str:
    return f"{clip(evidence.type, MESSAGE)}: {clip(evidence.note, MESSAGE)}"


def _invocation(reports: Sequence[RecordingReport], cut: int) -> Invocation:
    notifications = [notification for report in reports for notification in _notifications(report)]
    if cut:
        text = f"{counted(cut, 'story', 'stories')} left out, the least grave: a file holds {RESULTS:,} results at most"
        notifications.append(Notification(level="warning", message=_message(text)))
    readable = all(report.verdict != "unreadable" for report in reports)
    return Invocation(execution_successful=readable, tool_execution_notifications=notifications)


def _notifications(report: RecordingReport) -> list[Notification]:
    notes: list[tuple[Level, str]] = []
    if report.verdict in {"unreadable", "inconclusive"}:
        level: Level = "error" if report.verdict == "unreadable" else "warning"
        notes.append((level, f"{report.verdict}: {clip(report.reason or '', MESSAGE)}"))
    if report.coverage is not None:
        notes += [("note", f"not judged: {clip(text, MESSAGE)}") for text in not_judged(report.coverage)]
    place = _location(report.path)
    return [Notification(level=level, message=_message(text), locations=[place]) for level, text in notes]


def _location(path: str, line: int = 0, why: str = "", number: int | None = None) -> Location:
    return Location(
        id=number,
        physical_location=PhysicalLocation(
            artifact_location=ArtifactLocation(uri=uri(path)),
            region=Region(start_line=line) if line > 0 else None,
        ),
        message=_message(clip(why, 2 * MESSAGE)) if why else None,
    )


def _message(text: str) -> Message:
    """Give text that shows itself: `[text](link)` would be a link [3.11.6], what braces hold a placeholder [3.11.5]."""
    return Message(text=text.replace("](", "] (").replace("{", "{{").replace("}", "}}"))
