"""A cut keeps what its spans name, what stands in the conversation when they begin, and how that came to be."""

from itertools import pairwise

from rtlog.analyzers.tape import parse
from rtlog.recordings.cutting import Breadth, Facts, Span, holds, selected

SESSION = """
bare
0   < session
1   < added u1 user
2   < added gone assistant prev=u1
3   > delete gone
4   < deleted gone
5   < added m1 assistant prev=gone
6   < words r1 m1
7   < added m2 assistant prev=m1
8   < words r2 m2
9   > append 480
10  < committed u2
11  > append 480
12  > respond event_id=e1
13  < response r3
14  < output r3 m3 assistant
15  < added m3 assistant prev=m2
16  < words r3 m3
17  < finished r3 completed
18  < added u9 user prev=m3
19  < words r9 u9
"""
"""Line N + 2 of the tape holds what happened at N ms."""


def kept(first_ms: int, last_ms: int, breadth: Breadth) -> list[int]:
    facts = Facts()
    for record in parse(SESSION):
        facts.feed(record)
    return selected(facts, [Span(first_ms + 2, last_ms + 2)], breadth)


def test_near_the_living_are_kept_with_all_behind_which_they_stood_and_no_piece_of_theirs() -> None:
    assert kept(14, 14, Breadth.NEAR) == [0, 1, 2, 3, 4, 5, 7, 11, 12, 13, 14]


def test_pieces_of_what_is_named_are_kept() -> None:
    assert 8 in kept(15, 15, Breadth.NEAR)
    assert 6 not in kept(15, 15, Breadth.NEAR)


def test_sounds_that_wait_to_be_taken_are_kept() -> None:
    assert {9, 11} & set(kept(12, 12, Breadth.NEAR)) == {11}


def test_a_request_is_kept_with_the_response_that_answers_it() -> None:
    assert 12 in kept(17, 17, Breadth.NEAR)


def test_wider_cuts_keep_the_end_then_events_then_all() -> None:
    assert kept(14, 14, Breadth.ENDED)[-2:] == [15, 17]
    assert set(range(20)) - set(kept(14, 14, Breadth.EVENTS)) == {6, 8, 9, 16, 18, 19}
    assert set(range(20)) - set(kept(14, 14, Breadth.LATER)) == {6, 8, 9, 16, 19}
    assert set(range(20)) - set(kept(14, 14, Breadth.BEFORE)) == {16, 19}
    assert kept(14, 16, Breadth.WHOLE) == list(range(20))


def test_each_breadth_keeps_what_the_narrower_one_keeps() -> None:
    cuts = [set(kept(14, 16, breadth)) for breadth in Breadth]

    assert all(narrow <= wide for narrow, wide in pairwise(cuts))


def test_without_spans_all_is_kept() -> None:
    facts = Facts()
    for record in parse(SESSION):
        facts.feed(record)

    assert selected(facts, [], Breadth.NEAR) == list(range(len(facts)))


def test_connections_keep_their_ids_apart() -> None:
    facts = Facts()
    for record in parse("bare\n0 < added m1 assistant\n1 < added m1 assistant conn=2\n2 < deleted m1 conn=2"):
        facts.feed(record)

    assert facts.subjects[0] != facts.subjects[1] == facts.subjects[2]


def test_lines_are_found_in_spans() -> None:
    spans = [Span(3, 5), Span(9, 9)]

    assert [line for line in range(12) if holds(spans, line)] == [3, 4, 5, 9]
