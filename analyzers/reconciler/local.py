"""The application's side, as local events tell it: pushes, placeholders, tools, what it gave up."""

from collections.abc import Callable, Mapping
from typing import Final

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler import simulation
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Push
from rtlog.analyzers.reconciler.states import LocalMove
from rtlog.recordings.record import Event

Handler = Callable[[Connection, Event, Moment], None]


def happened(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """Apply a `local.*` event; anything the table does not name is shown and ignored."""
    if c.lanes.simulated_by is not None:
        simulation.end(c)
    c.has_local = True
    HANDLERS.get(event.type, _nothing)(c, event, at)
    item = c.item(event.item_id) if event.item_id else None
    detail = event.error if isinstance(event.error, str) else event.reason or ""
    return [ch.LocalChanged(at, c, item, c.pushes.get(event.push_id), detail, event.response_id, event.empty, event.ms)]


def _nothing(_c: Connection, _event: Event, _at: Moment) -> None:
    return


def _push_begin(c: Connection, event: Event, at: Moment) -> None:
    items = None if event.items is None else tuple(event.items)
    push = Push(event.push_id, at, event.source, items, event.reason, frozenset(items or ()))
    c.pushes = {event.push_id: push}
    c.open_push = push
    c.note_push(at, local=True)
    if event.source != "local" or items is None:
        return
    # The push replaces the application's context: what it does not list, the application does not have.
    for item_id in items:
        _take(c, item_id, at)
    for item in list(c.held.values()):
        if item.id not in push.listed and item.live:
            item.move_local(LocalMove.MISSED)
            item.local_missed = item.local_missed or at
            del c.held[item.id]
    c.lanes.push_local(list(items))


def _push_end(c: Connection, event: Event, at: Moment) -> None:
    push = c.pushes.get(event.push_id) or c.open_push
    if push is not None:
        push.ended, push.error = at, event.error if isinstance(event.error, str) else None
    c.open_push = None


def _remote_item_added(c: Connection, event: Event, at: Moment) -> None:
    item = c.item(event.item_id or "")
    if item is not None and item.id not in c.lanes.local:
        item.move_local(LocalMove.MISSED)
        item.local_missed = item.local_missed or at


def _placeholder_added(c: Connection, event: Event, at: Moment) -> None:
    item = _known(c, event)
    if item is not None:
        item.move_local(LocalMove.PLACED)
        _hold(c, item)
        item.placeholder = item.placeholder or at
        c.lanes.take_locally(item.id)


def _placeholder_skipped(c: Connection, event: Event, at: Moment) -> None:
    item = _known(c, event)
    if item is not None:
        item.move_local(LocalMove.MISSED)
        item.local_missed = item.local_missed or at


def _taken(c: Connection, event: Event, at: Moment) -> None:
    if event.item_id:
        _take(c, event.item_id, at)
        c.lanes.take_locally(event.item_id)


def _tool_started(c: Connection, event: Event, at: Moment) -> None:
    _taken(c, event, at)
    item = _known(c, event)
    if item is not None:
        item.tool_started = item.tool_started or at


def _removed(c: Connection, event: Event, _at: Moment) -> None:
    item = _known(c, event)
    if item is not None:
        item.move_local(LocalMove.REMOVED)
        c.lanes.drop_locally(item.id)


def _reply_timeout(c: Connection, event: Event, at: Moment) -> None:
    for request in c.requests.pending("response.create"):
        if event.event_id in {None, request.event_id}:
            request.timed_out = request.timed_out or at


def _reply_cancelled(c: Connection, event: Event, at: Moment) -> None:
    for request in c.requests.pending("response.create"):
        if event.event_id in {None, request.event_id}:
            request.cancelled = request.cancelled or at


def _take(c: Connection, item_id: str, at: Moment) -> None:
    item = c.item(item_id)
    if item is not None:
        item.move_local(LocalMove.TAKEN)
        _hold(c, item)
        item.local_taken = item.local_taken or at


def _hold(c: Connection, item: ItemLife) -> None:
    if item.id in c.items:
        c.held[item.id] = item


def _known(c: Connection, event: Event) -> ItemLife | None:
    return c.item(event.item_id) if event.item_id else None


HANDLERS: Final[Mapping[str, Handler]] = {
    "local.ctx_push_begin": _push_begin,
    "local.ctx_push_end": _push_end,
    "local.remote_item_added": _remote_item_added,
    "local.placeholder_added": _placeholder_added,
    "local.placeholder_skipped": _placeholder_skipped,
    "local.item_committed": _taken,
    "local.item_removed": _removed,
    "local.tool_started": _tool_started,
    "local.reply_timeout": _reply_timeout,
    "local.reply_cancelled": _reply_cancelled,
}
