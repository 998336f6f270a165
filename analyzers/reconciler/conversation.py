"""Conversation items: what the client asks for and what the server answers."""

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler.connection import Connection, in_conversation
from rtlog.analyzers.reconciler.life import TEXT_LIMIT, ItemLife, Request
from rtlog.analyzers.reconciler.states import ItemState, LocalMove, Move
from rtlog.recordings.record import Event, Item, Part

ROOT = "root"
NO_ITEM = frozenset({"", "0", ROOT})
SPOKEN_PARTS = frozenset({"audio", "output_audio"})
WRITTEN_PARTS = frozenset({"text", "output_text"})
_USUAL = ("message", "function_call", "function_call_output", "user", "assistant", "system")
_KEPT = {word: word for word in _USUAL}
"""Each line brings its own copy of these words; of an item's, which lives long, one is kept for all."""
COMING = 4096
"""Calls created without an id that are waited for."""
STRAYS = 4096
"""Unknown items remembered a connection; a hostile recording could name millions."""


def create_sent(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.create`: asked for, not there yet."""
    told = event.item or Item()
    request = Request(event.type, at, c.number, event.event_id, told.id, told.call_id)
    request.previous_item_id = event.previous_item_id if isinstance(event.previous_item_id, str) else None
    _send(c, request)
    c.note_push(at, local=False)
    if told.role == "user":
        c.last_user_turn = at
    if told.id is None:
        return _nameless_create_sent(c, told, request)
    item = c.life(told.id)
    was_live, was_gone, replaces = item.live, item.state is ItemState.GONE, item.state is ItemState.DELETING
    if item.state in {ItemState.ABSENT, ItemState.ANNOUNCED}:
        item.origin = "client"
    describe(c, item, told)
    item.create = request
    item.move(Move.CREATE)
    if c.has_local and told.id in c.lanes.local:
        item.move_local(LocalMove.TAKEN)
        c.held[told.id] = item
        item.local_taken = item.local_taken or at
    sent = ch.ItemCreateSent(at, c, item, request, was_live and not replaces, was_gone, replaces, told)
    changes: list[ch.Change] = [ch.RequestSent(at, c, request), sent, *_output_sent(c, item, told, request)]
    if item.text:
        changes.append(ch.ContentKnown(at, c, item))
    return changes


def _nameless_create_sent(c: Connection, told: Item, request: Request) -> list[ch.Change]:
    """A create whose item gets its id from the server: until then only a call can be followed, by its call_id."""
    item = ItemLife("", c.number, told.type, told.role, told.call_id, told.name, origin="client", create=request)
    item.move(Move.CREATE)
    if told.type == "function_call" and told.call_id and len(c.coming_calls) < COMING:
        c.coming_calls[told.call_id] = item
    sent = ch.ItemCreateSent(request.sent, c, item, request, False, False, False, told)  # noqa: FBT003 - facts in order
    return [ch.RequestSent(request.sent, c, request), sent, *_output_sent(c, item, told, request)]


def _output_sent(c: Connection, item: ItemLife, told: Item, request: Request) -> list[ch.Change]:
    if told.type != "function_call_output":
        return []
    call = c.call_item(told.call_id) or c.coming_calls.get(told.call_id or "")
    # The server handles client events in order: a delete that is already on its way is done before this output arrives.
    live = call is not None and call.state in {ItemState.LIVE, ItemState.REQUESTED, ItemState.REPLACING}
    if call is not None and call.output_sent is None:
        call.output_sent, call.output_item_id, call.answer = request.sent, told.id, request
    return [ch.ToolOutputSent(request.sent, c, item, request, call, live)]


def delete_sent(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.delete`: asked for, still there."""
    request = Request(event.type, at, c.number, event.event_id, event.item_id)
    _send(c, request)
    c.note_push(at, local=False)
    changes: list[ch.Change] = [ch.RequestSent(at, c, request)]
    item = c.items.get(event.item_id or "")
    if item is not None and item.state in {ItemState.LIVE, ItemState.REQUESTED, ItemState.ANNOUNCED}:
        newest = c.newest() == item.id
        changes.append(ch.ItemDeleteSent(at, c, item, request, newest))
        item.delete = request
    if item is not None:
        item.move(Move.DELETE)
    return changes


def truncate_sent(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.truncate`."""
    request = Request(event.type, at, c.number, event.event_id, event.item_id)
    _send(c, request)
    item, told = c.item(event.item_id or ""), event.audio_end_ms
    end_ms = told if isinstance(told, int | float) and told >= 0 and told == int(told) else None
    return [ch.RequestSent(at, c, request), ch.ItemTruncateSent(at, c, request, item, end_ms)]


def plain_request_sent(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """A client event whose answer is all that matters: retrieve, commit, clear, session.update."""
    request = Request(event.type, at, c.number, event.event_id, event.item_id)
    _send(c, request)
    return [ch.RequestSent(at, c, request)]


def added(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.added` (beta: `.created`): the server holds it, behind the predecessor it names."""
    told = event.item
    if told is None or not told.id:
        return []
    if event.type == "conversation.item.added":
        c.ga_event = c.ga_event or at
    known = c.items.get(told.id)
    if known is not None and known.live and known.added is not None:
        return _seen_again(c, known, told, event, at)
    item = c.life(told.id)
    request = _creation_of(c, item, told)
    describe(c, item, told)
    if request is not None:
        item.origin, item.create = "client", request
        _take_over(c, item)
        c.requests.acknowledge(request, at)
    item.move(Move.ADDED)
    item.added, item.last_added = item.added or at, at
    anchor = _anchor(event)
    fault = _anchor_fault(c, anchor)
    at_head = anchor is None and (request is not None and request.previous_item_id == ROOT)
    item.predecessor = anchor
    c.names_anchors = c.names_anchors or anchor is not None
    unanchored = event.previous_item_id is None and c.lanes.server.tail is not None and not at_head
    c.lanes.add_to_server(item.id, anchor, at_head=at_head)
    kept = c.lanes.add_to_mirror(item.id, anchor)
    _note_anchored(c, anchor, at)
    if item.role == "user":
        c.last_user_added = c.last_user_turn = at
    _answer_told(c, item, at)
    changes: list[ch.Change] = [ch.ItemAdded(at, c, item, anchor, fault, kept, request, unanchored)]
    if request is not None:
        changes.append(ch.RequestAnswered(at, c, request))
    if item.text:
        changes.append(ch.ContentKnown(at, c, item))
    return changes


def _answer_told(c: Connection, item: ItemLife, at: Moment) -> None:
    """An output that the server tells, of a resumed session, answers its call as well as one that the client sends."""
    call = c.call_item(item.call_id) if item.type == "function_call_output" else None
    if call is not None and call.output_sent is None:
        call.output_sent, call.output_item_id = at, item.id


def _take_over(c: Connection, item: ItemLife) -> None:
    """Let the item of a call that was created without an id have what happened before the server named it."""
    coming = c.coming_calls.pop(item.call_id or "", None)
    if coming is not None:
        item.output_sent, item.output_item_id, item.answer = coming.output_sent, coming.output_item_id, coming.answer


def _seen_again(c: Connection, item: ItemLife, told: Item, event: Event, at: Moment) -> list[ch.Change]:
    """Servers that send both `created` and `added`, replay, or accept a duplicate: the item stays one item."""
    request = c.requests.of_item("conversation.item.create", item.id)
    describe(c, item, told)
    item.last_added = at
    if request is None:
        return []
    c.requests.acknowledge(request, at)
    item.move(Move.ADDED)
    anchor = _anchor(event)
    return [
        ch.ItemAdded(at, c, item, anchor, None, mirror_kept=True, request=request),
        ch.RequestAnswered(at, c, request),
    ]


def _creation_of(c: Connection, item: ItemLife, told: Item) -> Request | None:
    """Find the create that *told* answers: by id, else in order among creates without an id and with its call_id."""
    by_id = c.requests.of_item("conversation.item.create", item.id)
    if by_id is not None or item.response_id is not None or item.origin == "input_audio":
        return by_id
    waiting = (r for r in c.requests.pending("conversation.item.create") if r.item_id is None)
    return next((r for r in waiting if r.call_id in {None, told.call_id}), None)


def _anchor(event: Event) -> str | None:
    """Give the predecessor that an event names; null, an empty one and xAI's "0" name none."""
    named = event.previous_item_id
    return named if isinstance(named, str) and named not in NO_ITEM else None


def _anchor_fault(c: Connection, anchor: str | None) -> ch.AnchorFault | None:
    if anchor is None or in_conversation(c, anchor):
        return None
    known = c.item(anchor)
    if known is not None and known.state is ItemState.GONE:
        return "deleted"
    if known is not None and known.create is not None and known.create.outcome == "rejected":
        return "rejected"
    return "older connection" if c.gone_from_older(anchor) else "never seen"


def _note_anchored(c: Connection, anchor: str | None, at: Moment) -> None:
    item = c.item(anchor) if anchor else None
    if item is not None and item.first_anchored is None:
        item.first_anchored = at


def done(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.done`: final content. Its `previous_item_id` is not used (null in 17 of 60 real cases)."""
    item = c.items.get(event.item.id or "") if event.item else None
    if item is None or event.item is None:
        return []
    known = item.text
    gone = _words_gone(c, item, event.item, at)
    describe(c, item, event.item)
    item.done = item.done or at
    changes: list[ch.Change] = [ch.ItemDone(at, c, item), *gone]
    if item.text != known:
        changes.append(ch.ContentKnown(at, c, item))
    return changes


def deleted(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.deleted`; an acknowledgement without an id is matched in order (xAI)."""
    by_id = bool(event.item_id)
    request = (
        c.requests.of_item("conversation.item.delete", event.item_id or "")
        if by_id
        else c.requests.oldest("conversation.item.delete")
    )
    item_id = event.item_id or (request.item_id if request else None)
    changes: list[ch.Change] = []
    if request is not None:
        c.requests.acknowledge(request, at, by_id=by_id)
        changes.append(ch.RequestAnswered(at, c, request))
    item = c.items.get(item_id or "")
    if item is None:
        return changes
    item.before_deletion = c.lanes.server.before(item.id)
    item.move(Move.DELETED)
    item.deleted, item.delete_ack_by_id = at, by_id
    c.lanes.delete(item.id)
    if item.state is ItemState.GONE:
        c.bury(item)
    return [ch.ItemDeleted(at, c, item, request), *changes]


def truncated(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.truncated`; on WebRTC and SIP the server does it unasked."""
    item, request = (
        c.item(event.item_id or ""),
        c.requests.of_item("conversation.item.truncate", event.item_id or ""),
    )
    if item is not None:
        item.truncated = item.truncated or at
    return [ch.ItemTruncated(at, c, item, request), *_acknowledged(c, request, at)]


def retrieved(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`conversation.item.retrieved`."""
    item_id = (event.item.id if event.item else None) or ""
    item = c.item(item_id)
    request = c.requests.of_item("conversation.item.retrieve", item_id)
    return [*_words_gone(c, item, event.item, at), *_acknowledged(c, request, at)]


def _words_gone(c: Connection, item: ItemLife | None, told: Item | None, at: Moment) -> list[ch.Change]:
    """Say where a whole item is shown without the words that it had."""
    if item is None or told is None or not item.has_text or not told.content:
        return []
    return [] if any(part.text or part.transcript for part in told.content) else [ch.WordsGone(at, c, item)]


def acknowledged_in_order(request_type: str, c: Connection, at: Moment) -> list[ch.Change]:
    """Settle the oldest waiting request of a type whose answers carry no key."""
    return _acknowledged(c, c.requests.oldest(request_type), at)


def _acknowledged(c: Connection, request: Request | None, at: Moment) -> list[ch.Change]:
    if request is None:
        return []
    c.requests.acknowledge(request, at)
    return [ch.RequestAnswered(at, c, request)]


def describe(c: Connection, item: ItemLife, told: Item) -> None:
    """Take over what *told* says of *item*; nothing that is known is forgotten."""
    item.type = _KEPT.get(told.type, told.type) or item.type
    item.role = _KEPT.get(told.role or "", told.role) or item.role
    item.name = told.name or item.name
    item.call_id = told.call_id or item.call_id
    item.arguments = (told.arguments or item.arguments)[:TEXT_LIMIT]
    item.output = (told.output or item.output)[:TEXT_LIMIT]
    text = " ".join(part.text or part.transcript or "" for part in told.content or ()).strip()
    if text:
        item.text, item.has_text = text[:TEXT_LIMIT], True
    for part in told.content or ():
        note_part(item, part)
    if item.type:
        item.label = c.labels.item(item.id, item.type, item.role, item.call_id)
    if item.type == "function_call" and item.call_id:
        c.calls[item.call_id] = item.id


def note_part(item: ItemLife, part: Part) -> None:
    """Note whether *item* speaks or writes."""
    item.spoken = item.spoken or part.type in SPOKEN_PARTS
    item.written = item.written or part.type in WRITTEN_PARTS


def stray(c: Connection, item_id: str | None, at: Moment) -> list[ch.Change]:
    """An event of an item that is not known; told once an item, and only where the session was seen from its start."""
    unknown = item_id and c.saw_session_created and item_id not in c.strays and len(c.strays) < STRAYS
    if not item_id or not unknown or c.item(item_id) is not None:
        return []
    c.strays.add(item_id)
    return [ch.StrayItemEvent(at, c, item_id)]


def _send(c: Connection, request: Request) -> None:
    c.requests.sent(request)
    if c.open_push is not None and request.type.startswith("conversation.item."):
        request.push = c.open_push
        c.open_push.requests.append(request)
