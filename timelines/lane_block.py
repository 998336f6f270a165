"""A snapshot as a block of code: all lanes, one line each, aligned, with what is missing marked."""

from collections.abc import Mapping
from typing import Final

from rtlog.timelines.lane_text import remark
from rtlog.timelines.lanes import LANES, LaneName, View
from rtlog.timelines.telling import Teller

TITLES: Final[Mapping[LaneName, str]] = {
    "server": "Server conversation:",
    "mirror": "mirror:",
    "local": "local:",
}
_WIDTH: Final = max(map(len, TITLES.values()))


def block(view: View, teller: Teller, room: int | None = None) -> list[str]:
    """Give the lines of a snapshot; the application's lane is there once local events told of it.

    What is missing is aligned, unless a line would then need more than *room* columns.
    """
    told = [(name, view.lane(name)) for name in LANES]
    lines = [(name, f"[{teller.items(ids)}]") for name, ids in told if ids is not None]
    reach = max(len(items) for _, items in lines)
    aligned = [_line(name, items, remark(view, name, teller), reach) for name, items in lines]
    if room is None or max(map(len, aligned)) <= room:
        return aligned
    return [_line(name, items, remark(view, name, teller), 0) for name, items in lines]


def _line(name: LaneName, items: str, told: str, reach: int) -> str:
    line = f"{TITLES[name]:<{_WIDTH}}  {items}"
    return f"{line}{' ' * (reach - len(items))}  <- {told}" if told else line
