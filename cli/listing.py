"""The list of recordings: a row each, under the shortest name that a person can type for it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from rtlog.analyzers.info_report import InfoReport, RecordingInfo
from rtlog.cli.console import console_for
from rtlog.cli.formats.wording import json_of, printable
from rtlog.cli.inspecting import inspect_file
from rtlog.cli.loading import Setup
from rtlog.cli.saying import say
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.identity import ids_of, shortened
from rtlog.recordings.sources import at_hand

if TYPE_CHECKING:
    from rich.console import JustifyMethod

COLUMNS: Final = ("recorded (UTC)", "name", "client", "provider", "length", "turns", "verdict", "rules")
SPARED: Final = ("provider", "client", "turns", "length")
"""What a narrow terminal does not show, in this order; `rtlog info` tells it."""
FOLDED: Final = {"name": 12, "rules": 11}
"""Columns that a narrow terminal breaks into lines, and the width that they keep: the beginning of an id, two rules."""
GAP: Final = 2
RIGHT: Final = frozenset({"length", "turns"})
LONGEST_CLIENT: Final = 24
MINUTE_S: Final = 60


def listed(paths: Sequence[Path], setup: Setup) -> list[RecordingInfo]:
    """Count and analyze *paths*; what cannot be read is told, and left out."""
    found: list[RecordingInfo] = []
    for path in paths:
        try:
            found.append(inspect_file(path, setup))
        except RecordingError as error:
            say(str(error))
    return found


def render(found: Sequence[RecordingInfo], stream: TextIO, *, as_json: bool) -> None:
    """Print what was *found*: a table, or the document of `rtlog info`."""
    if as_json:
        report = InfoReport(tool=f"rtlog {version('rtlog')}", recordings=[*found])
        stream.write(json_of(report, indent=2) + "\n")
        return
    short = {path.resolve(): name for path, name in shortened(ids_of(_at_home())).items()}
    rows = [
        dict(zip(COLUMNS, map(printable, _cells(info, short.get(Path(info.path).resolve(), info.path))), strict=True))
        for info in found
    ]
    console = console_for(stream)
    widths = _widths(rows)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    shown = _fitting(widths, console.width)
    for name in shown:
        side: JustifyMethod = "right" if name in RIGHT else "left"
        table.add_column(name, justify=side, no_wrap=name not in FOLDED, overflow="fold", min_width=widths[name])
    for row in rows:
        table.add_row(*(Text(row[name]) for name in shown))
    console.print(table)


def _widths(rows: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """Give the room that each column needs."""
    whole = {name: max(cell_len(each) for each in (name, *(row[name] for row in rows))) for name in COLUMNS}
    return whole | {name: min(least, whole[name]) for name, least in FOLDED.items()}


def _fitting(widths: Mapping[str, int], width: int) -> list[str]:
    """Give the columns that *width* has room for, names and verdicts always."""
    shown, spared = [*COLUMNS], iter(SPARED)
    while sum(widths[name] + GAP for name in shown) > width and (left_out := next(spared, None)):
        shown.remove(left_out)
    return shown


def _at_home() -> list[Path]:
    """Give the recordings that an id can name."""
    try:
        return at_hand()
    except RecordingError:
        return []


def _cells(info: RecordingInfo, name: str) -> tuple[str, ...]:
    client = info.client or ""
    return (
        (info.started or "")[:19].replace("T", " "),
        name,
        client if len(client) <= LONGEST_CLIENT else f"{client[: LONGEST_CLIENT - 3]}...",
        info.provider or "",
        "" if info.duration_s is None else _length(info.duration_s),
        str(info.turns),
        info.verdict if info.complete or not info.has_header else f"{info.verdict}, no footer",
        " ".join(info.findings),
    )


def _length(seconds: float) -> str:
    whole, rest = divmod(round(seconds), MINUTE_S)
    return f"{whole}:{rest:02}" if whole else f"{seconds:.1f} s"
