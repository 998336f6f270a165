"""Deletes that came just late enough: RT101, RT404 and RT102 with their margins."""

from collections import deque
from dataclasses import dataclass

from rtlog.analyzers.interruption import deleted_on_interruption
from rtlog.analyzers.latency.collector import NearCollector, Thresholds
from rtlog.analyzers.latency.measurement import NearMiss, between
from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.analyzers.reconciler.changes import ItemAdded, ItemCreateSent, ItemDeleted, ItemDeleteSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import on


@dataclass(frozen=True, slots=True)
class _Delete:
    connection: Connection
    item: ItemLife
    request: Request
    since: Moment
    what: str


class NearDeletes(NearCollector):
    """RT101: a server-made item was deleted just after the application had what it waited for."""

    def __init__(self, thresholds: Thresholds) -> None:
        super().__init__(thresholds)
        self._deletes: dict[tuple[int, str], _Delete] = {}

    @on(ItemDeleteSent)
    def delete_sent(self, change: ItemDeleteSent) -> None:
        """Keep a delete that came after the line, until it is known whether the server did it."""
        item = change.item
        since, what = _line(change.conn, item)
        if not item.made_by_server or item.added is None or since is None:
            return
        margin = between(since, change.at)
        if margin is not None and self.is_near(margin):
            self._deletes[item.conn, item.id] = _Delete(change.conn, item, change.request, since, what)

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """A delete and a create of one id are an update."""
        if change.replaces:
            self._deletes.pop((change.item.conn, change.item.id), None)

    @on(ItemDeleted)
    def deleted(self, change: ItemDeleted) -> None:
        """RT404: what the server removes by itself may be a call, too."""
        item = change.item
        if change.request is None and item.type == "function_call" and item.output_sent is not None:
            margin = between(item.output_sent, change.at)
            if margin is not None and self.is_near(margin):
                told = f"{item.label} was deleted by the server {margin:.0f} ms after its output was sent"
                self.found.append(NearMiss("RT404", margin, told, change.at, (item.id,)))

    def finish(self) -> None:
        """Leave out what was refused, and what an interruption explains."""
        options = self.thresholds
        for delete in self._deletes.values():
            item, at = delete.item, delete.request.sent
            meant = deleted_on_interruption(delete.connection, item, options.of("RT101", "interruption-ms"))
            margin = between(delete.since, at)
            if delete.request.outcome != "rejected" and not meant and margin is not None:
                told = f"{item.label} was deleted {margin:.0f} ms after {delete.what}"
                self.found.append(NearMiss("RT101", margin, told, at, (item.id,)))


def _line(connection: Connection, item: ItemLife) -> tuple[Moment | None, str]:
    """Give the moment before which deleting *item* is RT101's race."""
    response = connection.response_of(item)
    match item.type, item.role:
        case "function_call", _:
            return item.output_sent, "its output was sent"
        case "message", "assistant" if response is not None:
            return response.done, f"its response {response.label} was done"
        case "message", "user" if item.origin == "input_audio":
            return item.transcription, "its transcript had come"
    return None, ""


class NearAnchors(NearCollector):
    """RT102: an item was deleted just after the server had put another behind it."""

    def __init__(self, thresholds: Thresholds) -> None:
        super().__init__(thresholds)
        self._placed: dict[int, deque[tuple[Moment, str, ItemLife]]] = {}

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """Note what the server placed by itself; a client's own create and delete keep their order."""
        if change.anchor is not None and change.fault is None and change.request is None and change.at.t is not None:
            placed = self._placed.setdefault(change.conn.number, deque())
            placed.append((change.at, change.anchor, change.item))
            self._forget(placed, change.at.t)

    @on(ItemDeleted)
    def deleted(self, change: ItemDeleted) -> None:
        """Compare with what stands behind it."""
        placed = self._placed.get(change.conn.number)
        if not placed or change.at.t is None:
            return
        self._forget(placed, change.at.t)
        for at, anchor, item in reversed(placed):
            margin = between(at, change.at)
            if anchor == change.item.id and margin is not None and self.is_near(margin):
                told = f"{change.item.label} was gone {margin:.0f} ms after {item.label} had been put behind it"
                self.found.append(NearMiss("RT102", margin, told, change.at, (change.item.id, item.id)))
                break

    def _forget(self, placed: "deque[tuple[Moment, str, ItemLife]]", now: int) -> None:
        oldest = now - self.thresholds.near_ms * NS_PER_MS
        while placed and (placed[0][0].t or 0) < oldest:
            placed.popleft()
