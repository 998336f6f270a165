"""Turns and replies: what acts are made of."""

from collections.abc import Generator

from sessions.clock import Actor, Wait
from sessions.model import Output, Plan
from sessions.seen import Seen, SeenResponse
from sessions.session import Session
from sessions.wire import Json, message

Reply = Generator[Wait, None, SeenResponse]


def turn(s: Session, plan: Plan) -> Reply:
    """The user speaks or types; gives the response that answers with *plan*."""
    typed = s.habits.provider.edits_items and s.rng.random() < 0.4
    return typed_reply(s, plan) if typed else spoken_reply(s, plan)


def spoken_reply(s: Session, plan: Plan) -> Reply:
    """The user speaks; gives the response, which turn detection or the client asks for."""
    client, settings = s.client, s.habits
    committed = s.acknowledged("input_audio_buffer.committed")
    s.server.plans = [plan]
    seen = len(client.responses)
    yield from speak(s)
    if settings.detection is None:
        client.send("input_audio_buffer.commit")
        if settings.awaits:
            yield committed
        client.respond()
    elif not settings.creates:
        yield committed
        yield lambda: client.idle
        client.respond()
    return (yield from next_response(s, seen))


def typed_reply(s: Session, plan: Plan) -> Reply:
    """The user types; gives the response that the client asks for."""
    client = s.client
    added = s.acknowledged("conversation.item.added")
    s.server.plans = [plan]
    client.create(message("user", s.words.sentence()))
    if s.habits.awaits:
        yield added
    seen = len(client.responses)
    if len(plan.outputs) == 1 and plan.outputs[0].kind == "text":
        client.respond(**{"modalities" if s.habits.provider.flat_session else "output_modalities": ["text"]})
    else:
        client.respond()
    return (yield from next_response(s, seen))


def next_response(s: Session, seen: int) -> Reply:
    """Give the first response of the default conversation after the *seen* ones."""

    def made() -> list[SeenResponse]:
        return [r for r in list(s.client.responses.values())[seen:] if not r.out_of_band]

    yield lambda: bool(made())
    return made()[0]


def speak(s: Session) -> Actor:
    """The user says a sentence, and stops."""
    for _ in range(s.rng.randint(2, 4)):
        length = s.rng.choice((250, 300, 400))
        s.client.append(length, speech=True)
        yield length
    s.client.append(300, speech=False)
    yield 1


def cut_by_hand(s: Session, r: SeenResponse) -> Actor:
    """The application falls silent, and waits until *r* has ended."""
    s.client.stop_playing(cancels=r.status == "in_progress")
    yield lambda: r.status != "in_progress"


def spoken(s: Session, deltas: int = 0) -> Output:
    """Give a message in the session's own voice."""
    return Output("audio" if s.habits.speaks else "text", deltas or s.rng.randint(1, 4))


def message_plan(s: Session) -> Plan:
    """Give a reply of one message, or two."""
    several = s.rng.random() < 0.1
    return Plan([spoken(s), spoken(s)] if several else [spoken(s)], overlaps=s.rng.random() < 0.5)


def call_plan(s: Session) -> tuple[Plan, int]:
    """Give a response that calls tools, and how many."""
    calls = [s.words.call() for _ in range(s.rng.choice((1, 1, 2, 3)))]
    prelude = [spoken(s)] if s.rng.random() < 0.4 else []
    return Plan([*prelude, *calls], overlaps=s.rng.random() < 0.5), len(calls)


def answered(s: Session, r: SeenResponse, calls: int) -> Actor:
    """Run the tools that *r* calls, ask for the reply once."""
    if calls:
        yield lambda: len(calls_of(r)) == calls
        running = [s.clock.spawn(_run_tool(s, call)) for call in calls_of(r)]
        yield lambda: r.status != "in_progress" and all(task.done for task in running)
        seen = len(s.client.responses)
        s.server.plans = [message_plan(s)]
        s.client.respond()
        r = yield from next_response(s, seen)
    if s.rng.random() < 0.6:
        yield lambda: r.status != "in_progress"


def calls_of(r: SeenResponse) -> list[Seen]:
    """Give the function calls of a response."""
    return [seen for seen in r.items if seen.item["type"] == "function_call"]


def _run_tool(s: Session, call: Seen) -> Actor:
    yield lambda: call.call_done
    s.client.tap.tell("tool_started", item_id=call.id, call_id=call.item["call_id"])
    yield s.rng.choice((1, 80, 600, 2000))
    s.client.tap.tell("tool_finished", item_id=call.id, call_id=call.item["call_id"])
    added = s.acknowledged("conversation.item.added")
    s.client.create(output_of(s, call), after=call.id if s.habits.anchors else None)
    if s.habits.awaits:
        yield added


def output_of(s: Session, call: Seen) -> Json:
    """Give the item that answers *call*."""
    return {"type": "function_call_output", "call_id": call.item["call_id"], "output": s.words.sentence()}
