"""Renderables without the spaces that rich fills lines up with: reports are pasted into issues."""

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment


class Ragged:
    """Another renderable with its lines as long as their text."""

    def __init__(self, what: RenderableType) -> None:
        self._what = what

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._what, options, pad=False):
            yield from _without_fill(line)
            yield Segment.line()


def indented(what: RenderableType, by: int) -> Ragged:
    """Give *what* with *by* columns before each of its lines."""
    return Ragged(Padding(what, (0, 0, 0, by), expand=False))


def _without_fill(line: list[Segment]) -> list[Segment]:
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = Segment(kept[-1].text.rstrip(), kept[-1].style)
    return kept
