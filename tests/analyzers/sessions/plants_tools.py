"""Crossings of tools: RT4xx."""

from collections.abc import Generator

from sessions.clock import Actor, Wait
from sessions.connections import reconnect
from sessions.model import Output, Plan
from sessions.planting import GARDEN
from sessions.seen import Seen
from sessions.session import Session
from sessions.turns import answered, calls_of, next_response, output_of, speak, spoken, typed_reply
from sessions.upkeep import clear

plant = GARDEN.plant
Calls = Generator[Wait, None, list[Seen]]


def _calls(s: Session, *outputs: Output) -> Calls:
    """The model calls tools; gives the calls once the response has ended."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan(list(outputs)))
    yield lambda: r.status != "in_progress" and all(call.call_done for call in calls_of(r))
    return calls_of(r)


def _reply(s: Session, plan: Plan) -> Actor:
    s.server.plans = [plan]
    seen = len(s.client.responses)
    s.client.respond()
    r = yield from next_response(s, seen)
    yield lambda: r.status != "in_progress"


@plant("RT401")
def never_answers_a_call(s: Session) -> Actor:
    """A call gets no output."""
    yield from _calls(s, s.words.call())
    yield 12_000
    yield from clear(s)


@plant("RT402")
def replies_to_each_output(s: Session) -> Actor:
    """Two calls, and a response asked for after each output."""
    for call in (yield from _calls(s, s.words.call(), s.words.call())):
        s.client.create(output_of(s, call))
        yield from _reply(s, Plan([spoken(s, 1)]))
        yield 200


@plant("RT402")
def replies_before_the_last_call(s: Session) -> Actor:
    """The first output asks for a response while the calls still stream in; it is refused."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([s.words.call(), s.words.call()], pace=(900, 900)))
    yield lambda: bool(calls_of(r)) and calls_of(r)[0].call_done
    s.client.create(output_of(s, calls_of(r)[0]))
    s.client.send("response.create")
    yield lambda: r.status != "in_progress" and len(calls_of(r)) > 1
    s.client.create(output_of(s, calls_of(r)[1]))
    yield from _reply(s, Plan([spoken(s, 1)]))


@plant("RT403")
def asks_before_the_output(s: Session) -> Actor:
    """The reply is asked for before the output is there."""
    calls = yield from _calls(s, s.words.call())
    yield 100
    yield from _reply(s, Plan([spoken(s, 1)]))
    s.client.create(output_of(s, calls[0]))
    yield from _reply(s, Plan([spoken(s, 1)]))


@plant("RT404")
def answers_a_call_that_never_was(s: Session) -> Actor:
    """An output for a call that the conversation does not have."""
    yield from s.quiet()
    s.client.create({"type": "function_call_output", "call_id": "call_nowhere", "output": s.words.sentence()})
    yield 1000
    s.client.creating.clear()


@plant("RT405")
def answers_a_call_twice(s: Session) -> Actor:
    """Two handlers answer one call."""
    calls = yield from _calls(s, s.words.call())
    s.client.create(output_of(s, calls[0]))
    yield s.rng.choice((0, 100))
    s.client.create(output_of(s, calls[0]))
    yield 800
    yield from _reply(s, Plan([spoken(s, 1)]))


@plant("RT406", detection="server_vad", creates=False)
def answers_when_nobody_listens(s: Session) -> Actor:
    """The user has spoken on when the output comes, and nothing takes it up."""
    calls = yield from _calls(s, s.words.call())
    committed = s.acknowledged("input_audio_buffer.committed")
    yield from speak(s)
    yield committed
    yield 100
    s.client.create(output_of(s, calls[0]))
    yield 12_000
    yield from clear(s)


@plant("RT407", not_with=("xai",))
def replays_a_call_without_its_arguments(s: Session) -> Actor:
    """The history is told again with a call as it was when it began."""
    calls = yield from _calls(s, s.words.call())
    s.client.create(output_of(s, calls[0]))
    yield from _reply(s, Plan([spoken(s, 1)]))
    calls[0].item = calls[0].item | {"arguments": ""}
    yield from reconnect(s)


@plant("RT408")
def calls_again(s: Session) -> Actor:
    """The model makes the same call again, though it was answered."""
    first = s.words.call()
    calls = yield from _calls(s, first)
    s.client.create(output_of(s, calls[0]))
    yield 200
    s.server.plans = [Plan([first])]
    seen = len(s.client.responses)
    s.client.respond()
    yield from answered(s, (yield from next_response(s, seen)), 1)
