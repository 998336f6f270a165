"""The three lanes: the server's conversation, a strict client's mirror of it, the application's own context."""

from msgspec import Struct, field

from rtlog.analyzers.profiles.mirror import insert
from rtlog.analyzers.profiles.profile import UnknownAnchor
from rtlog.analyzers.reconciler.lane import Lane


class Snapshot(Struct, frozen=True):
    """The ids on each lane at one moment.

    `local` is `None` until a local event tells the application's context, or else as `simulated_by` would keep it.
    """

    server: tuple[str, ...]
    mirror: tuple[str, ...]
    local: tuple[str, ...] | None
    simulated_by: str | None = None


class Lanes(Struct):
    """The lanes of one connection.

    The mirror obeys the rules of a strict client, where no client is named: null goes to the head, an unknown
    predecessor loses the item, and with it everything that names a lost item.
    """

    server: Lane = field(default_factory=Lane)
    mirror: Lane = field(default_factory=Lane)
    local: Lane = field(default_factory=Lane)
    local_known: bool = False
    lost: dict[str, str] = field(default_factory=dict)
    """Items that the mirror could not insert, each with the first lost item of its chain."""
    unknown_anchor: UnknownAnchor = UnknownAnchor.REFUSE
    simulated_by: str | None = None
    """The client profile that the application's context is simulated by, where no local event tells it."""
    version: int = 0
    """Grows with every change, so that a reader knows when to take a snapshot."""

    def snapshot(self) -> Snapshot:
        """Give the ids on each lane."""
        local = tuple(self.local) if self.local_known else None
        return Snapshot(tuple(self.server), tuple(self.mirror), local, self.simulated_by)

    def around(self, item_id: str, behind: str | None) -> Snapshot:
        """Give the ids on each lane around *item_id*, or where it is gone, around its place behind *behind*."""
        server, mirror = self.server.window(item_id, behind), self.mirror.window(item_id, behind)
        local = self.local.window(item_id, behind) if self.local_known else None
        return Snapshot(server, mirror, local, self.simulated_by)

    def add_to_server(self, item_id: str, after: str | None, *, at_head: bool) -> None:
        """Insert on the server's lane; where the predecessor is unknown, the tail is the best reading."""
        self.version += 1
        if after is not None and after in self.server:
            self.server.insert(item_id, after=after)
        elif at_head:
            self.server.insert(item_id, after=None)
        else:
            self.server.append(item_id)

    def add_to_mirror(self, item_id: str, after: str | None) -> bool:
        """Insert as the client would; give whether it could."""
        if item_id in self.mirror:
            return False
        if insert(self.mirror, after, item_id, self.unknown_anchor) is not None:
            self.lost[item_id] = self.lost.get(after or "", item_id)
            return False
        self.version += 1
        self.lost.pop(item_id, None)
        return True

    def delete(self, item_id: str) -> None:
        """Take *item_id* from the server's conversation and from the mirror."""
        self.version += 1
        self.server.remove(item_id)
        self.mirror.remove(item_id)
        self.lost.pop(item_id, None)

    def chain_lost_with(self, item_id: str) -> list[str]:
        """Give the items that a strict mirror lost because it lost *item_id*, itself included."""
        return [lost for lost, first in self.lost.items() if first == item_id]

    def push_local(self, item_ids: list[str]) -> None:
        """Make the application's context what it pushed."""
        self.version += 1
        self.local_known = True
        self.local.replace(item_ids)

    def take_locally(self, item_id: str) -> None:
        """Let the application take an item at its tail, or keep it where it stands."""
        if item_id not in self.local:
            self.version += 1
            self.local.append(item_id)

    def place_locally(self, item_id: str, after: str | None, *, at_head: bool) -> None:
        """Let the application hold an item behind *after*, at the head, or else at its tail; one it holds stays."""
        if after is None and not at_head:
            self.take_locally(item_id)
        elif item_id not in self.local:
            self.version += 1
            self.local.insert(item_id, after=after)

    def forget_local(self) -> None:
        """Know nothing of the application's context any more."""
        self.version += 1
        self.local_known, self.simulated_by = False, None
        self.local.replace([])

    def drop_locally(self, item_id: str) -> None:
        """Take an item out of the application's context."""
        if item_id in self.local:
            self.version += 1
            self.local.remove(item_id)
