"""Timelines for programs: all of them in one document."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import TextIO

from rtlog.cli.formats.wording import json_of
from rtlog.cli.rendering.view import View
from rtlog.timelines.document import Timelines
from rtlog.timelines.documenting import document_of


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print the document of *views*."""
    documents = [document_of(view.chart.timeline, view.page, view.teller, view.chart.report) for view in views]
    whole = Timelines(tool=f"rtlog {version('rtlog')}", timelines=documents)
    stream.write(json_of(whole, indent=2) + "\n")
