"""Crossings of responses: RT2xx."""

from sessions.acts import barge_in, cancel
from sessions.clock import Actor
from sessions.model import Output, Plan
from sessions.planting import GARDEN, tell
from sessions.session import Session
from sessions.turns import spoken, spoken_reply, typed_reply
from sessions.wire import Json, message

plant = GARDEN.plant
WIDE = 12


@plant("RT201")
def answers_too_late(s: Session) -> Actor:
    """The response begins ten seconds after it was asked for, and speaks."""
    yield from s.quiet()
    s.server.faults.slow_ms = 11_000
    yield from typed_reply(s, Plan([spoken(s, 4)]))


@plant("RT202")
def asks_while_one_is_active(s: Session) -> Actor:
    """A second response is asked for while the first one runs; it is refused and never asked for again."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([spoken(s, WIDE)], pace=(50, 100)))
    yield 30
    if r.status == "in_progress":
        s.client.send("response.create")
    yield lambda: s.client.idle
    yield 9000


@plant("RT203", without=(cancel, barge_in), informs=True)
def cancels_nothing(s: Session) -> Actor:
    """A cancel when nothing is in progress."""
    yield from s.quiet()
    s.client.send("response.cancel")
    yield 1500


@plant("RT204")
def cancels_before_created(s: Session) -> Actor:
    """The cancel comes before the response has begun; it speaks all the same."""
    yield from s.quiet()
    s.server.faults.slow_ms = 900
    s.server.plans = [Plan([spoken(s, 4)])]
    s.client.create(message("user", s.words.sentence()))
    s.client.respond()
    yield 20
    s.client.send("response.cancel")
    yield lambda: s.client.idle


@plant("RT205")
def cancels_one_of_two(s: Session) -> Actor:
    """A cancel without an id while two responses are active."""
    yield from s.quiet()
    s.server.side_plans = [Plan([Output("text", WIDE)], pace=(5, 400))]
    topic = {"topic": "aside"}
    s.client.send(
        "response.create", response={"conversation": "none", "metadata": topic, "output_modalities": ["text"]}
    )
    yield lambda: any(r.out_of_band and r.status == "in_progress" for r in s.client.responses.values())
    s.server.faults.slow_ms = 50
    r = yield from typed_reply(s, Plan([spoken(s, WIDE)], pace=(5, 400)))
    s.client.send("response.cancel")
    yield lambda: s.client.idle and r.status != "in_progress"
    yield 3000
    s.client.playback.stop()


@plant("RT206", detection="server_vad", creates=True)
def answers_a_turn_twice(s: Session) -> Actor:
    """Turn detection answers the user, and so does the client."""
    yield from s.quiet()
    r = yield from spoken_reply(s, Plan([spoken(s, 2)]))
    yield lambda: r.status != "in_progress"
    s.client.respond()
    yield lambda: s.client.idle


@plant("RT207")
def fails(s: Session) -> Actor:
    """The response fails."""
    yield from _ends(s, "failed", {"type": "failed", "error": {"type": "server_error", "code": "server_error"}})


@plant("RT207")
def stops_short(s: Session) -> Actor:
    """The response stops in the middle of a sentence."""
    yield from _ends(s, "incomplete", {"type": "incomplete", "reason": "max_output_tokens"})


@plant("RT208")
def is_limited(s: Session) -> Actor:
    """The response fails at the rate limit, and nobody tries again."""
    error = {"type": "rate_limit_exceeded", "code": "inference_rate_limit_exceeded"}
    yield from _ends(s, "failed", {"type": "failed", "error": error})


def _ends(s: Session, status: str, details: Json) -> Actor:
    yield from s.quiet()
    yield from typed_reply(s, Plan([spoken(s, 1)], status=status, details=details))
    yield lambda: s.client.idle
    yield 9000


@plant("RT209", not_with=("hugging face", "xai"))
def ends_without_having_begun(s: Session) -> Actor:
    """A `response.done` without its `response.created`."""
    yield from s.quiet()
    yield from typed_reply(s, Plan([]))
    yield from s.quiet()
    s.server.emit("response.done", response={"id": s.server.id("resp"), "status": "completed", "output": []})
    yield 1500


@plant("RT209", not_with=("hugging face", "xai"), without=(cancel, barge_in))
def never_ends(s: Session) -> Actor:
    """A response is begun and never ended; the next one supersedes it."""
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([spoken(s, 4)]))
    s.server.running[r.id].leave(s.server)
    r.status = "lost"
    yield 400
    for seen in r.items:
        seen.claimed = True  # nobody can tell any more when it is settled
    yield from typed_reply(s, Plan([spoken(s, 1)]))


@plant("RT210")
def writes_instead_of_speaking(s: Session) -> Actor:
    """A text answer in an audio session."""
    yield from s.quiet()
    s.client.create(message("user", s.words.sentence()))
    s.server.plans = [Plan([Output("text", 2)])]
    s.client.respond()
    yield lambda: s.client.idle


@plant("RT211")
def guards_the_wrong_response(s: Session) -> Actor:
    """A guardrail judged one response and cancels the next."""
    yield from s.quiet()
    judged = yield from typed_reply(s, Plan([spoken(s, 2)]))
    yield from s.quiet()
    r = yield from typed_reply(s, Plan([spoken(s, WIDE)], pace=(5, 400)))
    tell(s, "guardrail_tripped", response_id=judged.id)
    s.client.stop_playing(cancels=True)
    yield lambda: r.status != "in_progress"
