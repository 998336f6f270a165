"""A timeline as a mermaid sequence diagram: one recording."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TextIO

from rtlog.cli.rendering.markdown import headline
from rtlog.cli.rendering.view import View
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.redaction import Redactor
from rtlog.timelines.mermaid import mermaid
from rtlog.timelines.telling import Teller


def render(views: Iterable[View], stream: TextIO) -> None:
    """Print the diagram of the only view; raises RtlogError for several."""
    view, *others = islice(views, 2)
    if others:
        raise RtlogError("mermaid draws one recording at a time: name one, and one -o file for it")
    timeline = view.chart.timeline
    teller = Teller(timeline.names, timeline.epoch, private=view.wishes.tells_words, clean=Redactor().text)
    title = f"{Path(view.chart.report.path).name}: {headline(view.chart)}"
    stream.writelines(f"{line}\n" for line in mermaid(timeline, view.page, teller, title))
