"""Lane differences: a splice takes the old lane to the new one, whatever they are; remarks say how lanes differ."""

from hypothesis import given
from hypothesis import strategies as st

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.tape import parse
from rtlog.timelines.lane_block import block
from rtlog.timelines.lane_text import lane_effects, lane_lines
from rtlog.timelines.lanes import LaneWatch, View, splice
from rtlog.timelines.model import Names
from rtlog.timelines.telling import Teller

TELLER = Teller(Names({}, {}, real_ids=True), None)
LANES = st.lists(st.sampled_from("abcdefgh"), unique=True).map(tuple)


@given(LANES, LANES)
def test_a_splice_takes_the_old_lane_to_the_new_one(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    difference = splice(old, new)

    assert (difference.apply(old) if difference else old) == new
    assert (difference is None) == (old == new)


def test_one_insertion_costs_one_name() -> None:
    difference = splice(tuple("abcdef"), tuple("abcxdef"))

    assert difference is not None
    assert (difference.kept, difference.rest, difference.middle) == (3, 3, ("x",))


def test_lanes_that_agree_are_one_line() -> None:
    (line,) = lane_lines(View(("a", "b"), ("a", "b"), ("a", "b"), whole=True), TELLER)

    assert (line.name, line.items, line.remark) == ("server = mirror = local", "[a, b]", "")


def test_lanes_that_differ_say_what_they_lack_and_what_they_alone_have() -> None:
    lines = lane_lines(View(("a", "b"), ("a",), ("b", "a", "x"), whole=True), TELLER)

    assert [line.remark for line in lines] == ["", "b missing", "x only here"]


def test_another_order_is_a_difference() -> None:
    assert lane_lines(View(("a", "b"), ("a", "b"), ("b", "a"), whole=True), TELLER)[-1].remark == "other order"


def test_what_the_application_has_not_told_in_whole_is_not_called_missing() -> None:
    lines = lane_lines(View(("a", "b"), ("a", "b"), ("a",), whole=False), TELLER)

    assert [line.remark for line in lines] == ["", "as far as told"]


def test_a_simulated_lane_is_never_shown_as_one_that_was_told() -> None:
    differs = View(("a", "b"), ("a", "b"), ("a",), whole=True, simulated_by="livekit-agents@1.4.6")
    agrees = View(("a",), ("a",), ("a",), whole=True, simulated_by="livekit-agents@1.4.6")

    assert [line.remark for line in lane_lines(differs, TELLER)] == [
        "",
        "simulated by livekit-agents@1.4.6; b missing",
    ]
    assert [line.name for line in lane_lines(agrees, TELLER)] == [
        "server = mirror = local (local simulated by livekit-agents@1.4.6)"
    ]


def test_the_lane_that_a_named_client_would_keep_is_drawn_until_a_local_event_tells_it() -> None:
    views, watch, view = [], None, View()
    analysis = Analysis(client="livekit-agents@1.4.6")
    for record in parse("""
    0  < added m1 user
    9  < transcribed m1 hello
    20 L tool_started fc1 call_id=c1
    """):
        analysis.feed(record)
        (connection,) = analysis.connections()
        watch = watch or LaneWatch(connection)
        changes = watch.look(connection)
        view = changes.apply(view) if changes else view
        views.append((view.local, view.simulated_by))

    simulated = "livekit-agents@1.4.6"
    assert views == [
        (("config",), simulated),
        (("config",), simulated),
        (("config", "m1"), simulated),
        (("fc1",), None),
    ]


def test_without_local_events_there_is_no_local_lane() -> None:
    assert block(View(("a",), ("a",), None), TELLER) == ["Server conversation:  [a]", "mirror:               [a]"]


def test_a_block_is_aligned_and_marks_differences_as_people_do() -> None:
    view = View(("msg1", "FC1"), ("msg1", "FC1"), ("msg1",), whole=True)

    assert block(view, TELLER) == [
        "Server conversation:  [msg1, FC1]",
        "mirror:               [msg1, FC1]",
        "local:                [msg1]       <- FC1 missing",
    ]


def test_long_lanes_show_their_end_and_count_the_rest() -> None:
    view = View(tuple(f"m{n}" for n in range(100)), ())

    assert lane_lines(view, TELLER)[0].items.startswith("[88 more, m88, m89")


def test_effects_name_the_lanes_that_changed_and_those_that_do_not_follow() -> None:
    before = View(("a",), ("a",), ("a",), whole=True)
    after = View(("a", "b"), ("a", "b"), ("a",), whole=True)

    assert lane_effects(before, after, TELLER) == (
        "b enters the server's conversation and the mirror; the local context does not hold b"
    )
    assert lane_effects(after, before, TELLER) == "b leaves the server's conversation and the mirror"
    assert lane_effects(before, before, TELLER) == ""
