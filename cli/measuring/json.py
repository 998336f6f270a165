"""Latencies for programs: the whole document, turns and measurements always in it."""

from typing import TextIO

from rtlog.analyzers.latency.document import StatsReport
from rtlog.cli.formats.wording import json_of


def render(report: StatsReport, stream: TextIO, *, turns: bool) -> None:  # noqa: ARG001 - they are there anyway
    """Print *report*."""
    stream.write(json_of(report) + "\n")
