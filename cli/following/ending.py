"""The last words of a timeline that has ended: where the lanes stand, and the verdict, as `analyze` gives it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.text import Text

from rtlog.analyzers.report import FindingReport, RecordingReport
from rtlog.analyzers.reporting import report_of
from rtlog.cli.formats.story_text import headline
from rtlog.cli.formats.wording import STYLES, printable, when
from rtlog.timelines.following import Following
from rtlog.timelines.lane_text import lane_lines
from rtlog.timelines.live_drawing import found
from rtlog.timelines.telling import Line

UNFINISHED: Final = " (so far: the recording has no end)"
ECHOES: Final = 4
"""Findings that are named as following from another; of more, how many."""


def verdict(following: Following, path: Path, recording_id: str, *, complete: bool) -> Iterator[Line | Text]:
    """Give the lines of the end; T+0 stays the first record, as it was while drawing."""
    teller = following.teller
    for finding in following.withdrawn():
        yield found(finding, teller, "; withdrawn, it does not hold at the end")
    for lane in lane_lines(following.lanes, teller):
        text = Text.assemble(("at the end: ", "dim"), f"{lane.name} {lane.items}")
        yield text.append(f"  <- {lane.remark}", STYLES["warning"]) if lane.remark else text
    report = report_of(following.analysis, str(path), recording_id, epoch=teller.epoch)
    yield headline(report).append("" if complete else UNFINISHED, "dim")
    yield from _stories(report)


def _stories(report: RecordingReport) -> Iterator[Text]:
    findings = {finding.id: finding for finding in report.findings}
    for story in report.stories:
        yield _story(findings[story.root], [echo for echo in story.findings if echo != story.root])
    if findings:
        yield Text(f"proof: rtlog analyze {printable(report.path)}", "dim")


def _story(root: FindingReport, echoes: list[str]) -> Text:
    line = Text("  ").append(f"{root.id} ", STYLES[root.severity]).append(f"{root.name}, {when(root.t_ms, root.line)}")
    if echoes:
        more = f" and {len(echoes) - ECHOES} more" if len(echoes) > ECHOES else ""
        line.append(f"; leads to {', '.join(echoes[:ECHOES])}{more}")
    return line
