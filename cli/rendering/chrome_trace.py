"""Timelines as one trace, for ui.perfetto.dev and chrome://tracing."""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import msgspec

from rtlog.cli.rendering.view import View
from rtlog.timelines.folds import left_out_text
from rtlog.timelines.rows import LeftOutRow
from rtlog.timelines.telling import printable
from rtlog.timelines.tracing.trace import Tracing


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print the trace of all *views*, an event a line; raises RtlogError for an untimed recording."""
    encoder, tracing = msgspec.json.Encoder(), Tracing()
    told = {"tool": f"rtlog {version('rtlog')}"}
    separator = '{"displayTimeUnit":"ms","traceEvents":[\n'
    for view in views:
        title = printable(Path(view.chart.report.path).name)
        told |= dict(_facts(view, title))
        for event in tracing.events(view.chart.timeline, view.selection, view.teller, title):
            stream.write(separator + encoder.encode(event).decode())
            separator = ",\n"
    stream.write(f'\n],"otherData":{encoder.encode(told).decode()}}}\n')


def _facts(view: View, title: str) -> Iterator[tuple[str, str]]:
    """Say when *view* started and what it does not show."""
    if view.chart.header.started is not None:
        yield f"{title} started", printable(view.chart.header.started)
    left_out = [left_out_text(row) for row in view.page if isinstance(row, LeftOutRow)]
    if left_out:
        yield f"{title} not shown", " ".join(left_out)
