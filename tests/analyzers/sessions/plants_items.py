"""Crossings of conversation items: RT1xx."""

from sessions.clock import Actor
from sessions.model import Output, Plan
from sessions.planting import GARDEN, tell
from sessions.session import Session
from sessions.turns import answered, calls_of, next_response, output_of, speak, spoken, spoken_reply, typed_reply
from sessions.upkeep import clear
from sessions.wire import message

plant = GARDEN.plant
WIDE = 12


@plant("RT101")
def deletes_a_call_in_flight(s: Session) -> Actor:
    """The call is deleted before its tool has run; the output finds no call."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([s.words.call()]))
    yield lambda: bool(calls_of(r)) and calls_of(r)[0].call_done
    call = calls_of(r)[0]
    yield 60
    s.client.delete(call.id)
    yield lambda: s.client.idle
    yield 400
    s.client.create(output_of(s, call))
    yield 1000
    s.client.creating.clear()


@plant("RT101")
def deletes_a_running_message(s: Session) -> Actor:
    """The message is deleted while its response runs."""
    yield from s.quiet()
    yield 2100  # no interruption of an earlier act excuses it
    r = yield from typed_reply(s, Plan([spoken(s, WIDE)], pace=(5, 200)))
    yield lambda: bool(r.items) and r.items[0].id in s.client.order
    s.client.delete(r.items[0].id)
    yield lambda: s.client.idle


@plant("RT101", detection="server_vad", creates=True)
def deletes_a_turn_before_its_words(s: Session) -> Actor:
    """The user's turn is deleted while its transcript is still to come."""
    yield from s.quiet()
    s.server.faults.slow_words_ms = 12_000
    known = set(s.client.items)
    yield from spoken_reply(s, Plan([spoken(s, 1)]))
    turn = next(seen for seen in s.client.items.values() if seen.id not in known and seen.role == "user")
    s.client.delete(turn.id)
    yield lambda: s.client.idle
    yield 13_000


@plant("RT101")
def tells_the_whole_thread(s: Session) -> Actor:
    """A call is deleted in flight: what comes next is lost to the mirror, the call comes back and is made again."""
    yield from s.quiet()
    words = s.words.call()
    r = yield from typed_reply(s, Plan([words]))
    yield lambda: bool(calls_of(r)) and calls_of(r)[0].call_done
    call = calls_of(r)[0]
    yield 60
    s.client.delete(call.id)
    yield lambda: s.client.idle
    yield 400
    s.client.create(output_of(s, call))
    yield 1000
    s.client.creating.clear()
    s.server.faults.anchors = [call.id]
    s.client.create({"id": call.id, **{name: call.item[name] for name in ("type", "call_id", "name", "arguments")}})
    yield lambda: s.client.idle
    s.server.plans = [Plan([words])]
    before = len(s.client.responses)
    s.client.respond()
    again = yield from next_response(s, before)
    yield from answered(s, again, 1)


@plant("RT102")
def anchors_to_a_deleted_item(s: Session) -> Actor:
    """The server puts an item behind one that it has confirmed to be deleted."""
    yield from s.quiet()
    s.client.create({"id": "doomed", **message("system", s.words.sentence())})
    yield lambda: s.client.idle
    s.client.delete("doomed")
    yield lambda: s.client.idle
    s.server.faults.anchors = ["doomed"]
    yield from typed_reply(s, Plan([]))


@plant("RT103", last=True)
def keeps_a_placeholder(s: Session) -> Actor:
    """The application places an item that is cancelled before it has any content, and keeps it."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([Output("audio", 1)], pace=(1000, 1000)))
    yield lambda: bool(r.items) and r.items[0].id in s.client.order
    tell(s, "placeholder_added", item_id=r.items[0].id)
    s.client.cancel(r)
    yield lambda: s.client.idle


@plant("RT104")
def recreates_a_live_item(s: Session) -> Actor:
    """The client creates again what the server still has."""
    yield from s.quiet()
    s.client.create({"id": "twin", **message("user", s.words.sentence())})
    yield lambda: s.client.idle
    yield 700
    s.client.create({"id": "twin", **message("user", s.client.items["twin"].text)})
    yield 1000
    s.client.creating.clear()


@plant("RT104")
def recreates_a_deleted_item(s: Session) -> Actor:
    """The client deletes an item, and a later sync brings it back."""
    yield from s.quiet()
    words = message("user", s.words.sentence())
    s.client.create({"id": "ghost", **words})
    yield lambda: s.client.idle
    yield from typed_reply(s, Plan([]))
    yield from s.quiet()
    s.client.delete("ghost")
    yield lambda: s.client.idle
    yield 3000
    s.client.create({"id": "ghost", **words})
    yield lambda: s.client.idle


@plant("RT105", detection="server_vad", creates=True, interrupts=True)
def deletes_on_barge_in_and_recreates(s: Session) -> Actor:
    """The interrupted message is deleted on the server, and its text comes back with the next sync."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([spoken(s, WIDE)]))
    yield lambda: any(seen.audio_ms for seen in r.items)
    seen, started = r.items[0], s.acknowledged("input_audio_buffer.speech_started")
    r.silenced = True
    s.client.playback.stop()
    before = len(s.client.responses)
    s.clock.spawn(speak(s))
    yield started
    s.client.delete(seen.id)
    yield from next_response(s, before)
    yield from s.quiet()
    s.client.create({"id": seen.id, **message("assistant", s.words.sentence())})
    yield lambda: s.client.idle


