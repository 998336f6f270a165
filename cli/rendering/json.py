"""Timelines for programs: all of them in one document."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import TextIO

from rtlog.cli.formats.wording import ascii_where_unprintable
from rtlog.cli.rendering.view import View
from rtlog.timelines.document import Timelines
from rtlog.timelines.documenting import document_of


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print the document of *views*."""
    documents = [document_of(view.chart.timeline, view.page, view.teller, view.chart.report) for view in views]
    whole = Timelines(tool=f"rtlog {version('rtlog')}", timelines=documents)
    stream.write(ascii_where_unprintable(whole.model_dump_json(indent=2)) + "\n")
