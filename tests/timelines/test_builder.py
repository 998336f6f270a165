"""The model: entries, bursts, arrows, spans and lane changes of small tapes."""

from collections.abc import Callable

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.tape import parse
from rtlog.recordings.record import Event, Record
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.lanes import View
from rtlog.timelines.model import Burst, Entry, Timeline
from rtlog.timelines.telling import Teller

Tape = Callable[..., Timeline]

CALL_DELETED = """
0    < added m1 user
10   < response r1
20   < output r1 fc1 call call_id=c1 name=look
22   < added fc1 call call_id=c1 name=look prev=m1
30   < arguments r1 fc1 {}
40   < finished r1 completed
300  L ctx_push_begin push_id=p1 source=local items=["m1"]
301  > delete fc1 event_id=e1
400  < deleted fc1
401  L ctx_push_end push_id=p1
500  L tool_started fc1 call_id=c1
600  L tool_finished fc1 call_id=c1
601  > create o1 result call_id=c1 prev=m1 output="42"
660  < added o1 result call_id=c1 prev=m1
"""


def entries(timeline: Timeline) -> list[Entry]:
    return [element for element in timeline.elements if isinstance(element, Entry)]


def said(timeline: Timeline, event_type: str) -> list[str]:
    teller = Teller(timeline.names, timeline.epoch)
    found = [entry for entry in entries(timeline) if entry.at.type == event_type]
    return ["".join(segment.text for segment in teller.tell(entry.words)) for entry in found]


def test_requests_and_their_answers_are_arrows_and_so_are_calls_and_outputs(of_tape: Tape) -> None:
    arrows = of_tape(CALL_DELETED).arrows
    arrows = {(a.kind, a.source.type, a.target.type, a.outcome) for a in arrows if a.kind != "cause"}

    assert arrows == {
        ("answer", "conversation.item.delete", "conversation.item.deleted", "acknowledged"),
        ("answer", "conversation.item.create", "conversation.item.added", "acknowledged"),
        ("output", "response.function_call_arguments.done", "conversation.item.create", ""),
    }


def test_an_arrow_leads_from_each_race_to_what_follows_from_it(of_tape: Tape) -> None:
    timeline = of_tape(CALL_DELETED)
    (arrow,) = [arrow for arrow in timeline.arrows if arrow.kind == "cause"]
    (story,) = timeline.stories
    deleted, answered = story.findings

    assert (deleted.rule, answered.rule) == ("RT101", "RT404")
    assert (arrow.source, arrow.target, arrow.outcome) == (deleted.at, answered.at, f"{deleted.id} > {answered.id}")


def test_what_lasts_is_a_span_and_what_never_ends_has_no_end(of_tape: Tape) -> None:
    timeline = of_tape(CALL_DELETED + "700 < response r2\n710 < speech_started m2")
    spans = [(s.kind, s.subject, timeline.offset(s.start), s.end and timeline.offset(s.end)) for s in timeline.spans]

    assert ("response", "r1", -290.0, -260.0) in spans
    assert ("push", "p1", 0.0, 101.0) in spans
    assert ("tool", "fc1", 200.0, 300.0) in spans
    assert ("response", "r2", 400.0, None) in spans
    assert ("speech", "m2", 410.0, None) in spans


def test_items_in_the_making_and_playback_are_spans(of_tape: Tape) -> None:
    timeline = of_tape("""
    0  < added m1 user
    20 < done m1
    30 < added m2 user
    50 > delete m2
    60 < deleted m2
    70 L playback_started m1 ms=0
    90 L playback_finished m1 ms=20
    """)
    spans = [(s.kind, s.subject, timeline.offset(s.start), s.end and timeline.offset(s.end)) for s in timeline.spans]

    assert [span for span in spans if span[0] in {"item", "playback"}] == [
        ("item", "m1", 0.0, 20.0),
        ("item", "m2", 30.0, 60.0),
        ("playback", "m1", 70.0, 90.0),
    ]