@plant("RT106", item_ids=True)
def waits_for_a_lost_create(s: Session) -> Actor:
    """The server never answers a create."""
    yield from s.quiet()
    s.client.create({"id": "heard", **message("system", s.words.sentence())})
    yield lambda: s.client.idle
    s.server.faults.deaf_to_creates = 1
    s.client.create({"id": "lost", **message("system", s.words.sentence())})
    yield 8000
    s.client.creating.clear()
    yield from clear(s)


@plant("RT107")
def names_an_item_that_never_was(s: Session) -> Actor:
    """A delete, a truncate, a retrieve or an anchor names nothing."""
    yield from s.quiet()
    match s.rng.randrange(4):
        case 0:
            s.client.send("conversation.item.delete", item_id="nowhere")
        case 1 if s.habits.provider.acknowledges_truncate:
            s.client.send("conversation.item.truncate", item_id="nowhere", content_index=0, audio_end_ms=100)
        case 2:
            s.client.send("conversation.item.retrieve", item_id="nowhere")
        case _:
            s.client.create({"id": "orphan", **message("system", s.words.sentence())}, after="nowhere")
    yield 1000
    s.client.creating.clear()


@plant("RT108")
def moves_an_item(s: Session) -> Actor:
    """An item is deleted and created again in one batch, behind its neighbour."""
    yield from s.quiet()
    words = message("system", s.words.sentence())
    s.client.create({"id": "left", **words})
    s.client.create({"id": "right", **message("system", s.words.sentence())})
    yield lambda: s.client.idle
    yield 600
    s.client.delete("left")
    s.client.create({"id": "left", **words}, after="right")
    yield lambda: s.client.idle


@plant("RT109")
def pushes_an_old_copy(s: Session) -> Actor:
    """One push adds an item; the next one, from a copy made before that, deletes it."""
    yield from s.quiet()
    yield from typed_reply(s, Plan([]))
    yield from s.quiet()
    copy = list(s.client.order)
    tell(s, "ctx_push_begin", push_id="p1", source="local", items=[*copy, "landed"])
    s.client.create({"id": "landed", **message("system", s.words.sentence())})
    yield lambda: s.client.idle
    tell(s, "item_committed", item_id="landed", role="system")
    tell(s, "ctx_push_end", push_id="p1")
    yield 60
    tell(s, "ctx_push_begin", push_id="p2", source="local", items=copy)
    s.client.delete("landed")
    yield lambda: s.client.idle
    tell(s, "ctx_push_end", push_id="p2")


@plant("RT110", not_with=("xai", "localai", "hugging face"))
def forgets_a_predecessor(s: Session) -> Actor:
    """A server that names predecessors leaves one out."""
    yield from s.quiet()
    yield from typed_reply(s, Plan([]))
    yield from s.quiet()
    s.server.faults.anchors = [None]
    yield from typed_reply(s, Plan([]))


@plant("RT111")
def drops_a_placeholder(s: Session) -> Actor:
    """The application has no place for a server item, and never takes it."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([spoken(s, 2)]))
    yield lambda: bool(r.items) and r.items[0].id in s.client.order
    tell(s, "placeholder_skipped", item_id=r.items[0].id, previous_item_id=s.client.order[0], local_tail="config_1")
    yield lambda: s.client.idle


@plant("RT112")
def speaks_of_an_unknown_item(s: Session) -> Actor:
    """A transcript comes for an item that nothing announced."""
    yield from s.quiet()
    s.server.emit(
        "conversation.item.input_audio_transcription.completed",
        item_id="item_nobody",
        content_index=0,
        transcript=s.words.sentence(),
    )
    yield 1500


@plant("RT113", not_with=("xai",))  # there the repeated transcripts explain it
def repeats_the_users_words(s: Session) -> Actor:
    """The client creates the user's own words under a new id."""
    yield from s.quiet()
    yield from spoken_reply(s, Plan([spoken(s, 1)]))
    yield from s.quiet()
    turns = [seen for seen in s.client.items.values() if seen.role == "user" and not seen.own]
    yield lambda: turns[-1].transcribed
    yield 200  # xAI's first transcript is half of it
    turns[-1].claimed = True
    s.client.create(message("user", turns[-1].text))
    yield 1000
