"""Timelines for an issue."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final, TextIO
from urllib.parse import parse_qs, urlsplit

from rtlog.cli.charting import Chart
from rtlog.cli.formats.by_ids import coarse
from rtlog.cli.formats.facts import coverage_facts, not_judged, tally
from rtlog.cli.formats.told import stories_of
from rtlog.cli.formats.wording import counted
from rtlog.cli.rendering.recorded_lines import RecordedLines, recorded_lines
from rtlog.cli.rendering.view import View
from rtlog.recordings.sources import STDIN
from rtlog.timelines.issue import Issue
from rtlog.timelines.issue_evidence import lines_quoted
from rtlog.timelines.markdown import markdown
from rtlog.timelines.markdown_page import COMMENT, size
from rtlog.timelines.telling import Teller

NS_PER_US: Final = 1000
LEAST: Final = 5_000
"""Bytes below which a document says too little."""
RESERVED: Final = 200
"""Bytes for what says that recordings were left out."""
ALL_REMOVED: Final = "secrets removed, pseudonyms of the same length for what was said, for arguments and outputs"
SECRETS_REMOVED: Final = "secrets removed"
NOT_TWICE: Final = "What came through a pipe cannot be read again: the raw lines that prove it are not here."


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print *views* one after the other, all of them small enough for one comment."""
    left, cut = COMMENT - RESERVED, 0
    for number, view in enumerate(views):
        if left < LEAST:
            cut += 1
            continue
        lines = [*([""] if number else []), *document(view, left)]
        left -= size(lines)
        stream.writelines(f"{line}\n" for line in lines)
    if cut:
        stream.write(f"\n*{counted(cut, 'more recording')} left out: it would be too long here.*\n")


def document(view: View, limit: int = COMMENT) -> Iterator[str]:
    """Give the lines of the document for *view*, in at most *limit* bytes.

    Of its path only the name is told, which says nothing of a person's machine.
    """
    chart, said = view.chart, view.wishes.tells_words
    timeline, path = chart.timeline, Path(chart.report.path)
    piped = path == STDIN
    recorded = RecordedLines() if piped else recorded_lines(path, lines_quoted(timeline.stories), said=said)
    teller = Teller(timeline.names, timeline.epoch, private=said, clean=recorded.redactor.text, coarse=timeline.coarse)
    issue = Issue(
        title="stdin" if piped else path.name,
        headline=headline(chart),
        facts=[(name, recorded.redactor.text(text)) for name, text in _facts(chart, recorded.model)],
        recorded=recorded.lines,
        removed=SECRETS_REMOVED if said else ALL_REMOVED,
        unavailable=NOT_TWICE if piped else "",
    )
    return markdown(timeline, view.page, teller, issue, limit)


def headline(chart: Chart) -> str:
    """Count the stories, or say why there are none."""
    report = chart.report
    if report.stories:
        return tally(stories_of(report))
    return f"{report.verdict}: {report.reason}" if report.reason else report.verdict


def _facts(chart: Chart, model: str | None) -> Iterator[tuple[str, str]]:
    """Name what a maintainer asks for first: versions, ids, times in UTC."""
    header, report = chart.header, chart.report
    told = {
        "client": report.client or header.client,
        "user agent": header.client if report.client else None,
        **{f"{name} (SDK)": release for name, release in header.sdk.items()},
        "provider": header.provider,
        "model": _model_asked_for(header.upstream) or model,
        "recording id": header.id,
        "started (UTC)": header.started,
        "T+0 (UTC)": _epoch(header.started, chart.timeline.epoch),
        "untimed": coarse(*chart.timeline.coarse.span) if chart.timeline.coarse else None,
        "connections": str(chart.timeline.connections),
        "coverage": "; ".join(coverage_facts(report.coverage)) if report.coverage else None,
        "not judged": "; ".join(not_judged(report.coverage)) if report.coverage else None,
        "recorded by": f"{header.tool} ({header.tap}), format {header.rtlog}" if header.tool else None,
        "drawn by": f"rtlog {version('rtlog')}",
    }
    return ((name, text) for name, text in told.items() if text)


def _model_asked_for(upstream: str | None) -> str | None:
    try:
        return parse_qs(urlsplit(upstream or "").query).get("model", [None])[0]
    except ValueError:
        return None


def _epoch(started: str | None, epoch: int | None) -> str | None:
    if started is None or epoch is None:
        return None
    try:
        moment = datetime.fromisoformat(started) + timedelta(microseconds=epoch // NS_PER_US)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
