"""Which step a record is part of: a push, the server's answers to it, a response, the user's turn, a tool."""

from typing import Final

from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Request
from rtlog.recordings.record import Event, Record
from rtlog.timelines.model import StepKey
from rtlog.timelines.sentences import Told

SESSION: Final = StepKey("session", "")
SYNCS: Final = frozenset({"conversation.item.create", "conversation.item.delete"})
"""Requests that make the server's conversation follow the application's."""


def key_of(record: Record, event_type: str, told: Told) -> StepKey | None:
    """Give the step of *record*; `None` where it belongs to whatever surrounds it."""
    event = record.event
    if event is None:
        return StepKey("socket", record.kind) if record.kind in {"open", "close", "gap"} else None
    if record.dir == "local":
        return _of_local(event)
    if event_type.startswith("session."):
        return SESSION
    request = _request(told)
    if request is not None and (record.dir == "client" or request.answered is not None):
        return _of_request(request, sent=record.dir == "client")
    return _of_server(event, event_type, told)


def _request(told: Told) -> Request | None:
    refused = None
    for each in told:
        if isinstance(each, ch.RequestSent | ch.RequestAnswered):
            return each.request
        if isinstance(each, ch.ErrorReceived):
            refused = each.request
    return refused


def _of_local(event: Event) -> StepKey | None:
    if event.type == "local.ctx_push_begin":
        return StepKey("push", event.push_id or "")
    if event.type.startswith("local.tool_"):
        return StepKey("tool", event.item_id or event.call_id or "")
    return None


def _of_request(request: Request, *, sent: bool) -> StepKey:
    push = request.push.push_id or "" if request.push is not None else None
    if request.type in SYNCS:
        if not sent:
            return StepKey("answer", push or "")
        return StepKey("sync", "") if push is None else StepKey("push", push)
    if request.type == "response.create" and request.response_id:
        return StepKey("response", request.response_id)
    if request.type == "response.cancel" and request.response_id and not sent:
        return StepKey("response", request.response_id)
    return StepKey("other", request.type)


def _of_server(event: Event, event_type: str, told: Told) -> StepKey | None:
    life = next((c.item for c in told if isinstance(c, ch.ItemAdded | ch.ItemDone | ch.ContentKnown)), None)
    if life is not None and life.origin == "client" and life.create is not None:
        push = life.create.push
        return StepKey("answer", push.push_id or "" if push else "")
    item_id = life.id if life is not None else event.item_id or (event.item.id if event.item else None) or ""
    if event_type.startswith("input_audio_buffer.") or "input_audio_transcription" in event_type:
        return StepKey("turn", item_id)
    if life is not None and life.origin == "input_audio":
        return StepKey("turn", item_id)
    response = response_of(event, told)
    if response is not None:
        return StepKey("response", response)
    return StepKey("other", event_type) if event_type.startswith(("error", "conversation.")) else None


def response_of(event: Event, told: Told) -> str | None:
    """Give the response that *event* belongs to."""
    if event.response_id:
        return event.response_id
    if event.response is not None and event.response.id:
        return event.response.id
    life = next((c.item for c in told if isinstance(c, ch.ItemAdded | ch.ItemDone | ch.ItemDeleted)), None)
    return life.response_id if life is not None else None


def subjects_of(event: Event, told: Told, connection: Connection | None) -> tuple[tuple[str, ...], str | None]:
    """Give the item ids that *event* names and its call id, for whoever looks for them."""
    item = event.item
    told_of = [event.item_id, item.id if item else None, event.local_tail, *(event.items or ())]
    if isinstance(event.previous_item_id, str):
        told_of.append(event.previous_item_id)
    request = _request(told)
    if request is not None:
        told_of.append(request.item_id)
    ids = tuple(dict.fromkeys(i for i in told_of if i))
    call = event.call_id or (item.call_id if item else None)
    if call is None and connection is not None and ids:
        life = connection.item(ids[0])
        call = life.call_id if life is not None else None
    return ids, call
