"""How long and when an untimed recording was, by the ids of its server: a clock of whole seconds, and called so."""

from datetime import UTC, datetime


def by_ids(first: int, last: int) -> str:
    """Say it of the seconds since 1970 of the first and the last id."""
    return f"~{last - first} s by ids, from ~{datetime.fromtimestamp(first, UTC):%Y-%m-%d %H:%M:%S} UTC"


def coarse(first: int, last: int) -> str:
    """Say it where single records show their seconds."""
    return f"{by_ids(first, last)}: a coarse clock, by which nothing is ordered"
