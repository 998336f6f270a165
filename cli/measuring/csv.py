"""Latencies for a spreadsheet: a row a measurement, or a turn."""

import csv
from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from rtlog.analyzers.latency.document import Measured, StatsReport, TurnRow
from rtlog.cli.formats.wording import printable

FORMULA: Final = ("=", "+", "-", "@")
"""What a spreadsheet takes for a formula to run: text of the wire must not become one."""
MEASUREMENTS: Final = ("file", "id", "kind", "of", "ms", "t_ms", "line", "conn", "turn", "response")
TURNS: Final = (
    *("file", "id", "turn", "t_ms", "line", "conn", "input", "said"),
    *("to_response_ms", "to_audio_ms", "tools", "responses", "interrupted"),
)
Cell = str | int | float | None


def render(report: StatsReport, stream: TextIO, *, turns: bool) -> None:
    """Print *report*."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(TURNS if turns else MEASUREMENTS)
    for each in report.recordings:
        found: Iterable[Sequence[Cell]] = map(_turn, each.turns) if turns else map(_measurement, each.measurements)
        for row in found:
            writer.writerow([_safe(cell) for cell in (each.path, each.id, *row)])


def _measurement(each: Measured) -> Sequence[Cell]:
    return (each.kind.value, each.of, each.ms, each.t_ms, each.line, each.conn, each.turn, each.response)


def _turn(each: TurnRow) -> Sequence[Cell]:
    told = (each.turn, each.t_ms, each.line, each.conn, each.input, each.said, each.to_response_ms, each.to_audio_ms)
    return (*told, " ".join(each.tools), " ".join(each.responses), "yes" if each.interrupted else "no")


def _safe(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
