"""An answer in a terminal: a table, with bars beside it where it is wide enough."""

from typing import Final, TextIO

from rich.table import Table
from rich.text import Text

from rtlog.cli.console import console_for
from rtlog.cli.fleet.asking import Answer, Cell
from rtlog.cli.formats.wording import printable
from rtlog.cli.painting import draws_lifelines

WIDE: Final = 80
"""Columns from which there is room for bars."""
BAR: Final = 20
LONGEST: Final = 200
"""Characters of a cell that are shown."""


def render(answer: Answer, stream: TextIO) -> None:
    """Print *answer*."""
    console = console_for(stream)
    if not answer.rows:
        console.print(Text("nothing"))
        return
    mark = "█" if draws_lifelines(console.encoding) else "#"
    bars = _bars(answer, mark) if console.width >= WIDE else None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, column in enumerate(answer.columns):
        figures = all(isinstance(row[place], int | float | None) for row in answer.rows)
        table.add_column(Text(printable(column)), justify="right" if figures else "left", no_wrap=figures)
    if bars:
        table.add_column("", no_wrap=True)
    for number, row in enumerate(answer.rows):
        cells = [Text(shown(cell)) for cell in row]
        table.add_row(*cells, *([Text(bars[number])] if bars else []))
    console.print(table)


def shown(cell: Cell) -> str:
    """Write *cell* for a person; what a terminal would obey is escaped."""
    match cell:
        case None:
            return "-"
        case bool():
            return "yes" if cell else "no"
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:,.2f}".rstrip("0").rstrip(".")
        case list():
            return ", ".join(shown(each) for each in cell)
    text = cell if len(cell) <= LONGEST else f"{cell[:LONGEST]}..."
    return printable(text)


def lengths(answer: Answer) -> list[float] | None:
    """Give the length of each row's bar, from 0 to 1; `None` where nothing is drawn."""
    if answer.bar is None:
        return None
    values = [cell if isinstance(cell, int | float) else 0 for cell in (row[answer.bar] for row in answer.rows)]
    top = max(values, default=0)
    return [max(value, 0) / top for value in values] if top > 0 else None


def _bars(answer: Answer, mark: str) -> list[str] | None:
    drawn = lengths(answer)
    return None if drawn is None else [mark * -(-int(length * 1000) * BAR // 1000) for length in drawn]
