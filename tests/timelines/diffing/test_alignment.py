"""Which elements of two sequences correspond, for any two sequences and for such as take long."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.timelines.diffing.alignment import SMALL, Block, aligned, ascending, gaps

SEQUENCES = st.lists(st.integers(0, 12), max_size=60)


@given(SEQUENCES, SEQUENCES)
def test_pairs_are_equal_and_ascend_on_both_sides(a: list[int], b: list[int]) -> None:
    pairs = aligned(a, b)

    assert all(a[i] == b[j] for i, j in pairs)
    assert sorted({i for i, _ in pairs}) == [i for i, _ in pairs]
    assert sorted({j for _, j in pairs}) == [j for _, j in pairs]


@given(SEQUENCES)
def test_a_sequence_corresponds_to_itself(a: list[int]) -> None:
    assert aligned(a, a) == [(i, i) for i in range(len(a))]


@given(st.lists(st.integers(), unique=True, max_size=60), st.data())
def test_what_was_taken_out_of_unique_elements_is_all_that_is_missing(a: list[int], data: st.DataObject) -> None:
    kept = [element for element in a if data.draw(st.booleans())]

    assert [a[i] for i, _ in aligned(a, kept)] == kept


@pytest.mark.parametrize(
    ("a", "b", "pairs"),
    [
        ("abcd", "abxcd", [(0, 0), (1, 1), (2, 3), (3, 4)]),
        ("xaxbx", "yaybyy", [(1, 1), (3, 3)]),
        ("abc", "cab", [(0, 1), (1, 2)]),
        ("aab", "ab", [(0, 0), (2, 1)]),
        ("", "abc", []),
    ],
    ids=["one more", "others between", "one moved", "one of two", "nothing"],
)
def test_short_sequences_correspond_as_a_reader_would_have_it(a: str, b: str, pairs: list[tuple[int, int]]) -> None:
    assert aligned(a, b) == pairs


def test_long_sequences_of_few_elements_are_aligned_in_parts() -> None:
    a, b = (Random(seed).choices("abc", k=1_500) for seed in (1, 2))  # noqa: S311 - any two sequences do
    pairs = aligned(a, b)

    assert len(a) * len(b) > SMALL
    assert len(pairs) > 500
    assert all(a[i] == b[j] for i, j in pairs)


def test_gaps_are_what_lies_between_pairs() -> None:
    assert gaps([(1, 0), (2, 3)], Block(0, 4, 0, 5)) == [(0, 1, 0, 0), (2, 2, 1, 3), (3, 4, 4, 5)]


def test_the_longest_ascending_part_is_kept() -> None:
    assert ascending([(0, 4), (1, 0), (2, 1), (3, 5), (4, 2)]) == [(1, 0), (2, 1), (4, 2)]
    assert ascending([]) == []
