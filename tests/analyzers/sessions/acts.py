"""What happens in healthy sessions, one act a function: turns, replies, tools, interruptions, upkeep, reconnects."""

from random import Random
from typing import Final

from sessions.client import Client, Seen
from sessions.clock import Actor
from sessions.habits import Habits
from sessions.model import Output, Plan
from sessions.session import Act, Session
from sessions.turns import (
    answered,
    call_plan,
    cut_by_hand,
    message_plan,
    next_response,
    speak,
    spoken,
    spoken_reply,
    turn,
    typed_reply,
)
from sessions.wire import Json, message, settings_object

WIDE: Final = 12
"""Deltas of a reply that is long enough to be talked over."""


# --- turns and replies ----------------------------------------------------------------------------------------------


def voice_turn(s: Session) -> Actor:
    """The user speaks and is answered; what still plays is cut."""
    yield from s.quiet()
    yield from answered(s, (yield from spoken_reply(s, message_plan(s))), 0)


def text_turn(s: Session) -> Actor:
    """The user types and is answered, sometimes in writing."""
    yield from s.quiet()
    plan = Plan([Output("text", 2)]) if s.rng.random() < 0.2 else message_plan(s)
    yield from answered(s, (yield from typed_reply(s, plan)), 0)


def tools(s: Session) -> Actor:
    """The model calls one or several tools; the client asks for the reply once, after the last output."""
    yield from s.quiet()
    plan, calls = call_plan(s)
    yield from answered(s, (yield from turn(s, plan)), calls)


def mcp(s: Session) -> Actor:
    """The server runs a tool by itself."""
    yield from s.quiet()
    plan = Plan([Output("mcp", 1, "search", '{"q": "rain"}'), spoken(s)])
    yield from answered(s, (yield from turn(s, plan)), 0)


def barge_in(s: Session) -> Actor:
    """The user talks over a reply: before its first sound, in it, or when only the playback is left."""
    yield from s.quiet()
    r = yield from turn(
        s, Plan([spoken(s, WIDE) for _ in range(s.rng.choice((1, 1, 2)))], overlaps=s.rng.random() < 0.5)
    )
    yield s.rng.choice((0, 30, 400, 1200))
    if s.habits.detection is None:
        yield from cut_by_hand(s, r)
    yield from answered(s, (yield from spoken_reply(s, message_plan(s))), 0)


def cancel(s: Session) -> Actor:
    """The application stops a reply, and waits until it has stopped."""
    yield from s.quiet()
    r = yield from turn(s, Plan([spoken(s, WIDE)]))
    yield s.rng.choice((0, 100, 700))
    yield from cut_by_hand(s, r)
    yield lambda: s.client.idle


def dictation(s: Session) -> Actor:
    """The user speaks, and nobody is asked to answer."""
    yield from s.quiet()
    committed = s.acknowledged("input_audio_buffer.committed")
    yield from speak(s)
    if s.habits.detection is None:
        s.client.send("input_audio_buffer.commit")
    yield committed


def slow_tool(s: Session) -> Actor:
    """A tool says at once that it has begun; its result comes later, as a call that the application makes up."""
    yield from s.quiet()
    r = yield from turn(s, Plan([s.words.call()]))
    yield from answered(s, r, 1)
    yield from s.quiet()
    call: Json = {"type": "function_call", "call_id": s.client.name("news"), "name": "news", "arguments": "{}"}
    s.client.create(call)
    s.client.create({"type": "function_call_output", "call_id": call["call_id"], "output": s.words.sentence()})
    seen = len(s.client.responses)
    s.client.respond()
    yield from next_response(s, seen)


def turn_while_a_tool_runs(s: Session) -> Actor:
    """The user speaks on while a slow tool runs; its output comes after that turn's reply."""
    if s.habits.detection is None or not s.habits.creates:
        return
    yield from s.quiet()
    plan, calls = call_plan(s)
    r = yield from turn(s, plan)
    yield lambda: r.status != "in_progress"
    yield from spoken_reply(s, Plan([spoken(s, 1)]))
    yield lambda: s.client.idle
    yield from answered(s, r, calls)


