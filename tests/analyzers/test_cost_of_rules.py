"""What a record costs depends on who listens to it: rules about deletes cost deltas nothing."""

import gc
import sys
from collections.abc import Callable
from types import FrameType

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.rule import Rule, Severity, on
from rtlog.analyzers.rules import RULES
from rtlog.recordings.record import Event, Item, Record, Response

CODES = [f"X{number}" for number in range(10)]


class AboutDeletes(Rule):
    """Hears every step of a delete."""

    severity = Severity.INFO
    what = why = remedy = ""

    @on(ch.ItemDeleteSent, ch.ItemDeleted, ch.RequestAnswered, ch.RequestSent)
    def heard(self, change: ch.Change) -> None:
        """Hear it."""


ABOUT_DELETES = [type(f"AboutDeletes{code}", (AboutDeletes,), {"code": code, "name": code.lower()}) for code in CODES]


def called(act: Callable[[], object]) -> int:
    """Count the functions, of Python and of C, that *act* calls."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    # A collection calls whoever asked to be told of it, at a moment that what ran before decides.
    gc.disable()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


def calls_of(rules: tuple[type[Rule], ...]) -> tuple[int, int]:
    """Give the calls that a hundred deltas cost with *rules*, and those that a delete costs."""
    analysis = Analysis(rules)
    seq = 0

    def feed(direction: str, event: Event, audio_bytes: int = 0) -> None:
        nonlocal seq
        seq += 1
        at = {"seq": seq, "t": seq * 1_000_000, "line": seq + 1}
        analysis.feed(Record(type=event.type, dir=direction, event=event, audio_bytes=audio_bytes, **at))

    item = Item(id="item_1", type="message", role="assistant")
    feed("server", Event(type="response.created", response=Response(id="resp_1")))
    feed("server", Event(type="response.output_item.added", response_id="resp_1", item=item))
    feed("server", Event(type="conversation.item.added", item=item))
    delta = Event(type="response.output_audio.delta", response_id="resp_1", item_id="item_1")
    feed("server", delta, 4800)
    deltas = called(lambda: [feed("server", delta, 4800) for _ in range(100)])
    deletes = called(lambda: feed("client", Event(type="conversation.item.delete", item_id="item_1")))
    return deltas, deletes


def test_ten_more_rules_about_deletes_cost_a_delta_no_call():
    few, more = calls_of(RULES), calls_of((*RULES, *ABOUT_DELETES))

    assert more[0] == few[0]
    assert more[1] >= few[1] + len(ABOUT_DELETES)
