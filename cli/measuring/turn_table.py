"""The turns of a recording, one row each."""

from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from rtlog.analyzers.latency.document import TurnRow
from rtlog.cli.formats.wording import clip

SAID: Final = 40
TOOLS: Final = 3


def dash(ms: float | None) -> str:
    """Write whole ms; a dash where there are none."""
    return "-" if ms is None else f"{ms:,.0f}"


def turn_table(turns: Sequence[TurnRow]) -> Table:
    """Give a table of *turns*, times in ms."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("turn", "at, s", "response", "audio"):
        table.add_column(name, justify="right", no_wrap=True)
    # Columns that may wrap give way first where it is narrow; their cells end in an ellipsis instead.
    table.add_column("said")
    table.add_column("tools")
    table.add_column("", no_wrap=True)
    for turn in turns:
        at = "-" if turn.t_ms is None else f"{turn.t_ms / 1000:,.2f}"
        times = at, dash(turn.to_response_ms), dash(turn.to_audio_ms)
        end = "interrupted" if turn.interrupted else ""
        table.add_row(str(turn.turn), *times, _cell(_said(turn)), _cell(_tools(turn.tools)), end)
    return table


def _cell(text: str) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis")


def _said(turn: TurnRow) -> str:
    return f"({turn.input})" if turn.said is None else clip(turn.said, SAID)


def _tools(tools: Sequence[str]) -> str:
    shown = ", ".join(clip(tool, SAID) for tool in tools[:TOOLS])
    return shown + (f" and {len(tools) - TOOLS} more" if len(tools) > TOOLS else "")
