"""The application's context where no local event tells it: as the named client would keep it.

A reading of the wire, not of the application: a tool is taken to start when its output is sent (it started before), a
message to be committed when its response ends (it is committed after playout). So nothing is proven by it, and the
first local event ends it.
"""

from collections.abc import Iterable
from typing import Final

from rtlog.analyzers.profiles.mirror import places_placeholder
from rtlog.analyzers.profiles.profile import ROOT, ClientProfile
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.reconciler.states import LocalMove, LocalState

CONFIG: Final = "config"
"""Stands for the local-only item that a client has at its context's tail when a session starts."""
TRANSCRIBED: Final = "conversation.item.input_audio_transcription.completed"
OUTPUT: Final = "function_call_output"


def begin(c: Connection, profile: ClientProfile) -> None:
    """Keep the lanes of *c* as *profile* does, the application's too until a local event tells it."""
    c.profile = profile
    c.lanes.unknown_anchor = profile.unknown_anchor
    c.lanes.simulated_by = profile.name
    c.lanes.push_local([CONFIG] if profile.starts_with_config and not c.earlier else [])


def end(c: Connection) -> None:
    """Forget all that was simulated: the application speaks for itself."""
    c.lanes.forget_local()
    for item in (*c.items.values(), *c.buried.values()):
        item.local = LocalState.UNKNOWN
    c.held = dict(c.items)


def follow(c: Connection, event_type: str, item_id: str | None, changes: Iterable[ch.Change]) -> list[ch.Change]:
    """Let the simulated context follow what a record changed; give what only the simulation knows of."""
    if event_type == TRANSCRIBED:
        _take(c, c.items.get(item_id or ""))
    return [told for change in changes for told in _follow(c, change)]


def _follow(c: Connection, change: ch.Change) -> Iterable[ch.Change]:
    match change:
        case ch.ItemCreateSent():
            _created(c, change)
        case ch.ToolOutputSent():
            _output_sent(c, change)
        case ch.ItemDeleteSent():
            _delete_sent(c, change.item)
        case ch.ResponseDone():
            _response_done(c, change.response)
        case ch.ItemAdded():
            return _added(c, change)
    return ()


def _take(c: Connection, item: ItemLife | None) -> None:
    if item is not None and item.id:
        item.move_local(LocalMove.TAKEN)
        c.lanes.take_locally(item.id)


def _created(c: Connection, change: ch.ItemCreateSent) -> None:
    """What a push creates stands in the pushed context, behind the same predecessor; outputs come with their call."""
    if change.told.type != OUTPUT and change.item.id:
        change.item.move_local(LocalMove.TAKEN)
        anchor = change.request.previous_item_id
        behind = anchor if anchor in c.lanes.local else None
        c.lanes.place_locally(change.item.id, behind, at_head=anchor == ROOT)


def _output_sent(c: Connection, change: ch.ToolOutputSent) -> None:
    if c.profile is not None and c.profile.keeps_call_ids:
        _take(c, change.call)
    _take(c, change.item)


def _added(c: Connection, change: ch.ItemAdded) -> Iterable[ch.Change]:
    item = change.item
    if item.id in c.lanes.local:
        return ()
    if change.request is not None:  # created without an id, which the server has given now
        _take(c, item)
        return ()
    item.move_local(LocalMove.MISSED)
    if c.profile is None or not c.profile.places_placeholders or not change.mirror_kept:
        return ()
    if not places_placeholder(c.lanes.local, c.lanes.mirror.before(item.id), item.id):
        return [ch.PlaceholderSkipped(change.at, c, item)]
    item.move_local(LocalMove.PLACED)
    c.lanes.take_locally(item.id)
    return ()


def _delete_sent(c: Connection, item: ItemLife) -> None:
    """What a push deletes is not in the pushed context."""
    if item.id in c.lanes.local:
        item.move_local(LocalMove.REMOVED)
        c.lanes.drop_locally(item.id)


def _response_done(c: Connection, response: ResponseLife) -> None:
    for item_id in response.items:
        item = c.items.get(item_id)
        if item is not None and item.live and item.type == "message" and not item.empty:
            _take(c, item)
