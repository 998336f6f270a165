"""Percentiles by nearest rank: always a value that was measured, never one between two."""

from collections.abc import Sequence
from math import ceil


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """Give the smallest of *ordered* that at least *percent* % of them do not exceed; `None` where there are none."""
    if not ordered:
        return None
    return ordered[max(0, ceil(percent / 100 * len(ordered)) - 1)]
