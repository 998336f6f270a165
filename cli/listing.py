"""The list of recordings: a row each, under the shortest name that a person can type for it."""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final, TextIO

from rich.table import Table
from rich.text import Text

from rtlog.analyzers.info_report import InfoReport, RecordingInfo
from rtlog.cli.console import console_for
from rtlog.cli.formats.wording import printable
from rtlog.cli.inspecting import inspect_file
from rtlog.cli.loading import Setup
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.identity import ids_of, shortened
from rtlog.recordings.sources import at_hand

COLUMNS: Final = ("recorded (UTC)", "name", "client", "provider", "length", "turns", "verdict", "rules")
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
            print(f"rtlog: {printable(str(error))}", file=sys.stderr)
    return found


def render(found: Sequence[RecordingInfo], stream: TextIO, *, as_json: bool) -> None:
    """Print what was *found*: a table, or the document of `rtlog info`."""
    if as_json:
        report = InfoReport(tool=f"rtlog {version('rtlog')}", recordings=[*found])
        stream.write(report.model_dump_json(indent=2) + "\n")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in RIGHT else "left", no_wrap=name != "rules")
    short = {path.resolve(): name for path, name in shortened(ids_of(_at_home())).items()}
    for info in found:
        name = short.get(Path(info.path).resolve(), info.path)
        table.add_row(*(Text(printable(cell)) for cell in _cells(info, name)))
    console_for(stream).print(table)


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
