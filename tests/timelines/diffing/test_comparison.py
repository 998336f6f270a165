"""What differs between two sessions, told on the samples that come in pairs and on tapes made for one difference."""

import re
from collections.abc import Callable

import pytest

from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.merging import Row

Pair = Callable[..., Comparison]

TURN = """
0    < speech_started m1
500  < speech_stopped m1
500  < committed m1
510  < added m1 user
520  < transcribed m1 "Where is it?"
560  < response r1
570  < output r1 a1
570  < added a1 assistant prev=m1
900  < finished r1 completed
"""


def types(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row.kind, row.one.at.type) for row in rows if row.differs]


def test_a_sample_is_the_same_as_itself(sample: str, of_samples: Pair):
    comparison = of_samples(sample, sample, words=True)

    assert comparison.same
    assert (comparison.gone, comparison.appeared) == ([], [])
    assert comparison.counts["same"] == len(comparison.rows) > 40


def test_the_fixed_release_lacks_what_the_buggy_one_did(of_samples: Pair):
    comparison = of_samples("r01", "r02")
    gone = [row.a.at.type for row in comparison.rows if row.kind == "gone"]
    parts = comparison.parts

    assert not comparison.same
    assert {finding.rule for finding in comparison.gone} == {"RT101", "RT102", "RT104", "RT404"}
    assert (comparison.appeared, comparison.both) == ([], [])
    assert gone[:2] == ["conversation.item.delete", "conversation.item.deleted"]
    assert parts is not None
    assert (parts.kind, parts.one.at.type) == ("new", "local.placeholder_added")
    assert all(a is not None and b is not None for a, b in comparison.turns)


def test_a_push_of_other_items_is_a_change_of_one_step(of_samples: Pair):
    changed = [row for row in of_samples("r01", "r02").rows if row.kind == "changed"]

    assert [row.a.at.type for row in changed] == [
        "local.ctx_push_begin",
        "conversation.item.create",
        "conversation.item.added",
        "conversation.item.added",
    ]


def test_a_truncation_that_is_refused_parts_from_one_that_is_not(of_samples: Pair):
    comparison = of_samples("r05", "r05b")

    assert types(comparison.rows) == [
        ("new", "response.output_audio.delta"),
        ("gone", "error"),
        ("new", "conversation.item.truncated"),
    ]
    assert [finding.rule for finding in comparison.gone] == ["RT103", "RT301"]


def test_a_finding_of_another_shape_has_gone_and_appeared(of_samples: Pair):
    comparison = of_samples("r08", "r08b")

    assert [finding.id for finding in comparison.gone] != [finding.id for finding in comparison.appeared]
    assert {finding.rule for finding in (*comparison.gone, *comparison.appeared)} == {"RT103"}


def test_ids_and_times_are_no_difference(of_tapes: Pair):
    other = TURN.replace("m1", "u77").replace("a1", "b99").replace("r1", "q5").replace("510", "515")

    assert of_tapes(TURN, other).same


@pytest.mark.parametrize(
    ("there", "rows"),
    [
        (TURN.replace("completed\n", "failed\n"), [("changed", "response.done")]),
        (TURN + "950 > delete a1", [("new", "conversation.item.delete")]),
        (TURN.replace("500  < speech_stopped m1\n", ""), [("gone", "input_audio_buffer.speech_stopped")]),
        (TURN.replace("prev=m1", "prev=null"), [("changed", "conversation.item.added")]),
    ],
    ids=["another outcome", "one step more", "one step less", "another predecessor"],
)
def test_what_happened_otherwise_is_told_and_nothing_else(there: str, rows: list[tuple[str, str]], of_tapes: Pair):
    assert types(of_tapes(TURN, there).rows) == rows


def test_other_words_are_a_difference_for_the_strict_alone(of_tapes: Pair):
    there = TURN.replace("Where is it?", "And where is it now?")

    assert of_tapes(TURN, there).same
    assert of_tapes(TURN, there).in_other_words == 1
    assert not of_tapes(TURN, there, words=True).same


def test_what_one_sender_sent_in_another_order_has_moved_and_counts_once(of_tapes: Pair):
    early = TURN.replace("560 ", "550 < deleted m0\n560 ")
    late = TURN.replace("900 ", "850 < deleted m0\n900 ")
    comparison = of_tapes(early, late)

    assert {row.kind for row in comparison.rows if row.differs} == {"moved"}
    assert comparison.counts["moved"] == 1
    assert of_tapes(early, late, order="none").same


def test_how_senders_interleave_is_a_difference_only_for_who_asks(of_tapes: Pair):
    early = TURN.replace("560 ", "550 L item_committed m1\n560 ")
    late = TURN.replace("900 ", "850 L item_committed m1\n900 ")

    assert of_tapes(early, late).same
    assert of_tapes(early, late).interleaved == 1
    assert types(of_tapes(early, late, order="all").rows) == [("moved", "local.item_committed")] * 2


def test_a_transcript_comes_when_it_is_ready(of_tapes: Pair):
    said = TURN.splitlines()
    late = [*said[:5], *said[6:8], said[5].replace("520", "565"), *said[8:]]

    assert "transcribed" in said[5]
    assert types(of_tapes(TURN, "\n".join(late)).rows) == []
    assert of_tapes(TURN, "\n".join(late)).interleaved == 1


def test_a_turn_more_changes_in_the_others_only_what_they_follow(of_tapes: Pair):
    first = TURN.replace("m1", "m0").replace("a1", "a0").replace("r1", "r0").replace("Where is it?", "Hello.")
    second = re.sub("(?m)^([0-9]+)", lambda time: str(int(time[0]) + 1000), TURN).replace("m1 user", "m1 user prev=a0")
    comparison = of_tapes(TURN.replace("m1 user", "m1 user prev=null"), first + second)

    assert [a is None for a, _ in comparison.turns] == [False, True, False]
    assert types([row for row in comparison.rows if row.a is not None]) == [("changed", "conversation.item.added")]


def test_how_a_turn_drifts_is_told_once_and_is_no_difference(of_tapes: Pair):
    slow = TURN.replace("560 ", "860 ").replace("570 ", "870 ").replace("900 ", "1205 ")
    comparison = of_tapes(TURN, slow, drift_ms=100)

    assert comparison.same
    assert [(row.one.at.type, row.drift_ms) for row in comparison.rows if row.drift_ms] == [("response.created", 300)]


def test_what_names_nothing_has_not_moved_to_another_turn(of_tapes: Pair):
    comparison = of_tapes("0 > clear\n" + TURN.lstrip(), TURN + "950 > clear")

    assert types(comparison.rows) == [("gone", "input_audio_buffer.clear"), ("new", "input_audio_buffer.clear")]


def test_the_id_of_an_event_means_nothing_and_figures_in_prose_neither(of_tapes: Pair):
    here = TURN + '910 L reply_requested event_id=e1\n920 mark text="run 17 begins"'
    there = TURN + '910 L reply_requested event_id=zz\n920 mark text="run 18 begins"'

    assert types(of_tapes(here, there).rows) == []


def test_a_tool_of_another_name_is_another_tool(of_tapes: Pair):
    call = "910 < response r2\n920 < output r2 f1 call call_id=c1 name=lookup_{}\n"
    comparison = of_tapes(TURN + call.format(1), TURN + call.format(2))

    assert [kind for kind, event_type in types(comparison.rows) if event_type == "response.output_item.added"]