# --- beside the turns -----------------------------------------------------------------------------------------------


def trim(s: Session) -> Actor:
    """Old items are deleted, a call together with its output."""
    s.beside(_trim(s))
    yield 0


def _trim(s: Session) -> Actor:
    client = s.client
    units = [_with_its_output(client, seen) for seen in client.settled()[: s.rng.randint(1, 3)]]
    old = [
        seen for unit in units if not any(one.claimed or one.id in client.order[-2:] for one in unit) for seen in unit
    ]
    for seen in old:
        seen.claimed = True
    for seen in old:
        yield from _one_delete_at_a_time(s)
        client.delete(seen.id)
    yield lambda: not client.deleting


def _with_its_output(client: Client, seen: Seen) -> list[Seen]:
    return [seen] if seen.answered_by is None else [seen, client.items[seen.answered_by]]


def _one_delete_at_a_time(s: Session) -> Actor:
    if s.habits.provider.idless_deletes:
        yield lambda: not s.client.deleting


def note(s: Session) -> Actor:
    """The application adds a system message."""
    s.beside(_note(s))
    yield 0


def _note(s: Session) -> Actor:
    client = s.client
    added = s.acknowledged("conversation.item.added")
    settled = client.settled()
    anchor = settled[-1] if s.habits.anchors and settled else None
    if anchor is not None:
        anchor.claimed = True
    at_head = anchor is None and s.rng.random() < 0.2
    client.create(message("system", s.words.sentence()), after=anchor.id if anchor else "root" if at_head else None)
    yield added
    yield lambda: not client.creating
    if anchor is not None:
        anchor.claimed = False


def update(s: Session) -> Actor:
    """An item gets new words: deleted and created again, back to back, under its id."""
    s.beside(_update(s))
    yield 0


def _update(s: Session) -> Actor:
    client = s.client
    yield from _one_delete_at_a_time(s)
    messages = [seen for seen in client.settled() if seen.item["type"] == "message"]
    if not messages:
        return
    seen = s.rng.choice(messages)
    before = client.order[client.order.index(seen.id) - 1] if client.order[0] != seen.id else "root"
    if before != "root" and (client.items[before].claimed or before in client.deleting):
        return
    seen.claimed = True
    if before != "root":
        client.items[before].claimed = True
    client.delete(seen.id)
    client.create({"id": seen.id, **message(seen.item["role"], s.words.sentence())}, after=before)
    yield lambda: not client.creating and not client.deleting
    if before in client.items:
        client.items[before].claimed = False


def retrieve(s: Session) -> Actor:
    """The application looks an item up."""
    s.beside(_retrieve(s))
    yield 0


def _retrieve(s: Session) -> Actor:
    settled = s.client.settled()
    if settled:
        seen = s.rng.choice(settled)
        seen.claimed, retrieved = True, s.acknowledged("conversation.item.retrieved")
        s.client.send("conversation.item.retrieve", item_id=seen.id)
        yield retrieved
        seen.claimed = False


def side_question(s: Session) -> Actor:
    """A response out of band, with a topic of its own."""
    s.beside(_side_question(s))
    yield 0


def _side_question(s: Session) -> Actor:
    name = s.client.name("topic")
    modalities = "modalities" if s.habits.provider.flat_session else "output_modalities"
    s.client.send(
        "response.create", response={"conversation": "none", "metadata": {"topic": name}, modalities: ["text"]}
    )
    yield lambda: any(r.topic == name and r.status != "in_progress" for r in s.client.responses.values())


def tune(s: Session) -> Actor:
    """A setting changes that no response depends on."""
    s.beside(_tune(s))
    yield 0


