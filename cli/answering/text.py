"""An answer in a terminal: a table, with bars beside it where there is room, or row by row where there is none."""

from typing import Final, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rtlog.cli.console import console_for
from rtlog.cli.fleet.asking import Answer, Cell
from rtlog.cli.formats.wording import printable
from rtlog.cli.painting import draws_lifelines

BAR: Final = 20
GAP: Final = 2
SHORT: Final = 12
"""Characters of a cell that are not broken: codes, days, and the least that is left to a longer one."""
LONGEST: Final = 200
"""Characters of a cell that are shown."""


def render(answer: Answer, stream: TextIO) -> None:
    """Print *answer*."""
    console = console_for(stream)
    heads = [printable(column) for column in answer.columns]
    cells = [[shown(cell) for cell in row] for row in answer.rows]
    widths = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]
    if not cells:
        console.print(Text("nothing"))
    elif sum(min(width, SHORT) + GAP for width in widths) - GAP > console.width:
        _print_rows(heads, cells, console)
    else:
        _print_table(answer, heads, cells, widths, console)


def _print_rows(heads: list[str], cells: list[list[str]], console: Console) -> None:
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, row in enumerate(cells):
        if number:
            table.add_row()
        for head, cell in zip(heads, row, strict=True):
            table.add_row(Text(head), Text(cell))
    console.print(table)


def _print_table(answer: Answer, heads: list[str], cells: list[list[str]], widths: list[int], console: Console) -> None:
    mark = "█" if draws_lifelines(console.encoding) else "#"
    bars = _bars(answer, mark) if sum(widths) + len(widths) * GAP + BAR <= console.width else None
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    for place, head in enumerate(heads):
        figures = all(isinstance(row[place], int | float | None) for row in answer.rows)
        table.add_column(
            Text(head),
            justify="right" if figures else "left",
            no_wrap=figures or widths[place] <= SHORT,
            overflow="fold",  # a path or a release that ends in "..." says nothing
        )
    if bars:
        table.add_column("", no_wrap=True)
    for number, row in enumerate(cells):
        table.add_row(*map(Text, row), *([Text(bars[number])] if bars else []))
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
