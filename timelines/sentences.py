"""What a record of the wire says, in a few words behind its type."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from msgspec import UNSET

from rtlog.analyzers.finding import ms
from rtlog.analyzers.moment import elapsed, moment_of, within
from rtlog.analyzers.reconciler import changes as ch
from rtlog.recordings.record import ErrorInfo, Event, Item, Record
from rtlog.timelines.words import Measure, Quote, ResponseName, When, Wire, Words, item, joined, private, quote

Told = Sequence[ch.Change]
Sentence = Callable[[Event, Told], Words]
Some = TypeVar("Some", bound=ch.Change)
ROOT: Final = "root"
RECENT_MS: Final = 2_000
"""An item that is deleted this soon after it was added deserves to have the time told."""


def change(told: Told, kind: type[Some]) -> Some | None:
    """Give the first change of a *kind*."""
    for each in told:
        if isinstance(each, kind):
            return each
    return None


def describe(told: Item | None, item_id: str | None = None) -> Words:
    """Name an item and, where its label does not tell, what it is: `msg6 (user)`, `FC1 (lookup_order)`."""
    if told is None:
        return (item(item_id),) if item_id else ()
    name = item(told.id or item_id)
    if told.role in {"user", "assistant"}:
        return (name, f" ({told.role})")
    return (name, " (", Quote(told.name), ")") if told.type == "function_call" and told.name else (name,)


def place(event: Event) -> Words:
    """Say where an item was put or asked to be put."""
    anchor = event.previous_item_id
    if anchor is UNSET:
        return (" at the tail",)
    if not isinstance(anchor, str) or anchor in {"", ROOT}:
        return (" at the head",)
    return (" behind ", item(anchor))


def _named(event: Event, _told: Told) -> Words:
    return describe(event.item, event.item_id)


def _session(event: Event, _told: Told) -> Words:
    return quote(event.session.model if event.session else None)


def _create(event: Event, told: Told) -> Words:
    sent = change(told, ch.ItemCreateSent)
    again: Words = ()
    if sent is not None and sent.was_live:
        again = (" again, which the server still has,",)
    elif sent is not None and sent.was_gone and sent.item.deleted is not None:
        again = (" again, deleted at ", When(sent.item.deleted), ",")
    return (*describe(event.item), *again, *place(event))


def _truncate(event: Event, _told: Told) -> Words:
    end = event.audio_end_ms
    return (item(event.item_id), Measure(f" to {end:g} ms") if isinstance(end, int | float) else "")


def _respond(_event: Event, told: Told) -> Words:
    sent = change(told, ch.ResponseCreateSent)
    if sent is None:
        return ()
    out_of_band: Words = ("out of band",) if sent.request.out_of_band else ()
    active = sent.request.active_when_sent
    while_active: Words = ("while ", ResponseName(active[0]), " is active") if active else ()
    return joined((out_of_band, while_active))


def _cancel(event: Event, told: Told) -> Words:
    if event.response_id:
        return (ResponseName(event.response_id),)
    sent = change(told, ch.ResponseCancelSent)
    if sent is not None and sent.active:
        return (ResponseName(sent.active[0]), ", the active response")
    return ("no response is active",)


def _added(event: Event, told: Told) -> Words:
    added = change(told, ch.ItemAdded)
    words = (*describe(event.item), *(() if event.previous_item_id is UNSET else place(event)))
    if added is None or added.fault is None:
        return words
    anchor = added.conn.item(added.anchor or "")
    gone = anchor.deleted if anchor is not None else None
    if added.fault == "deleted" and gone is not None:
        return (*words, ", which was deleted", Measure(f" {ms(elapsed(gone, added.at))} before"))
    return (*words, f", which the conversation does not hold ({added.fault})")


def _deleted(event: Event, told: Told) -> Words:
    gone = change(told, ch.ItemDeleted)
    if gone is None:
        return (item(event.item_id),)
    words: Words = (item(gone.item.id),)
    if within(gone.item.last_added, gone.at, RECENT_MS):
        words = (*words, Measure(f", {ms(elapsed(gone.item.last_added, gone.at))} after it was added"))
    return words if gone.request else (*words, ", unasked")


def _error(event: Event, told: Told) -> Words:
    info = event.error if isinstance(event.error, ErrorInfo) else ErrorInfo(message=event.error)
    received = change(told, ch.ErrorReceived)
    reason = quote(info.code or info.type) or quote(info.message)
    request = received.request if received else None
    if request is None:
        return joined((reason, quote(info.message) if info.code else ()))
    of: Words = (" of ", item(request.item_id)) if request.item_id else ()
    return ("refuses the ", Wire(request.type), *of, " sent at ", When(request.sent), ": ", *reason)


def _response_created(_event: Event, told: Told) -> Words:
    made = change(told, ch.ResponseCreated)
    if made is None:
        return ()
    name = ResponseName(made.response.id)
    band = ", out of band" if made.response.out_of_band else ""
    request = made.response.request
    if request is None:
        return (name, f"{band}, made by turn detection")
    return (name, f"{band}, asked for at ", When(request.sent))


def _response_done(event: Event, told: Told) -> Words:
    ended = change(told, ch.ResponseDone)
    response = event.response
    if response is None or not response.id:
        return ()
    status: Words = (ResponseName(response.id), " ", *quote(response.status))
    reason = joined((quote(ended.response.reason), quote(ended.response.error_code))) if ended else ()
    return (*status, " (", *reason, ")") if reason else status


def _announced(event: Event, _told: Told) -> Words:
    of: Words = (" in ", ResponseName(event.response_id)) if event.response_id else ()
    return (*describe(event.item), *of)


def _arguments(event: Event, _told: Told) -> Words:
    return (item(event.item_id), "(", *private(event.arguments, spoken=False), ")")


def _committed(event: Event, _told: Told) -> Words:
    return (item(event.item_id), *(() if event.previous_item_id is UNSET else place(event)))


def _transcript(event: Event, _told: Told) -> Words:
    return (item(event.item_id), ": ", *private(event.transcript)) if event.transcript else (item(event.item_id),)


def _part(event: Event, _told: Told) -> Words:
    text = (event.part.text or event.part.transcript) if event.part else event.text or event.transcript
    return (item(event.item_id), ": ", *private(text)) if text else (item(event.item_id),)


SENTENCES: Final[Mapping[str, Sentence]] = {
    "session.created": _session,
    "session.updated": _session,
    "session.update": _session,
    "conversation.item.create": _create,
    "conversation.item.truncate": _truncate,
    "conversation.item.truncated": _truncate,
    "conversation.item.added": _added,
    "conversation.item.deleted": _deleted,
    "conversation.item.input_audio_transcription.completed": _transcript,
    "response.create": _respond,
    "response.cancel": _cancel,
    "response.created": _response_created,
    "response.done": _response_done,
    "response.output_item.added": _announced,
    "response.output_item.done": _announced,
    "response.function_call_arguments.done": _arguments,
    "response.content_part.done": _part,
    "response.output_audio_transcript.done": _part,
    "response.output_text.done": _part,
    "input_audio_buffer.committed": _committed,
    "error": _error,
}
"""By GA name; anything else names its item, where it has one."""


def of_wire(event: Event, event_type: str, told: Told) -> Words:
    """Give what the wire's *event* of GA type *event_type* says."""
    return SENTENCES.get(event_type, _named)(event, told)


def of_socket(record: Record) -> Words:
    """Give what a record without an event says."""
    match record.kind:
        case "close":
            who = f"by the {record.by}" if record.by in {"client", "server"} else "by nobody's word"
            return joined(((who,), (str(record.code),) if record.code else (), quote(record.reason)))
        case "gap":
            return (f"{record.lost or 'an unknown number of'} records are lost here",)
        case "mark":
            return quote(record.text)
        case "open":
            return (f"connection {record.conn}",)
        case _:
            return (Measure(f"{record.n} bytes"),) if record.n else ()


def answers(told: Told, record: Record) -> Words:
    """Say how long ago *record* was asked for; errors and responses name their request themselves."""
    answered = change(told, ch.RequestAnswered)
    if answered is None or record.type in {"error", "response.created"}:
        return ()
    wait = elapsed(answered.request.sent, moment_of(record))
    return () if wait is None else (Measure(f"asked for {ms(wait)} before"),)
