"""Never accuse a healthy session; find exactly the crossing that was planted.

Sessions are drawn act by act from what a correct server and a patient client do: turns, replies, tools, barge-ins,
trims of settled history. Every act is written in the order that the protocol gives its events.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse

LEADS_TO = {rule.code: set(rule.leads_to) for rule in RULES}


@dataclass
class Session:
    """Writes a tape; `settled` are items that client and server agree on, `tail` is the server's newest."""

    lines: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    tail: str = "null"
    now: int = 0
    names: int = 0

    def say(self, text: str, wait: int = 20) -> None:
        self.now += wait
        self.lines.append(f"{self.now} {text}")

    def name(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def added(self, item: str, kind: str, more: str = "") -> None:
        self.say(f"< added {item} {kind} prev={self.tail} {more}", 1)
        self.tail = item

    def tape(self) -> str:
        return "\n".join(self.lines)


def user_turn(s: Session) -> None:
    u = s.name("u")
    for verb in ("speech_started", "speech_stopped", "committed"):
        s.say(f"< {verb} {u}", 400)
    s.added(u, "user")
    s.say(f'< transcribed {u} "words of turn {u}"')
    s.settled.append(u)


def reply(s: Session, *, asked: bool = True) -> None:
    r, m = s.name("r"), s.name("m")
    if asked:
        s.say("> respond", 300)
    s.say(f"< response {r}")
    s.say(f"< output {r} {m} assistant")
    s.added(m, "assistant")
    s.say(f"< audio {r} {m} 48000")
    s.say(f'< part_done {r} {m} "the answer {m}"')
    s.say(f"< output_done {r} {m} assistant item.status=completed")
    s.say(f"< finished {r} completed")
    s.settled.append(m)


def turn_and_its_reply(s: Session) -> None:
    user_turn(s)
    reply(s, asked=False)


def call(s: Session) -> tuple[str, str]:
    r, f = s.name("r"), s.name("f")
    s.say("> respond", 300)
    s.say(f"< response {r}")
    s.say(f"< output {r} {f} call item.call_id=c{f} item.name=tool{f}")
    s.added(f, "call", f"call_id=c{f} name=tool{f}")
    s.say(f"< arguments {r} {f} {{}}")
    s.say(f"< finished {r} completed")
    return f, f"c{f}"


def answer(s: Session, call_id: str) -> str:
    o = s.name("o")
    s.say(f"> create {o} result call_id={call_id} output=done{o}", 300)
    s.added(o, "result", f"call_id={call_id}")
    return o


def tool(s: Session) -> None:
    f, call_id = call(s)
    o = answer(s, call_id)
    reply(s)
    s.settled += [f, o]


def barge_in(s: Session) -> None:
    r, m = s.name("r"), s.name("m")
    s.say("> respond", 300)
    s.say(f"< response {r}")
    s.say(f"< output {r} {m} assistant")
    s.added(m, "assistant")
    s.say(f"< audio {r} {m} 48000")
    s.say(f"< words {r} {m}")
    u = s.name("u")
    s.say(f"< speech_started {u}", 200)
    s.say(f"< finished {r} cancelled turn_detected")
    s.say(f"> truncate {m} 200")
    s.say(f"< truncated {m}")
    s.say(f"< speech_stopped {u}", 900)
    s.say(f"< committed {u}")
    s.added(u, "user")
    s.say(f'< transcribed {u} "words of {u}"')
    reply(s, asked=False)
    s.settled += [m, u]


def trim(s: Session) -> None:
    """Delete the oldest settled item, never the newest."""
    old = [item for item in s.settled if item != s.tail]
    if not old:
        return
    s.settled.remove(old[0])
    s.say(f"> delete {old[0]}", 700)
    s.say(f"< deleted {old[0]}")


def note(s: Session) -> None:
    x = s.name("s")
    s.say(f'> create {x} system text="note {x}"', 700)
    s.added(x, "system")
    s.settled.append(x)


ACTS: tuple[Callable[[Session], None], ...] = (turn_and_its_reply, reply, tool, barge_in, trim, note)


def analysis_of(tape: str) -> Analysis:
    analysis = Analysis()
    for record in parse(tape):
        analysis.feed(record)
    analysis.finish()
    return analysis


def played(acts: list[Callable[[Session], None]]) -> Session:
    session = Session()
    session.say("> update session.type=realtime")
    session.say("< updated session.type=realtime")
    for act in acts:
        act(session)
    return session


@given(st.lists(st.sampled_from(ACTS), max_size=25))
@settings(max_examples=200, deadline=None)
def test_a_correct_server_and_a_patient_client_are_never_accused(acts: list[Callable[[Session], None]]) -> None:
    analysis = analysis_of(played(acts).tape())

    assert [f.message for f in analysis.findings] == []
    assert analysis.verdict == "clean"


@given(st.lists(st.sampled_from(ACTS), max_size=10), st.lists(st.sampled_from(ACTS), max_size=10))
@settings(max_examples=100, deadline=None)
def test_a_call_deleted_in_flight_is_found_and_nothing_but_its_consequences(
    before: list[Callable[[Session], None]], after: list[Callable[[Session], None]]
) -> None:
    session = played(before)
    f, call_id = call(session)
    session.say(f"> delete {f}", 60)
    session.say(f"< deleted {f}", 200)
    answer(session, call_id)
    for act in after:
        act(session)

    stories = analysis_of(session.tape()).stories

    assert [(story.root.rule, story.root.items[0]) for story in stories] == [("RT101", f)]
    assert {effect.rule for effect in stories[0].findings[1:]} <= LEADS_TO["RT101"] | LEADS_TO["RT102"]
    assert {effect.rule for effect in stories[0].findings} >= {"RT101", "RT102", "RT404"}


@given(st.lists(st.sampled_from(ACTS), max_size=10), st.integers(min_value=1, max_value=4))
@settings(max_examples=50, deadline=None)
def test_the_same_records_give_the_same_findings_however_they_come(
    acts: list[Callable[[Session], None]], parts: int
) -> None:
    session = played([*acts, barge_in])
    session.say("> delete never-there event_id=e1")
    session.say("< error item_delete_invalid_item_id e1")
    records = list(parse(session.tape()))
    cuts = [len(records) * n // parts for n in range(parts + 1)]

    live = Analysis()
    for start, end in pairwise(cuts):
        for record in records[start:end]:
            live.feed(record)
    live.finish()

    assert [(f.id, f.message) for f in live.findings] == [
        (f.id, f.message) for f in analysis_of(session.tape()).findings
    ]
    assert [f.rule for f in live.findings] == ["RT107"]