def test_lanes_after_each_record_follow_from_the_differences(of_tape: Tape) -> None:
    view, seen = View(), []
    for entry in entries(of_tape(CALL_DELETED)):
        if entry.lanes is not None:
            view = entry.lanes.apply(view)
            seen.append((entry.at.type, view.server, view.mirror, view.local))

    assert seen == [
        ("conversation.item.added", ("m1",), ("m1",), None),
        ("conversation.item.added", ("m1", "fc1"), ("m1", "fc1"), None),
        ("local.ctx_push_begin", ("m1", "fc1"), ("m1", "fc1"), ("m1",)),
        ("conversation.item.deleted", ("m1",), ("m1",), ("m1",)),
        ("local.tool_started", ("m1",), ("m1",), ("m1", "fc1")),
        ("conversation.item.added", ("m1", "o1"), ("m1", "o1"), ("m1", "fc1")),
    ]


def test_findings_stand_at_the_records_that_they_point_to(of_tape: Tape) -> None:
    marked = [(e.at.type, m.finding.rule, m.act) for e in entries(of_tape(CALL_DELETED)) for m in e.marks]

    assert ("conversation.item.delete", "RT101", True) in marked
    assert ("conversation.item.added", "RT101", False) in marked
    assert ("conversation.item.create", "RT404", True) in marked


def test_sentences_name_items_by_label_and_tell_how_long_things_took(of_tape: Tape) -> None:
    timeline = of_tape(CALL_DELETED)

    assert said(timeline, "conversation.item.deleted") == ["FC1, 378 ms after it was added, asked for 99 ms before"]
    assert said(timeline, "conversation.item.create") == ["FC1 output behind msg1"]
    assert said(timeline, "local.tool_started") == ["the tool of FC1 starts"]


def test_labels_that_come_later_are_known_in_earlier_sentences(of_tape: Tape) -> None:
    timeline = of_tape("""
    0  < added m1 user
    10 L ctx_push_begin push_id=p1 source=local items=["s1","m1"] reason=summarize
    11 > create s1 system prev=root
    """)

    assert said(timeline, "local.ctx_push_begin") == ["pushes sys1, msg1 (summarize)"]


def test_real_ids_on_demand(of_tape: Tape) -> None:
    assert said(of_tape(CALL_DELETED, real_ids=True), "conversation.item.create") == ["o1 behind m1"]


def test_deltas_and_appends_are_bursts_until_something_else_happens(of_tape: Tape) -> None:
    timeline = of_tape("""
    0  < response r1
    5  < output r1 m1 assistant
    10 < audio r1 m1 480
    20 > append 960
    30 < words r1 m1
    40 < speech_started m2
    50 > append 960
    """)
    bursts = [element.types for element in timeline.elements if isinstance(element, Burst)]

    assert bursts == [
        ["response.output_audio.delta", "input_audio_buffer.append", "response.output_audio_transcript.delta"],
        ["input_audio_buffer.append"],
    ]


def test_a_long_burst_costs_few_bytes_a_record() -> None:
    builder = TimelineBuilder()
    for seq in range(1, 10_001):
        builder.feed(
            Record("response.output_audio.delta", "server", seq=seq, t=seq, event=Event("response.output_audio.delta")),
            (),
        )
    (burst,) = builder.elements

    assert isinstance(burst, Burst)
    assert len(burst) == 10_000
    assert (burst.moment(9_999).seq, burst.moment(9_999).t) == (10_000, 10_000)
    assert {type(column).__name__ for column in (burst.lines, burst.seqs, burst.times)} == {"array"}


def test_untimed_recordings_have_no_offsets_but_all_their_entries(of_tape: Tape) -> None:
    timeline = of_tape("- < added m1 user\n- > delete m1\n- < deleted m1")

    assert timeline.epoch is None
    assert [timeline.offset(entry.at) for entry in entries(timeline)] == [None] * 4
    assert said(timeline, "conversation.item.deleted") == ["msg1"]


def test_copies_that_the_sdk_told_are_marked_and_change_no_lane() -> None:
    records = list(parse("0 < added m1 user\n10 > delete m1\n20 < deleted m1\n21 < deleted m1"))
    records[-1].src = "sdk"
    analysis, builder = Analysis(), TimelineBuilder()
    for record in records:
        builder.feed(record, analysis.feed(record))
    analysis.finish()
    *others, copy = entries(builder.build(analysis))

    assert (copy.told_by_sdk, copy.lanes) == (True, None)
    assert not any(entry.told_by_sdk for entry in others)
