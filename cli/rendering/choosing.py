"""Which part of a recording is shown, by what a person wishes."""

from typing import Final

from rtlog.cli.rendering.times import instant
from rtlog.cli.rendering.wishes import Format, Style, Wishes
from rtlog.recordings.errors import RtlogError
from rtlog.timelines import lookup, windows
from rtlog.timelines.choice import Choice
from rtlog.timelines.outline import Recorded
from rtlog.timelines.windows import Selection, Window

DRAWN_FROM_ROWS: Final = frozenset({Format.TEXT, Format.MARKDOWN, Format.MERMAID})
"""What asks a timeline for nothing but the rows that are shown."""
WHOLE: Final = frozenset({Format.HTML, Format.CHROME_TRACE, Format.JSON})
"""What can be zoomed or searched, and shows the whole recording unless a person asks for a part."""


def selection_of(recorded: Recorded, started: str | None, wishes: Wishes) -> Selection:
    """Give what *wishes* choose; *started* is what the recording says of its first moment.

    Raises UnknownNameError for what the recording does not have, RtlogError for times that it cannot be searched by.
    """
    return Selection(
        _windows(recorded, started, wishes),
        item=lookup.item_of(recorded, wishes.item) if wishes.item else None,
        response=lookup.response_of(recorded, wishes.response) if wishes.response else None,
        call=lookup.call_of(recorded, wishes.call) if wishes.call else None,
        choice=Choice(wishes.types, wishes.not_types, frozenset(wishes.lanes)),
    )


def keeps_little(wishes: Wishes) -> bool:
    """Say whether it is worth reading a recording twice to keep no more than the part that *wishes* choose."""
    return wishes.output_format in DRAWN_FROM_ROWS and _shows_a_part(wishes)


def _shows_a_part(wishes: Wishes) -> bool:
    return bool(wishes.around or wishes.start or wishes.end) or not (wishes.filters or _shows_whole(wishes))


def _windows(recorded: Recorded, started: str | None, wishes: Wishes) -> tuple[Window, ...] | None:
    if wishes.around is not None:
        return windows.around(recorded, wishes.around, wishes.pad)
    if wishes.start is not None or wishes.end is not None:
        start, end = (None if time is None else instant(time, recorded, started) for time in (wishes.start, wishes.end))
        if start is not None and end is not None and start > end:
            raise RtlogError(f"--from {wishes.start} lies behind --to {wishes.end}")
        return windows.between(recorded, start, end)
    return windows.of_stories(recorded) if _shows_a_part(wishes) else None


def _shows_whole(wishes: Wishes) -> bool:
    return wishes.output_format in WHOLE or (wishes.output_format is Format.TEXT and wishes.style is Style.LANES)
