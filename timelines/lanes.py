"""Lane snapshots: what stood on each lane after a record, kept as differences.

A session of a thousand items would cost a million names in whole snapshots; a difference is a few.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rtlog.analyzers.reconciler.connection import Connection

LaneName = Literal["server", "mirror", "local"]
LANES: Final[tuple[LaneName, ...]] = ("server", "mirror", "local")
Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The ids on each lane.

    `local` is `None` without local events; `whole` says whether a push told the application's whole context, or only
    single events what it took. `simulated_by` is the client profile that stands in for the local events.
    """

    server: Ids = ()
    mirror: Ids = ()
    local: Ids | None = None
    whole: bool = False
    simulated_by: str | None = None

    def lane(self, name: LaneName) -> Ids | None:
        """Give one lane."""
        return {"server": self.server, "mirror": self.mirror, "local": self.local}[name]

    def known(self) -> Iterator[tuple[LaneName, Ids]]:
        """Give the lanes that can be compared: the application's only once its whole context is known."""
        for name in LANES:
            ids = self.lane(name)
            if ids is not None and (name != "local" or self.whole):
                yield name, ids

    @property
    def agree(self) -> bool:
        """Whether every lane that is told holds the same items in the same order."""
        return self.server == self.mirror and self.local in {None, self.server}


@dataclass(frozen=True, slots=True)
class Splice:
    """How a lane changed: between `kept` items at its start and `rest` at its end stands `middle` now."""

    kept: int
    rest: int
    middle: Ids

    def apply(self, old: Ids) -> Ids:
        """Give the lane after the change."""
        return old[: self.kept] + self.middle + (old[-self.rest :] if self.rest else ())


def splice(old: Ids, new: Ids) -> Splice | None:
    """Give the difference, `None` where there is none."""
    if old == new:
        return None
    shorter = min(len(old), len(new))
    kept = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    room = shorter - kept
    rest = next((i for i in range(room) if old[-1 - i] != new[-1 - i]), room)
    return Splice(kept, rest, new[kept : len(new) - rest])


@dataclass(frozen=True, slots=True)
class LaneChanges:
    """What one record changed on the lanes of its connection."""

    server: Splice | None
    mirror: Splice | None
    local: Splice | None
    local_told: bool
    whole: bool
    simulated_by: str | None

    def apply(self, old: View) -> View:
        """Give the lanes after the record."""
        local = old.local or ()
        if self.local is not None:
            local = self.local.apply(local)
        return View(
            old.server if self.server is None else self.server.apply(old.server),
            old.mirror if self.mirror is None else self.mirror.apply(old.mirror),
            local if self.local_told else None,
            self.whole,
            self.simulated_by,
        )


class LaneWatch:
    """Notes how the lanes of one connection change."""

    __slots__ = ("_told", "_version", "_view")

    def __init__(self) -> None:
        self._version = 0
        self._told = False
        self._view = View()

    def look(self, connection: Connection) -> LaneChanges | None:
        """Give what changed since the last look."""
        lanes = connection.lanes
        if lanes.version == self._version and connection.tells_local == self._told:
            return None
        self._version, self._told = lanes.version, connection.tells_local
        old = self._view
        local = tuple(lanes.local) if connection.tells_local else None
        new = self._view = View(tuple(lanes.server), tuple(lanes.mirror), local, lanes.local_known, lanes.simulated_by)
        if new == old:
            return None
        return LaneChanges(
            splice(old.server, new.server),
            splice(old.mirror, new.mirror),
            splice(old.local or (), new.local or ()),
            new.local is not None,
            new.whole,
            new.simulated_by,
        )


def missing(view: View, name: LaneName) -> Ids:
    """Give what the server holds and lane *name* lacks."""
    have = set(view.lane(name) or ())
    return tuple(item for item in view.server if item not in have)


def extra(view: View, name: LaneName) -> Ids:
    """Give what lane *name* holds and the server lacks."""
    have = set(view.server)
    return tuple(item for item in view.lane(name) or () if item not in have)


def reordered(view: View, name: LaneName) -> bool:
    """Say whether lane *name* holds what the server holds in another order."""
    lane = view.lane(name) or ()
    shared = set(lane) & set(view.server)
    return [i for i in lane if i in shared] != [i for i in view.server if i in shared]
