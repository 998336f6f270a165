"""Steps and points: what belongs together, who does what, and what a push compares."""

from collections.abc import Callable

from rtlog.timelines.diff import diff_of
from rtlog.timelines.model import Timeline
from rtlog.timelines.points import background, points, sentence
from rtlog.timelines.rows import EntryRow, rows
from rtlog.timelines.steps import Step, steps, title
from rtlog.timelines.telling import Teller

Tape = Callable[..., Timeline]

SESSION = """
0    < speech_started m1
600  < speech_stopped m1
601  < committed m1
620  < added m1 user
630  < response r1
640  < output r1 fc1 call call_id=c1
642  < added fc1 call call_id=c1 prev=m1
650  < arguments r1 fc1 {}
660  < finished r1 completed
700  L ctx_push_begin push_id=p1 source=local items=["s1","m1"]
701  > create s1 system prev=root
702  > delete fc1
790  < added s1 system
795  < deleted fc1
796  L ctx_push_end push_id=p1
"""


def titles(timeline: Timeline) -> list[str]:
    teller = Teller(timeline.names, timeline.epoch)
    found = [part for part in steps(rows(timeline)) if isinstance(part, Step)]
    return ["".join(segment.text for segment in teller.tell(title(step))) for step in found]


def test_each_step_is_somebody_doing_something(of_tape: Tape) -> None:
    assert titles(of_tape(SESSION)) == [
        "the server opens the session",
        "the user speaks; the server commits msg1, adds msg1",
        "the server begins R1, generates FC1, ends R1",
        "the application pushes its context; the client creates sys1, deletes FC1",
        "the server adds sys1, confirms the delete of FC1; the application ends its push",
    ]


def test_the_lanes_of_a_step_are_those_before_its_first_and_after_its_last_record(of_tape: Tape) -> None:
    answer = [part for part in steps(rows(of_tape(SESSION))) if isinstance(part, Step)][-1]

    assert answer.before.server == ("m1", "fc1")
    assert answer.after.server == ("s1", "m1")


def test_a_push_compares_the_mirror_with_what_it_pushes(of_tape: Tape) -> None:
    page = rows(of_tape(SESSION))
    (row,) = [row for row in page if isinstance(row, EntryRow) and row.first.type == "local.ctx_push_begin"]
    diff = diff_of(row.entry, row.before)

    assert diff is not None
    assert (diff.old, diff.new) == (("m1", "fc1"), ("s1", "m1"))
    assert (diff.to_remove, diff.to_create) == (("fc1",), ("s1",))


def test_only_a_push_that_tells_its_items_compares_anything(of_tape: Tape) -> None:
    page = rows(of_tape("0 L ctx_push_begin push_id=p1\n1 > delete m1"))

    assert [diff_of(row.entry, row.before) for row in page if isinstance(row, EntryRow)] == [None, None, None]


def test_two_connections_never_share_a_step(of_tape: Tape) -> None:
    found = titles(of_tape("0 < response r1\n1 < response r1 conn=2"))

    assert found == ["the server opens the session", "the server begins R1", "the server begins R1"]


def test_lesser_records_gather_around_the_point_they_belong_to(of_tape: Tape) -> None:
    timeline = of_tape(SESSION)
    teller = Teller(timeline.names, timeline.epoch)
    said = ["".join(s.text for s in sentence(p, teller, "x")) for p in points(rows(timeline))]  # type: ignore[arg-type]

    assert said[4:6] == [
        "the server sends response.created: R1, made by turn detection. Then response.output_item.added (T-60ms).",
        (
            "the server sends conversation.item.added: FC1 behind msg1. FC1 enters the server's conversation and the "
            "mirror. Then response.function_call_arguments.done (T-50ms)."
        ),
    ]


def test_a_list_counts_the_deltas_that_it_does_without(of_tape: Tape) -> None:
    page = rows(
        of_tape("""
        0  < response r1
        5  < output r1 m1 assistant
        10 < audio r1 m1 480
        20 > append 960
        30 < finished r1 completed
        """)
    )

    assert background(page) == {"response.output_audio.delta": 1, "input_audio_buffer.append": 1}
    assert all(point.entries[0].at.type != "response.output_audio.delta" for point in points(page))  # type: ignore[union-attr]


def test_records_of_one_type_and_ms_are_one_point_and_others_are_not(of_tape: Tape) -> None:
    timeline = of_tape("""
    0 < added m1 user
    1 < added m2 user prev=m1
    1.2 < added m3 user prev=m2
    """)
    heads = [[entry.items[0] for entry in point.entries if entry.items] for point in points(rows(timeline))]  # type: ignore[union-attr]

    assert heads == [[], ["m1"], ["m2", "m3"]]
