"""A timeline in a browser: one page, of one recording."""

from collections.abc import Iterable
from importlib.metadata import version
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.charting import Chart
from rtlog.cli.formats.facts import coverage_facts, not_judged, tally
from rtlog.cli.formats.told import stories_of
from rtlog.cli.rendering.view import View
from rtlog.recordings.errors import RtlogError
from rtlog.timelines.html.collecting import page_of
from rtlog.timelines.html.data import About
from rtlog.timelines.html.page import Sources, html
from rtlog.timelines.telling import printable

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


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print the page of the only view; raises RtlogError for several."""
    view, *others = islice(views, 2)
    if others:
        raise RtlogError("html shows one recording at a time: name one, and one -o file for it")
    page = page_of(view.chart.timeline, view.selection, view.page, view.teller, about(view.chart))
    stream.writelines(html(sources(), page))


def sources() -> Sources:
    """Read the page's own files."""
    folder = files("rtlog.timelines.html")
    return Sources(
        markup=(folder / "page.html").read_text("utf-8"),
        style=(folder / "page.css").read_text("utf-8"),
        scripts=tuple((folder / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS),
    )


def about(chart: Chart) -> About:
    """Say what recording it is; of its path only the name, which says nothing of a person's machine."""
    report, header = chart.report, chart.header
    told = {
        "recording": header.id,
        "title": header.title,
        "started": header.started,
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
        facts=[(name, printable(text)) for name, text in told.items() if text],
    )


def _headline(report: RecordingReport) -> str:
    match report.verdict:
        case "findings":
            return tally(stories_of(report))
        case "clean":
            return "clean"
        case _:
            return f"{report.verdict}: {report.reason or ''}"
