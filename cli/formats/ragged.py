"""Renderables without the spaces that rich fills lines up with: reports are pasted into issues."""

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment


class Ragged:
    """Another renderable with its lines as long as their text, and *by* columns before each."""

    def __init__(self, what: RenderableType, by: int = 0) -> None:
        self._what = what
        self._by = by

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        inner = options.update_width(max(options.max_width - self._by, 1))
        for line in console.render_lines(self._what, inner, pad=False):
            kept = _without_fill(line)
            if kept and self._by:
                yield Segment(" " * self._by)
            yield from kept
            yield Segment.line()


def indented(what: RenderableType, by: int) -> Ragged:
    """Give *what* with *by* columns before each of its lines."""
    return Ragged(what, by)


def _without_fill(line: list[Segment]) -> list[Segment]:
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[-1] = Segment(kept[-1].text.rstrip(), kept[-1].style)
    return kept
