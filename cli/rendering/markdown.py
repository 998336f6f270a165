"""Timelines for an issue."""

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from rtlog.cli.rendering.view import View
from rtlog.timelines.markdown import markdown


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print *views* one after the other; of their paths only the names, which say nothing of a person's machine."""
    for number, view in enumerate(views):
        if number:
            stream.write("\n")
        title = Path(view.chart.report.path).name
        stream.writelines(f"{line}\n" for line in markdown(view.chart.timeline, view.page, view.teller, title))
