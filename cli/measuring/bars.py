"""Small histograms: one line beside a row, and bars with the bounds that people speak of."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

CELLS: Final = 12
BLOCKS: Final = " ▁▂▃▄▅▆▇█"
ASCII_BLOCKS: Final = " ..::==##"
BOUNDS_MS: Final = (250, 500, 750, 1000, 1500, 2000, 3000, 5000)
BAR: Final = 24


def sparkline(values: Sequence[float], *, ascii_only: bool) -> str:
    """Give how *values* are spread from 0 to the greatest, in CELLS characters."""
    blocks, top = ASCII_BLOCKS if ascii_only else BLOCKS, max(values, default=0.0)
    counts = [0] * CELLS
    for value in values:
        counts[min(CELLS - 1, int(value / top * CELLS)) if top else 0] += 1
    tallest = max(counts) or 1
    return "".join(blocks[-(-count * (len(blocks) - 1) // tallest)] for count in counts)


def bars(values: Iterable[float], *, ascii_only: bool) -> list[tuple[str, int, str]]:
    """Give the bounds, the count and the bar of every bucket between the first and the last that hold anything."""
    counts = [0] * (len(BOUNDS_MS) + 1)
    for value in values:
        counts[bisect_left(BOUNDS_MS, value)] += 1
    filled = [place for place, count in enumerate(counts) if count]
    if not filled:
        return []
    tallest, mark = max(counts), "#" if ascii_only else "█"
    shown = range(filled[0], filled[-1] + 1)
    return [(_bounds(place), counts[place], mark * -(-counts[place] * BAR // tallest)) for place in shown]


def _bounds(place: int) -> str:
    if place == len(BOUNDS_MS):
        return f"over {BOUNDS_MS[-1]:,} ms"
    return f"to {BOUNDS_MS[place]:,} ms"
