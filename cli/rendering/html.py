"""A timeline in a browser: one page, of one recording."""

from collections.abc import Callable, Iterable
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.charting import Chart
from rtlog.cli.formats.by_ids import coarse
from rtlog.cli.formats.facts import coverage_facts, not_judged, tally
from rtlog.cli.formats.told import stories_of
from rtlog.cli.formats.wording import counted
from rtlog.cli.rendering.recorded_lines import RecordedLines, recorded_lines
from rtlog.cli.rendering.view import View
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.sources import STDIN
from rtlog.timelines.html.collecting import page_of
from rtlog.timelines.html.data import About, Page
from rtlog.timelines.html.page import Sources, html
from rtlog.timelines.model import Entry, Timeline
from rtlog.timelines.telling import Teller, printable

SCRIPTS: Final = (
    "data",
    "lanes",
    "axis",
    "tracks",
    "theme",
    "dom",
    "state",
    "filter",
    "shapes",
    "drawing",
    "marking",
    "canvas",
    "pointer",
    "split",
    "story",
    "details",
    "table",
    "search",
    "keys",
    "printing",
    "main",
)
"""In the order in which they run: each uses those before it."""
FEW: Final = 3_000
"""Records up to which the page holds every one as it was recorded."""


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print the page of the only view; raises RtlogError for several."""
    view, *others = islice(views, 2)
    if others:
        raise RtlogError("html shows one recording at a time: name one, and one -o file for it")
    stream.writelines(html(sources(), page_for(view)))


def page_for(view: View) -> Page:
    """Give what the page of *view* knows, without secrets."""
    timeline, said = view.chart.timeline, view.wishes.tells_words
    path = Path(view.chart.report.path)
    recorded = RecordedLines() if path == STDIN else recorded_lines(path, _worth_reading(timeline), said=said)
    clean = recorded.redactor.text
    teller = Teller(timeline.names, timeline.epoch, private=said, clean=clean)
    page = page_of(timeline, view.selection, view.page, teller, about(view.chart, clean))
    page.raw = recorded.lines
    return page


def _worth_reading(timeline: Timeline) -> set[int]:
    """Give the lines of all records where they are few, else of those that prove something."""
    entries = [entry for entry in timeline.elements if isinstance(entry, Entry)]
    return {entry.at.line for entry in entries if len(entries) <= FEW or entry.marks}


def sources() -> Sources:
    """Read the page's own files."""
    folder = files("rtlog.timelines.html")
    return Sources(
        markup=(folder / "page.html").read_text("utf-8"),
        style=(folder / "page.css").read_text("utf-8"),
        scripts=tuple((folder / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
    )


def about(chart: Chart, clean: Callable[[str], str]) -> About:
    """Say what recording it is; of its path only the name, which says nothing of a person's machine."""
    report, header = chart.report, chart.header
    told = {
        "recording": header.id,
        "title": header.title,
        "started": header.started,
        "untimed": coarse(*chart.timeline.coarse.span) if chart.timeline.coarse else None,
        "provider": header.provider,
        "client": report.client or header.client,
        "sdk": ", ".join(f"{name} {release}" for name, release in header.sdk.items()),
        "coverage": "; ".join(coverage_facts(report.coverage)) if report.coverage else None,
        "not judged": "; ".join(not_judged(report.coverage)) if report.coverage else None,
        "recorded by": header.tool,
        "drawn by": f"rtlog {version('rtlog')}",
    }
    return About(
        title=printable(Path(report.path).name),
        verdict=report.verdict,
        headline=printable(_headline(report)),
        started=header.started and printable(header.started),
        facts=[(name, printable(clean(text))) for name, text in told.items() if text],
    )


def _headline(report: RecordingReport) -> str:
    match report.verdict:
        case "findings":
            return tally(stories_of(report))
        case "clean":
            return counted(len(report.stories), "note") if report.stories else ""
        case _:
            return f"{report.verdict}: {report.reason or ''}"
