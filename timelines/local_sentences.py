"""What a local event says: the application's side, in a few words behind its type."""

from collections.abc import Callable, Mapping
from typing import Final

from rtlog.analyzers.finding import ms
from rtlog.analyzers.moment import elapsed
from rtlog.analyzers.reconciler import changes as ch
from rtlog.recordings.record import Event
from rtlog.timelines.sentences import Told, change, place
from rtlog.timelines.words import KEPT, EventId, Items, Measure, ResponseName, Words, item, joined, private, quote

Sentence = Callable[[Event, Told], Words]


def _error(event: Event) -> Words:
    return (": ", *quote(event.error)) if isinstance(event.error, str) and event.error else ()


def _push_begin(event: Event, _told: Told) -> Words:
    reason: Words = (" (", *quote(event.reason), ")") if event.reason else ()
    source = "a copy of the mirror, " if event.source == "mirror" else ""
    items: Words = (Items(tuple(event.items)),) if event.items else ("nothing",)
    return (f"pushes {source}", *(items if event.items is not None else ("its context",)), *reason)


def _push_end(event: Event, told: Told) -> Words:
    changed = change(told, ch.LocalChanged)
    push = changed.push if changed else None
    took = elapsed(push.began, changed.at) if push and changed else None
    ended = "ends in error" if event.error else "ends"
    lasted: Words = () if took is None else (Measure(f" after {ms(took)}"),)
    return (f"the push {ended}", *lasted, *_error(event))


def _remote_added(event: Event, _told: Told) -> Words:
    if event.inserted is False:
        return ("the mirror refuses ", item(event.item_id), *place(event), *_error(event))
    return ("the mirror takes ", item(event.item_id), *place(event))


def _remote_deleted(event: Event, _told: Told) -> Words:
    verb = "does not know " if event.found is False else "drops "
    return ("the mirror ", verb, item(event.item_id))


def _placeholder_added(event: Event, _told: Told) -> Words:
    return ("a placeholder for ", item(event.item_id), *place(event))


def _placeholder_skipped(event: Event, _told: Told) -> Words:
    tail: Words = (": ", item(event.local_tail), " stands at the tail") if event.local_tail else ()
    return ("no placeholder for ", item(event.item_id), *place(event), *tail)


def _committed(event: Event, _told: Told) -> Words:
    how = [word for word, holds in (("empty", event.empty), ("interrupted", event.interrupted)) if holds]
    kind = quote(event.role or event.kind)
    return (item(event.item_id), *((" (", *joined((kind, *((word,) for word in how))), ")") if kind or how else ()))


def _tool(verb: str) -> Sentence:
    def say(event: Event, _told: Told) -> Words:
        name: Words = (" ", *quote(event.name)) if event.name else ()
        return ("the tool", *name, " of ", item(event.item_id), f" {verb}", *_error(event))

    return say


def _reply(event: Event, _told: Told) -> Words:
    response: Words = (ResponseName(event.response_id),) if event.response_id else ()
    request: Words = (EventId(event.event_id[:KEPT]),) if event.event_id else ()
    return joined((response, request, quote(event.reason)))


def _playback(event: Event, _told: Told) -> Words:
    return (item(event.item_id), Measure(f" at {event.ms:g} ms") if event.ms is not None else "")


def _interrupt(event: Event, _told: Told) -> Words:
    end = event.audio_end_ms
    at: Words = (Measure(f"to {end:g} ms"),) if isinstance(end, int | float) else ()
    return joined(((item(event.item_id),) if event.item_id else (), at, quote(event.reason)))


def _log(event: Event, _told: Told) -> Words:
    message = private(event.message, spoken=False)
    return (*quote(event.level), ": ", *message) if event.level else message


SENTENCES: Final[Mapping[str, Sentence]] = {
    "local.ctx_push_begin": _push_begin,
    "local.ctx_push_end": _push_end,
    "local.remote_item_added": _remote_added,
    "local.remote_item_deleted": _remote_deleted,
    "local.placeholder_added": _placeholder_added,
    "local.placeholder_skipped": _placeholder_skipped,
    "local.item_committed": _committed,
    "local.tool_started": _tool("starts"),
    "local.tool_finished": _tool("finishes"),
    "local.tool_cancelled": _tool("is cancelled"),
    "local.reply_requested": _reply,
    "local.reply_created": _reply,
    "local.reply_timeout": _reply,
    "local.reply_cancelled": _reply,
    "local.playback_started": _playback,
    "local.playback_position": _playback,
    "local.playback_finished": _playback,
    "local.truncate_called": _interrupt,
    "local.interrupt_called": _interrupt,
    "local.guardrail_tripped": _reply,
    "local.log": _log,
}


def of_local(event: Event, told: Told) -> Words:
    """Give what a local event says; one that no table knows names its item."""
    sentence = SENTENCES.get(event.type)
    if sentence is not None:
        return sentence(event, told)
    return (item(event.item_id),) if event.item_id else ()
