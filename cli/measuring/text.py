"""Latencies in a terminal."""

from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rtlog.analyzers.latency.document import Latency, Measured, Near, RecordingStats, StatsReport
from rtlog.analyzers.latency.measurement import Kind
from rtlog.cli.console import console_for, encodes_arrows
from rtlog.cli.formats.wording import counted, printable
from rtlog.cli.measuring.bars import bars, sparkline
from rtlog.cli.measuring.turn_table import dash, turn_table
from rtlog.cli.painting import draws_lifelines

NEAR_SHOWN: Final = 10
WIDE: Final = 80
"""Columns from which there is room for a histogram in each row."""


def render(report: StatsReport, stream: TextIO, *, turns: bool) -> None:
    """Print *report*: all recordings together, then each."""
    console = console_for(stream)
    for recording in report.recordings:
        for note in recording.notes:
            console.print(Text(f"{printable(recording.path)}: {note}"), soft_wrap=True)
    _figures(console, report, ascii_only=not draws_lifelines(console.encoding), arrows=encodes_arrows(stream))
    if len(report.recordings) > 1:
        console.print()
        console.print(_files(report.recordings))
    for recording in report.recordings:
        if turns:
            console.print(Text(f"\n{_title(recording)}", style="bold"), soft_wrap=True)
            console.print(turn_table(recording.turns))
        _near(console, recording, report.near_ms, named=turns or len(report.recordings) == 1)


def _figures(console: Console, report: StatsReport, *, ascii_only: bool, arrows: bool) -> None:
    together = [each for recording in report.recordings for each in recording.measurements]
    several = len(report.recordings) > 1
    title = counted(len(report.recordings), "recording") if several else printable(report.recordings[0].path)
    turns = counted(sum(len(each.turns) for each in report.recordings), "turn")
    console.print(Text(f"{title}: {turns}, {counted(len(together), 'measurement')}", style="bold"), soft_wrap=True)
    if not report.latencies:
        return
    waits = [each for each in report.latencies if each.kind is not Kind.ACK]
    acks = [each for each in report.latencies if each.kind is Kind.ACK]
    for heading, rows in (("latency, ms", waits), ("acknowledged, ms", acks)):
        if rows:
            console.print()
            console.print(
                _table(heading, rows, together, wide=console.width >= WIDE, ascii_only=ascii_only, arrows=arrows)
            )
    _histogram(console, together, ascii_only=ascii_only, arrows=arrows)


def _table(
    heading: str, rows: Sequence[Latency], measured: Sequence[Measured], *, wide: bool, ascii_only: bool, arrows: bool
) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(heading, no_wrap=True)
    for name in ("count", "p50", "p95", "max"):
        table.add_column(name, justify="right", no_wrap=True)
    if wide:
        table.add_column("0 to max", no_wrap=True)
    for row in rows:
        title = row.title if arrows else row.title.replace("→", "->")
        cells: list[str | Text] = [Text(title), f"{row.count:,}", dash(row.p50_ms), dash(row.p95_ms), dash(row.max_ms)]
        if wide:
            cells.append(
                Text(sparkline(_values(measured, row), ascii_only=ascii_only) if row.max_ms is not None else "")
            )
        table.add_row(*cells)
    return table


def _values(measured: Iterable[Measured], row: Latency) -> list[float]:
    same = (each for each in measured if each.kind is row.kind and (row.kind is not Kind.ACK or each.of == row.of))
    return [each.ms for each in same if each.ms is not None]


def _histogram(console: Console, measured: Iterable[Measured], *, ascii_only: bool, arrows: bool) -> None:
    values = [each.ms for each in measured if each.kind is Kind.USER_TO_AUDIO and each.ms is not None]
    if not values:
        return
    console.print(f"\nend of turn {'→' if arrows else '->'} first audio")
    for bounds, count, bar in bars(values, ascii_only=ascii_only):
        console.print(Text(f"  {bounds:>13}  {count:>5,}  {bar}".rstrip()))


def _files(recordings: Sequence[RecordingStats]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("file", overflow="fold")
    for name in ("turns", "p50", "p95", "max", "near"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in recordings:
        wait = next((row for row in each.latencies if row.kind is Kind.USER_TO_AUDIO), None)
        figures = [dash(wait.p50_ms), dash(wait.p95_ms), dash(wait.max_ms)] if wait else ["-"] * 3
        table.add_row(Text(printable(each.path)), str(len(each.turns)), *figures, str(len(each.near_misses)))
    return table


def _near(console: Console, recording: RecordingStats, near_ms: float, *, named: bool) -> None:
    found = recording.near_misses
    if not found:
        return
    where = "" if named else f" in {printable(recording.path)}"
    console.print(
        Text(f"\n{counted(len(found), 'near miss', 'near misses')} within {near_ms:g} ms{where}", style="bold")
    )
    for each in found[:NEAR_SHOWN]:
        console.print(Text(_near_line(each)), soft_wrap=True)
    if len(found) > NEAR_SHOWN:
        console.print(f"  and {len(found) - NEAR_SHOWN} more, in --output-format json")


def _near_line(each: Near) -> str:
    when = "" if each.t_ms is None else f"{each.t_ms / 1000:,.2f} s, "
    return f"  {each.margin_ms:>5.0f} ms  {each.rule}  {printable(each.message)} ({when}line {each.line})"


def _title(recording: RecordingStats) -> str:
    return f"Turns of {printable(recording.path)}"
