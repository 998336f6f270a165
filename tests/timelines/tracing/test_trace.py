"""Traces as their viewers read them: what must hold of every event, and how the parts of a timeline become events.

What is required of each phase is that of the Trace Event Format's own description.
`RTLOG_WRITE_GOLDEN=1 pytest tests/timelines/tracing` writes the golden file again; open it in a viewer.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

from rtlog.recordings.errors import RtlogError
from rtlog.timelines.model import Timeline
from rtlog.timelines.telling import Teller
from rtlog.timelines.tracing.event import TraceEvent
from rtlog.timelines.tracing.trace import Tracing
from rtlog.timelines.windows import Selection, Window

GOLDEN = Path(__file__).parents[1] / "golden" / "r01.trace.json"
REQUIRED = {
    "M": {"args"},
    "X": {"tid", "ts", "dur", "cat", "args"},
    "i": {"tid", "ts", "cat", "s"},
    "b": {"tid", "ts", "cat", "id", "args"},
    "e": {"tid", "ts", "cat", "id", "args"},
    "s": {"tid", "ts", "cat", "id"},
    "f": {"tid", "ts", "cat", "id", "bp"},
    "C": {"ts", "cat", "args"},
}
METADATA = {
    "process_name": "name",
    "process_sort_index": "sort_index",
    "thread_name": "name",
    "thread_sort_index": "sort_index",
}
EVERYTHING = Selection()

Event = dict[str, object]


def trace_of(timeline: Timeline, selection: Selection = EVERYTHING) -> list[Event]:
    """Give the events as a viewer reads them from the file."""
    told = Tracing().events(timeline, selection, Teller(timeline.names, timeline.epoch), "r.rtlog.jsonl")
    return msgspec.json.decode(msgspec.json.encode(list(told)))


def of(events: Iterable[Event], ph: str, name: str | None = None) -> list[Event]:
    return [event for event in events if event["ph"] == ph and name in {None, event["name"]}]


@pytest.fixture
def events(sample: str, of_sample: Callable[[str], Timeline]) -> list[Event]:
    """The trace of each sample recording in turn."""
    return trace_of(of_sample(sample))


def test_r1_is_the_trace_that_it_was(of_sample: Callable[[str], Timeline]) -> None:
    timeline = of_sample("r01")
    events = Tracing().events(timeline, EVERYTHING, Teller(timeline.names, timeline.epoch), "r01")
    trace = "[\n" + ",\n".join(msgspec.json.encode(event).decode() for event in events) + "\n]\n"
    if os.environ.get("RTLOG_WRITE_GOLDEN"):
        GOLDEN.write_text(trace, encoding="utf-8")

    assert trace == GOLDEN.read_text(encoding="utf-8")


def test_every_event_has_what_its_phase_requires_and_nothing_else(events: list[Event]) -> None:
    optional = {"X": {"cname"}, "i": {"args"}, "s": {"args"}, "f": {"args"}, "M": {"tid"}}

    for event in events:
        phase = event["ph"]
        keys = event.keys() - {"ph", "name", "pid"}
        assert REQUIRED[phase] <= keys <= REQUIRED[phase] | optional.get(phase, set()), event
        assert event["name"]
        assert event["pid"] > 0
        for number in ("ts", "dur"):
            assert number not in event or (isinstance(event[number], int) and event[number] >= 0), event


def test_processes_and_threads_are_named(events: list[Event]) -> None:
    for event in of(events, "M"):
        assert event["args"].keys() == {METADATA[event["name"]]}
    named = {(event["pid"], event.get("tid")) for event in of(events, "M", "thread_name")}

    assert {event["pid"] for event in events} == {event["pid"] for event in of(events, "M", "process_name")}
    assert {(event["pid"], event["tid"]) for event in events if event["ph"] in "Xibesf"} <= named


def test_each_begin_has_its_end_and_they_nest(events: list[Event]) -> None:
    open_by_id: defaultdict[tuple[object, ...], list[Event]] = defaultdict(list)
    pairs = 0
    for event in sorted(events, key=lambda event: event.get("ts", 0)):
        stack = open_by_id[event["pid"], event.get("cat"), event.get("id")]
        if event["ph"] == "b":
            stack.append(event)
        elif event["ph"] == "e":
            begun = stack.pop()
            assert (begun["name"], begun["tid"]) == (event["name"], event["tid"])
            pairs += 1

    assert pairs > 0
    assert not any(open_by_id.values())


def test_slices_of_a_thread_do_not_cross(events: list[Event]) -> None:
    ends: dict[tuple[object, object], int] = {}
    starts: dict[tuple[object, object], int] = {}
    for event in sorted(of(events, "X"), key=lambda event: event["ts"]):
        thread, start, end = (event["pid"], event["tid"]), event["ts"], event["ts"] + event["dur"]
        assert start >= ends.get(thread, 0) or (start, end) == (starts[thread], ends[thread])
        starts[thread], ends[thread] = start, end


def test_each_arrow_begins_and_ends_at_a_slice(events: list[Event]) -> None:
    slices = {(event["pid"], event["tid"], event["ts"]) for event in of(events, "X")}
    leaving = {(event["cat"], event["name"], event["id"]): event for event in of(events, "s")}
    reaching = {(event["cat"], event["name"], event["id"]): event for event in of(events, "f")}

    assert len(leaving) == len(of(events, "s"))
    assert leaving.keys() == reaching.keys()
    assert all(leaving[flow]["ts"] <= reaching[flow]["ts"] for flow in leaving)
    assert {(e["pid"], e["tid"], e["ts"]) for e in [*leaving.values(), *reaching.values()]} <= slices


def test_every_finding_is_there(sample: str, of_sample: Callable[[str], Timeline]) -> None:
    timeline = of_sample(sample)
    nothing = Selection((Window(1, 1),))

    for selection in (EVERYTHING, nothing):
        told = [event for event in trace_of(timeline, selection) if event.get("cat") == "finding"]
        assert sorted(event["args"]["id"] for event in told) == sorted(f.id for f in timeline.findings)


def test_the_race_of_5021_is_told_with_its_arrows(of_sample: Callable[[str], Timeline]) -> None:
    events = trace_of(of_sample("r01"))
    (root,) = of(events, "X", "RT101 in-flight-delete")
    (asked,) = [e for e in of(events, "X", "conversation.item.delete") if "FC1" in e["args"]["text"]]
    leaving = events[events.index(asked) + 1]
    (answer,) = [e for e in of(events, "f", "answer") if e["id"] == leaving["id"]]
    (zero,) = of(events, "i", "T+0")

    assert root["cname"] == "terrible"
    assert root["args"]["T+"] == "T+229ms"
    assert root["ts"] - zero["ts"] == 229_000
    assert len(of(events, "s", "consequence")) == len([e for e in of(events, "X") if "caused by" in e["args"]])
    assert answer["ts"] - zero["ts"] == 434_000
    assert asked["args"]["proves " + root["args"]["id"]] == "the client deletes FC1"


def test_what_overlaps_is_grouped_by_its_kind_and_named_for_itself(of_tape: Callable[..., Timeline]) -> None:
    events = trace_of(
        of_tape("""
    0  < response r1
    10 < response r2
    20 < finished r1 completed
    30 > delete m1
    """)
    )
    begun = [(event["cat"], event["name"], event["ts"]) for event in of(events, "b")]
    ended = [(event["cat"], event["name"], event["ts"], event["args"].get("open")) for event in of(events, "e")]

    assert begun[:4] == [
        ("response", "responses", 0),
        ("response", "R1", 0),
        ("response", "responses", 10_000),
        ("response", "R2", 10_000),
    ]
    assert ("response", "R1", 20_000, None) in ended
    assert ("response", "R2", 30_000, True) in ended
    assert ("request", "conversation.item.delete m1", 30_000, True) in ended


def test_deltas_are_counted_and_not_drawn_one_by_one(of_sample: Callable[..., Timeline]) -> None:
    timeline = of_sample("r01")
    events = trace_of(timeline)
    counted: Counter[str] = Counter()
    for event in of(events, "C"):
        counted[event["name"]] += event["args"]["in 100 ms"]

    assert counted == Counter(at.type for at in timeline.moments() if at.type.endswith((".delta", ".append")))
    assert not {e["name"] for e in events if e["ph"] in "Xi"} & counted.keys()


def test_each_connection_is_a_process_and_no_number_is_used_twice(of_tape: Callable[..., Timeline]) -> None:
    timeline = of_tape("0 < added m1 user\n5 < added m1 user conn=2\n9 > delete m1\n")
    tracing, teller = Tracing(), Teller(timeline.names, timeline.epoch)
    events = [event for title in ("a", "b") for event in tracing.events(timeline, EVERYTHING, teller, title)]
    processes = [event.args["name"] for event in events if event.name == "process_name"]

    assert processes == ["a, connection 1", "a, connection 2", "b, connection 1", "b, connection 2"]
    assert max(Counter((e.id, e.name) for e in events if e.ph == "b").values()) == 1


def test_an_untimed_recording_is_refused_in_one_line(of_tape: Callable[..., Timeline]) -> None:
    timeline = of_tape("0 < added m1 user")
    timeline.epoch = None

    with pytest.raises(RtlogError, match=r"^r\.rtlog\.jsonl: .*has no times"):
        trace_of(timeline)


def test_text_of_the_wire_is_harmless(of_tape: Callable[..., Timeline]) -> None:
    told = str(trace_of(of_tape(r"0 < committed m1" "\n" r'1 < transcribed m1 "\u001b[2J\u202e"')))

    assert r"\\x1b[2J" in told
    assert not {"\x1b", "\u202e"} & set(told)


def test_an_event_says_only_what_it_has() -> None:
    assert msgspec.to_builtins(TraceEvent("C", "x", 1, ts=0)) == {"ph": "C", "name": "x", "pid": 1, "ts": 0}
