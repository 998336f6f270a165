"""What happens in healthy sessions, one act a function: turns, replies, tools, interruptions."""

from random import Random
from typing import Final

from sessions.clock import Actor
from sessions.connections import reconnect
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
from sessions.upkeep import clear, idle, note, retrieve, side_question, trim, tune, update

WIDE: Final = 12
"""Deltas of a reply that is long enough to be talked over."""


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
    call = {"type": "function_call", "call_id": s.client.name("news"), "name": "news", "arguments": "{}"}
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