def _tune(s: Session) -> Actor:
    updated = s.acknowledged("session.updated")
    settings: Json = {"type": "realtime", "audio": {"input": {"noise_reduction": {"type": "near_field"}}}}
    if s.habits.provider.flat_session:
        settings = {"temperature": 0.7}
    if s.rng.random() < 0.3:
        settings = settings_object(s.habits, configured=True)  # all over again, nothing changed
    s.client.send("session.update", session=settings)
    yield updated


def clear(s: Session) -> Actor:
    """The microphone's buffer is emptied between two turns."""
    yield from s.quiet()
    cleared = s.acknowledged("input_audio_buffer.cleared")
    s.client.send("input_audio_buffer.clear")
    yield cleared


def idle(s: Session) -> Actor:
    """Nobody says anything for a while."""
    yield from s.quiet()
    yield 20_000


# --- across connections ---------------------------------------------------------------------------------------------


def reconnect(s: Session) -> Actor:
    """The socket is lost, or given up before its limit; the history is told again on the next one."""
    yield from s.quiet()
    if s.habits.transcribes:
        yield lambda: all(seen.transcribed or seen.own for seen in s.client.items.values() if _is_user(seen))
    history = [s.client.items[item_id] for item_id in s.client.order]
    while any(s.client.unplayed()):
        yield 100
    if s.client.errors:
        yield 1100  # else it looks as if the client took the last error for the end
    s.disconnect(*s.rng.choice((("server", 1001), ("client", 1000), ("server", 1006))))
    yield s.rng.randint(50, 3000)
    yield from s.connect()
    if s.habits.provider.resumes and s.rng.random() < 0.5:
        s.server.resume([_resumed(seen) for seen in history])
        yield lambda: len(s.client.order) == len(history)
        for seen in history:
            s.client.remember(seen)
    elif s.habits.transcribes and s.habits.provider.edits_items:
        yield from _replay(s, history)


def _resumed(seen: Seen) -> Json:
    if seen.item["type"] != "message" or not seen.text:
        return seen.item
    return seen.item | {"content": [{"type": "input_audio" if _is_user(seen) else "audio", "transcript": seen.text}]}


def _replay(s: Session, history: list[Seen]) -> Actor:
    client, sent = s.client, 0
    answered = {seen.item["call_id"] for seen in history if seen.item["type"] == "function_call_output"}
    keeps_ids = s.rng.random() < 0.5
    for seen in history:
        item = _again(seen, answered)
        if item is not None:
            client.create({"id": seen.id, **item} if keeps_ids else item)
            sent += 1
    yield lambda: client.counts.get("conversation.item.added", 0) >= sent


def _again(seen: Seen, answered: set[str]) -> Json | None:
    match seen.item["type"]:
        case "message":
            return message(seen.item["role"], seen.text) if seen.text else None
        case "function_call" if seen.item["call_id"] not in answered:
            return None
        case "function_call" | "function_call_output" as kind:
            fields = ("call_id", "name", "arguments") if kind == "function_call" else ("call_id", "output")
            return {"type": kind, **{name: seen.item[name] for name in fields}}
        case _:
            return None


def _is_user(seen: Seen) -> bool:
    return bool(seen.item.get("role") == "user")


# --- choosing -------------------------------------------------------------------------------------------------------


def choices(habits: Habits) -> list[Act]:
    """Give the acts that a session with *habits* can hold, frequent ones several times."""
    acts: list[Act] = [voice_turn, voice_turn, barge_in, tune, reconnect, idle]
    if not habits.sideband:
        acts += [clear]
    if habits.provider.edits_items:
        acts += [text_turn, note, note, update, retrieve, trim, trim, cancel]
    if habits.tools:
        acts += [tools, tools, turn_while_a_tool_runs, slow_tool]
    if not habits.creates:
        acts += [dictation]
    if habits.provider.runs_mcp:
        acts += [mcp]
    if habits.provider.out_of_band:
        acts += [side_question]
    return acts


def choose(rng: Random, habits: Habits) -> list[Act]:
    """Draw the acts of a session."""
    return rng.choices(choices(habits), k=rng.randint(1, 8))
