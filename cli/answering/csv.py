"""An answer for a spreadsheet."""

import csv
from typing import TextIO

from rtlog.cli.fleet.asking import Answer, Cell
from rtlog.cli.formats.wording import printable
from rtlog.cli.measuring.csv import FORMULA


def render(answer: Answer, stream: TextIO) -> None:
    """Print *answer*; text that a spreadsheet would run gets an apostrophe in front."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_safe(column) for column in answer.columns])
    writer.writerows([_safe(cell) for cell in row] for row in answer.rows)


def _safe(cell: Cell) -> str | int | float | None:
    if isinstance(cell, list):
        cell = " ".join(str(each) for each in cell)
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
