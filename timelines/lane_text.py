"""Lanes as text: one line a lane, aligned, with what it lacks behind it; one line where all agree."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rtlog.timelines.lanes import Ids, LaneName, View, apart, extra, missing, reordered
from rtlog.timelines.telling import Teller

SHORT: Final[Mapping[LaneName, str]] = {"server": "server", "mirror": "mirror", "local": "local"}
LONG: Final[Mapping[LaneName, str]] = {
    "server": "the server's conversation",
    "mirror": "the mirror",
    "local": "the local context",
}
MARKED: Final = 4
"""Items named in a remark on a lane."""


class LaneLine(NamedTuple):
    """A lane: its name, its items in brackets, and how it differs from the server's."""

    name: str
    items: str
    remark: str = ""


def lane_lines(view: View, teller: Teller) -> list[LaneLine]:
    """Give the lines of a snapshot."""
    told: list[tuple[LaneName, Ids]] = [("server", view.server), ("mirror", view.mirror)]
    if view.local is not None:
        told.append(("local", view.local))
    if view.agree:
        simulated = f" (local {_simulated(view)})" if view.simulated_by else ""
        return [LaneLine(" = ".join(SHORT[name] for name, _ in told) + simulated, _bracketed(view.server, teller))]
    if view.server == view.mirror:
        both = LaneLine("server = mirror", _bracketed(view.server, teller))
        return [both, *(_lane(view, name, ids, teller) for name, ids in told[2:])]
    return [_lane(view, name, ids, teller) for name, ids in told]


def _lane(view: View, name: LaneName, ids: Ids, teller: Teller) -> LaneLine:
    return LaneLine(SHORT[name], _bracketed(ids, teller), remark(view, name, teller))


def _bracketed(ids: Ids, teller: Teller) -> str:
    return f"[{teller.items(ids)}]"


def remark(view: View, name: LaneName, teller: Teller) -> str:
    """Say how lane *name* differs from the server's: what it lacks, what it alone has, another order."""
    if name == "server":
        return ""
    if name == "local" and not view.whole:
        return "" if view.local == view.server else "as far as told"
    lacks, alone = missing(view, name), extra(view, name)
    parts = [
        _simulated(view) if name == "local" and view.simulated_by else "",
        f"{teller.items(lacks, MARKED)} missing" if lacks else "",
        f"{teller.items(alone, MARKED)} only here" if alone else "",
        "other order" if not lacks and not alone and reordered(view, name) else "",
    ]
    return "; ".join(part for part in parts if part)


def _simulated(view: View) -> str:
    return f"simulated by {view.simulated_by}"


def lane_effects(before: View, after: View, teller: Teller) -> str:
    """Say what a step changed: `FC1 enters server and mirror; local lacks it`."""
    effects: dict[str, list[LaneName]] = {}
    for name in ("server", "mirror", "local"):
        for effect in _effects(before.lane(name) or (), after.lane(name) or (), teller):
            effects.setdefault(effect, []).append(name)
    said = [f"{effect} {_and([LONG[name] for name in names])}" for effect, names in effects.items()]
    return "; ".join([*said, *_lacking(before, after, teller)])


def _effects(old: Ids, new: Ids, teller: Teller) -> list[str]:
    went, came = apart(old, new)
    had, has = set(went), set(came)
    entered, left = [i for i in came if i not in had], [i for i in went if i not in has]
    said = []
    if entered:
        said.append(f"{teller.items(entered)} {_verb('enter', entered)}")
    if left:
        said.append(f"{teller.items(left)} {_verb('leave', left)}")
    if not said and old != new:
        said.append("the order changes in")
    return said


def _verb(stem: str, subjects: list[str]) -> str:
    return stem if len(subjects) > 1 else f"{stem}s"


def _lacking(before: View, after: View, teller: Teller) -> list[str]:
    """Name the lanes that what has just entered the server's conversation did not reach."""
    went, came = apart(before.server, after.server)
    had = set(went)
    entered = [item for item in came if item not in had]
    said = []
    for name, ids in after.known():
        lost = [] if ids == after.server else [item for item in entered if item not in ids]
        if lost:
            said.append(f"{LONG[name]} does not hold {teller.items(lost)}")
    return said


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
