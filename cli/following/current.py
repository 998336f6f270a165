"""The few lines at the bottom of a growing timeline: what is not over yet."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from rich.text import Text

from rtlog.analyzers.finding import Finding
from rtlog.cli.formats.wording import counted, printable
from rtlog.cli.painting import STYLES
from rtlog.timelines.drawing import Drawing
from rtlog.timelines.folds import fold_text
from rtlog.timelines.following import Following
from rtlog.timelines.lane_text import lane_lines
from rtlog.timelines.live_drawing import under_way
from rtlog.timelines.telling import Segments

UNDER_WAY: Final = 2
"""Things under way that are told; of more, how many."""
LANES: Final = 3


def current(following: Following, drawing: Drawing, title: str, width: int) -> Iterator[Text]:
    """Give the lines, the status last."""
    yield Text(drawing.dash * width, "dim")
    fold = following.fold
    if fold is not None:
        yield Text(
            f"{following.teller.when(fold.first)} {fold_text(fold, drawing.times)} {drawing.pause} so far", "dim"
        )
    busy = list(under_way(following))
    for segments in busy[:UNDER_WAY]:
        yield Text.assemble(*_styled(segments))
    if len(busy) > UNDER_WAY:
        yield Text(f"{len(busy) - UNDER_WAY} more under way", "dim")
    for lane in lane_lines(following.lanes, following.teller)[:LANES]:
        text = Text.assemble((f"{lane.name} ", "dim"), (lane.items, STYLES["name"]))
        yield text.append(f"  <- {lane.remark}", STYLES["warning"]) if lane.remark else text
    yield _status(following, title)


def tallied(findings: Iterable[Finding]) -> str:
    """Count findings: `1 error, 2 warnings`."""
    counts = Counter(finding.severity for finding in findings)
    ranked = sorted(counts, key=lambda severity: -severity.rank)
    words = {"error": "error", "warning": "warning", "info": "note"}
    return ", ".join(counted(counts[severity], words[severity.value]) for severity in ranked) or "no findings"


def _styled(segments: Segments) -> Iterator[tuple[str, str]]:
    return ((segment.text, STYLES.get(segment.role, "")) for segment in segments)


def _status(following: Following, title: str) -> Text:
    at = following.last
    when = f", {following.teller.when(at)}" if at is not None and at.t is not None else ""
    records = counted(following.records, "record")
    found = (f"{tallied(following.findings)} so far", "bold yellow" if following.findings else "")
    return Text.assemble(f"{records}{when}, ", found, ("; Ctrl-C ends; ", "dim"), (printable(title), "dim"))
