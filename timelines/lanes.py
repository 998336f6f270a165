"""Lane snapshots: what stood on each lane after a record, kept as differences.

A session of a thousand items would cost a million names in whole snapshots; a difference is a few.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.lane import Edit, Lane

LaneName = Literal["server", "mirror", "local"]
LANES: Final[tuple[LaneName, ...]] = ("server", "mirror", "local")
Ids = tuple[str, ...]
KEPT_VIEWS: Final = 8


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
        same = self.mirror is self.server or self.mirror == self.server
        return same and (self.local is None or self.local == self.server)


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
    if old is new or old == new:  # comparing a tuple of thousands with itself looks at each
        return None
    kept = _alike_from(old, new, 1)
    rest = _alike_from(old[kept:], new[kept:], -1)
    return Splice(kept, rest, new[kept : len(new) - rest])


def _alike_from(old: Ids, new: Ids, step: Literal[1, -1]) -> int:
    """Give how many ids the two have alike from their start, or from their end.

    Slices are compared instead of ids, which is some fifty times as fast for lanes of thousands that differ in one.
    """
    if step < 0:
        old, new = old[::-1], new[::-1]
    sure, limit = 0, min(len(old), len(new))
    while sure < limit:
        tried = max(1, (limit - sure + 1) // 2)
        if old[sure : sure + tried] == new[sure : sure + tried]:
            sure += tried
        elif tried == 1:
            break
        else:
            limit = sure + tried - 1
    return sure


def apart(old: Ids, new: Ids) -> tuple[Ids, Ids]:
    """Give the two without what they begin and end with alike."""
    change = splice(old, new)
    return (old[change.kept : len(old) - change.rest], change.middle) if change else ((), ())


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
        server = old.server if self.server is None else self.server.apply(old.server)
        if old.mirror is old.server and self.mirror == self.server:
            mirror = server
        else:
            mirror = old.mirror if self.mirror is None else self.mirror.apply(old.mirror)
        return View(
            server,
            mirror,
            local if self.local_told else None,
            self.whole,
            self.simulated_by,
        )


class _Follower:
    """Follows one lane by its journal: a change at the tail costs the same however long the lane is."""

    __slots__ = ("_ids", "_journal")

    def __init__(self, lane: Lane) -> None:
        self._ids: list[str] = []
        self._journal = [Edit(True, item_id, before) for item_id, before in _with_predecessors(lane)]  # noqa: FBT003 - a record
        lane.journal = self._journal

    @property
    def ids(self) -> Ids:
        return tuple(self._ids)

    def look(self) -> Splice | None:
        """Give what changed since the last look."""
        edits = self._journal.copy()
        self._journal.clear()
        if len(edits) == 1:
            return self._follow(edits[0])
        if not edits:
            return None
        old = tuple(self._ids)
        for edit in edits:
            self._follow(edit)
        return splice(old, tuple(self._ids))

    def _follow(self, edit: Edit) -> Splice:
        ids = self._ids
        if edit.put:
            place = self._behind(edit.after)
            ids.insert(place, edit.item_id)
            return Splice(place, len(ids) - place - 1, (edit.item_id,))
        place = self._behind(edit.after)
        del ids[place]
        return Splice(place, len(ids) - place, ())

    def _behind(self, after: str | None) -> int:
        if after is None:
            return 0
        return len(self._ids) if self._ids[-1] == after else self._ids.index(after) + 1


def _with_predecessors(lane: Lane) -> Iterator[tuple[str, str | None]]:
    return ((item_id, lane.before(item_id)) for item_id in lane)


class LaneWatch:
    """Notes how the lanes of one connection change."""

    __slots__ = ("_local", "_mirror", "_server", "_state", "_version")

    def __init__(self, connection: Connection) -> None:
        lanes = connection.lanes
        self._server, self._mirror, self._local = map(_Follower, (lanes.server, lanes.mirror, lanes.local))
        self._version = -1
        self._state: tuple[bool, bool, str | None] = (False, False, None)

    def look(self, connection: Connection) -> LaneChanges | None:
        """Give what changed since the last look."""
        lanes = connection.lanes
        state = connection.tells_local, lanes.local_known, lanes.simulated_by
        if lanes.version == self._version and state == self._state:
            return None
        told, tells = self._state[0], state[0]
        local = self._local.look() if told else self._first_told(tells=tells)
        if told and not tells:
            local = None
        changes = LaneChanges(self._server.look(), self._mirror.look(), local, *state)
        same = state == self._state and not any((changes.server, changes.mirror, changes.local))
        self._version, self._state = lanes.version, state
        return None if same else changes

    def whole(self) -> LaneChanges:
        """Give all that stands on the lanes, as one change of whatever stood there."""
        told, whole, simulated_by = self._state
        server, mirror, local = (Splice(0, 0, lane.ids) for lane in (self._server, self._mirror, self._local))
        return LaneChanges(server, mirror, local if told else None, told, whole, simulated_by)

    def _first_told(self, *, tells: bool) -> Splice | None:
        self._local.look()
        return splice((), self._local.ids) if tells else None


class LaneHistory:
    """The lanes of one connection as they went; what stood there at some point is put together when it is looked at.

    Kept are the differences, and whole views only of what was looked at last.
    """

    __slots__ = ("_changes", "_recent")

    def __init__(self) -> None:
        self._changes: list[LaneChanges] = []
        self._recent: dict[int, View] = {}

    def add(self, changes: LaneChanges) -> None:
        """Let *changes* follow."""
        self._changes.append(changes)

    @property
    def now(self) -> "Standing":
        """The point that it has come to."""
        return Standing(self, len(self._changes))

    def view(self, point: int) -> View:
        """Give the lanes after the first *point* changes."""
        recent = self._recent
        view = recent.pop(point, None) or self._put_together(point)
        recent[point] = view
        if len(recent) > KEPT_VIEWS:
            del recent[next(iter(recent))]
        return view

    def _put_together(self, point: int) -> View:
        known = max((each for each in self._recent if each <= point), default=0)
        view = self._recent.get(known, View())
        for changes in self._changes[known:point]:
            view = changes.apply(view)
        return view


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A point on the lanes of one connection: what stood there after so many changes."""

    history: LaneHistory
    point: int

    @property
    def view(self) -> View:
        """What stood on each lane."""
        return self.history.view(self.point)


def missing(view: View, name: LaneName) -> Ids:
    """Give what the server holds and lane *name* lacks."""
    theirs, own = apart(view.server, view.lane(name) or ())
    have = set(own)
    return tuple(item for item in theirs if item not in have)


def extra(view: View, name: LaneName) -> Ids:
    """Give what lane *name* holds and the server lacks."""
    theirs, own = apart(view.server, view.lane(name) or ())
    have = set(theirs)
    return tuple(item for item in own if item not in have)


def reordered(view: View, name: LaneName) -> bool:
    """Say whether lane *name* holds what the server holds in another order."""
    theirs, own = apart(view.server, view.lane(name) or ())
    shared = set(theirs) & set(own)
    return [i for i in own if i in shared] != [i for i in theirs if i in shared]
