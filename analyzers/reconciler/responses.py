"""Responses: requested, created, in progress, done. Their items overlap in time, so everything goes by item id."""

from collections.abc import Sequence
from itertools import islice

from rtlog.analyzers.moment import Moment, moment_of
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler.connection import ACTIVE_TOLD, Connection
from rtlog.analyzers.reconciler.conversation import describe, note_part, stray
from rtlog.analyzers.reconciler.life import TEXT_LIMIT, ItemLife, Request, ResponseLife
from rtlog.analyzers.reconciler.states import Move, ResponseState
from rtlog.analyzers.reconciler.turns import drop_unheard, interrupt
from rtlog.recordings.record import Event, Record, Response, StatusDetails

OUT_OF_BAND = "none"


def create_sent(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.create`: awaited until `response.created` or an error."""
    asked = event.response
    request = Request(event.type, at, c.number, event.event_id, metadata=asked.metadata if asked else None)
    request.out_of_band = asked is not None and asked.conversation == OUT_OF_BAND
    request.writes = asked is not None and _writes(asked)
    request.active_when_sent, request.last_turn = tuple(islice(c.active, ACTIVE_TOLD)), c.last_user_turn
    waiting = c.requests.newest("response.create")
    if waiting is not None:  # those before it were repeated by it
        waiting.repeated = waiting.repeated or at
    c.requests.sent(request)
    return [ch.RequestSent(at, c, request), ch.ResponseCreateSent(at, c, request)]


def cancel_sent(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.cancel`: with an id that response, without one the active response of the default conversation."""
    request = Request(event.type, at, c.number, event.event_id, response_id=event.response_id)
    active = c.active_told()
    awaited = [r for r in c.requests.pending("response.create") if not r.out_of_band]
    target = event.response_id or (next(iter(c.active)) if len(c.active) == 1 else None)
    if target is None and not c.active and awaited:
        awaited[0].cancelled = awaited[0].cancelled or at
    c.requests.sent(request)
    response = c.response(target)
    if response is not None and response.cancel is None:
        response.cancel = request
    interrupt(c, at)
    return [ch.RequestSent(at, c, request), ch.ResponseCancelSent(at, c, request, active, len(awaited))]


def created(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.created`, tied to its request by metadata, else by order; else turn detection made it."""
    told = event.response
    if told is None or not told.id:
        return []
    response = ResponseLife(told.id, c.number, c.labels.response(told.id), created=at)
    response.audio_bytes_per_ms = c.settings.output_bytes_per_ms
    response.request = request = _request_of(c, told)
    response.turn_made = request is None
    response.out_of_band = _is_out_of_band(c, told, request)
    response.writes = _writes(told) or (request is not None and request.writes)
    if not response.out_of_band:
        drop_unheard(c)
    c.response_begins(response)
    changes: list[ch.Change] = [ch.ResponseCreated(at, c, response)]
    if request is not None:
        request.response_id = response.id
        c.requests.acknowledge(request, at, by_id=bool(request.metadata))
        changes.append(ch.RequestAnswered(at, c, request))
    else:
        c.unanswered_turn = None
    return changes


def _writes(told: Response) -> bool:
    modalities = told.output_modalities or told.modalities
    return bool(modalities) and "audio" not in (modalities or ())


def _is_out_of_band(c: Connection, told: Response, request: Request | None) -> bool:
    """A null `conversation_id` tells only on servers that name the conversation otherwise."""
    c.names_conversation = c.names_conversation or isinstance(told.conversation_id, str)
    if request is not None:
        return request.out_of_band
    return told.conversation_id is None and c.names_conversation


def _request_of(c: Connection, told: Response) -> Request | None:
    waiting = list(c.requests.pending("response.create"))
    if told.metadata:
        return next((r for r in waiting if r.metadata == told.metadata), None)
    if told.conversation_id is None:
        waiting = [r for r in waiting if r.out_of_band] or waiting
    if not waiting:
        return None
    # A server that echoes metadata would have echoed it: a bare response after a user turn is the turn's own.
    if waiting[0].metadata and c.unanswered_turn is not None:
        return None
    return waiting[0]


def output_item_added(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.output_item.added` announces an item; its `conversation.item.added` follows."""
    told, response = event.item, c.response(event.response_id)
    if told is None or not told.id:
        return []
    item = c.life(told.id)
    again = item.response_id is not None and item.response_id == event.response_id
    item.response_id = event.response_id
    item.announced = item.announced or at
    if response is not None and not again:
        response.items.append(told.id)
        if response.first_output is None:
            response.first_output = at
    if response is None or not response.out_of_band:
        item.move(Move.ANNOUNCE)
    describe(c, item, told)
    return []


def output_item_done(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.output_item.done`: final content; a call whose response was not cancelled is complete."""
    item = c.item(event.item.id or "") if event.item else None
    if item is None or event.item is None:
        return stray(c, event.item.id, at) if event.item else []
    known = item.text
    describe(c, item, event.item)
    item.done = item.done or at
    changes: list[ch.Change] = []
    if item.text != known:
        changes.append(ch.ContentKnown(at, c, item))
    if event.item.status != "incomplete":
        changes += _call_finished(c, item, at)
    return changes


def arguments_done(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.function_call_arguments.done`: the application may run the tool from here on."""
    item = c.item(event.item_id or "")
    if item is None:
        return []
    item.arguments = (event.arguments or item.arguments)[:TEXT_LIMIT]
    item.name = event.name or item.name
    return _call_finished(c, item, at)


def _call_finished(c: Connection, item: ItemLife, at: Moment) -> list[ch.Change]:
    if item.type != "function_call" or item.call_done is not None:
        return []
    item.call_done = at
    return [ch.CallFinished(at, c, item)]


def content_part_done(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.content_part.done`: the part's whole text."""
    item, part = c.item(event.item_id or ""), event.part
    if item is not None and part is not None:
        note_part(item, part)
    text = (part.text or part.transcript) if part else None
    if item is None or not text or text in item.text:
        return []
    item.text, item.has_text = f"{item.text} {text}".strip()[:TEXT_LIMIT], True
    return [ch.ContentKnown(at, c, item)]


def done(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`response.done`: status and reason; a cancel that waits for it is answered."""
    told = event.response
    response = c.response(told.id) if told else None
    if told is not None and told.id and response is None:
        return [ch.StrayResponseDone(at, c, told.id)]
    if told is None or response is None or not response.active:
        return []
    response.state, response.done, response.status = ResponseState.DONE, at, told.status or ""
    response.tokens = (told.usage.total_tokens if told.usage else None) or 0
    response.input_tokens = (told.usage.input_tokens if told.usage else None) or 0
    response.output_count = None if told.output is None else len(told.output)
    details = told.status_details
    if isinstance(details, StatusDetails):
        response.reason = details.reason
        if details.error:
            response.error_code, response.error_message = details.error.code or "", details.error.message or ""
    elif details:
        response.reason = details
    c.response_ends(response.id)
    changes: list[ch.Change] = [ch.ResponseDone(at, c, response)]
    cancel = _cancel_answered(c, response)
    if cancel is not None:
        c.requests.acknowledge(cancel, at, by_id=cancel.response_id is not None)
        changes.append(ch.RequestAnswered(at, c, cancel))
    return changes


def _cancel_answered(c: Connection, response: ResponseLife) -> Request | None:
    waiting = list(c.requests.pending("response.cancel"))
    named = next((r for r in waiting if r.response_id == response.id), None)
    if named is not None or response.status != "cancelled":
        return named
    return next((r for r in waiting if r.response_id is None), None)


def rate_limits(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`rate_limits.updated` acknowledges nothing; it tells what is left."""
    return [ch.RateLimitsUpdated(at, c, tuple(event.rate_limits or ()))]


def text_delta(c: Connection, event: Event, record: Record) -> Sequence[ch.Change]:
    """A text or transcript delta: the item has words. Its text is taken from the finished part."""
    item, response = c.items.get(event.item_id or ""), c.responses.get(event.response_id or "")
    if response is not None:
        response.last_output_t = record.t
        if response.first_output is None:
            response.first_output = moment_of(record)
    if item is None:
        return stray(c, event.item_id, moment_of(record))
    item.has_text = True
    return ()


def audio_delta(c: Connection, event: Event, record: Record) -> Sequence[ch.Change]:
    """An audio delta only counts: three quarters of all records are of this kind."""
    response, audio_bytes = c.responses.get(event.response_id or ""), record.audio_bytes
    if response is not None:
        response.audio_bytes += audio_bytes
        response.last_output_t = response.last_audio_t = record.t
        if response.first_audio_t is None:
            response.first_audio_t = record.t
        if response.done is not None and response.late_audio is None:
            response.late_audio = moment_of(record)
    item = c.items.get(event.item_id or "")
    if item is None:
        return stray(c, event.item_id, moment_of(record))
    item.audio_bytes += audio_bytes
    if item.truncated is not None and item.late_audio is None:
        item.late_audio = moment_of(record)
    return ()


def deltas(c: Connection, event: Event, record: Record) -> Sequence[ch.Change]:
    """A run of deltas of one item: the first of each type has been heard by itself, so that these only count."""
    response, item = c.responses.get(event.response_id or ""), c.items.get(event.item_id or "")
    if response is not None:
        response.audio_bytes += record.audio_bytes
        if record.output_t is not None:
            response.last_output_t = record.output_t
        if record.audio_t is not None:
            response.last_audio_t = record.audio_t
    if item is not None:
        item.audio_bytes += record.audio_bytes
    return ()
