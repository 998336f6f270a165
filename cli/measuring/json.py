"""Latencies for programs: the whole document, turns and measurements always in it."""

from typing import TextIO

from rtlog.analyzers.latency.document import StatsReport
from rtlog.cli.formats.wording import ascii_where_unprintable


def render(report: StatsReport, stream: TextIO, *, turns: bool) -> None:  # noqa: ARG001 - they are there anyway
    """Print *report*."""
    stream.write(ascii_where_unprintable(report.model_dump_json()) + "\n")
