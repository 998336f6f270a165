"""The exact test against arithmetic without rounding, and the bound over many tests against a table of its authors."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.analyzers.fleet.chance import discoveries, fisher_greater


def exact(found: int, total: int, found_before: int, total_before: int) -> Fraction:
    marked, everything = found + found_before, total + total_before
    ways = sum(comb(marked, n) * comb(everything - marked, total - n) for n in range(found, min(marked, total) + 1))
    return Fraction(ways, comb(everything, total))


@given(st.integers(0, 200), st.integers(0, 200), st.data())
def test_it_is_the_hypergeometric_tail(total: int, total_before: int, data: st.DataObject):
    found, found_before = data.draw(st.integers(0, total)), data.draw(st.integers(0, total_before))

    told = fisher_greater(found, total, found_before, total_before)
    assert told == pytest.approx(float(exact(found, total, found_before, total_before)), rel=1e-9)


def test_a_lady_tastes_tea():
    # R. A. Fisher, The Design of Experiments (1935), chapter II: 8 cups, 4 of each kind, 3 told right.
    assert fisher_greater(3, 4, 1, 4) == pytest.approx(17 / 70)


@pytest.mark.parametrize(
    ("found", "total", "found_before", "total_before"),
    [(0, 10, 0, 10), (0, 0, 5, 10), (5, 10, 0, 0), (10, 10, 10, 10), (0, 100, 50, 100)],
)
def test_what_tells_nothing_is_chance(found: int, total: int, found_before: int, total_before: int):
    assert fisher_greater(found, total, found_before, total_before) == 1.0


def test_a_million_recordings_are_as_exact():
    assert fisher_greater(1_060, 1_000_000, 1_000, 1_000_000) == pytest.approx(0.0967, abs=0.0005)
    assert fisher_greater(20_000, 1_000_000, 1_000, 1_000_000) == 0.0


def test_the_bound_over_many_tests():
    # Benjamini and Hochberg (1995), section 3.2: of these fifteen the four least stand at 5 %.
    told = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    told += [0.7590, 1.0000]

    assert discoveries(told, 0.05) == [True] * 4 + [False] * 11
    assert discoveries(told[::-1], 0.05) == [False] * 11 + [True] * 4
    assert discoveries([], 0.05) == []


def test_a_greater_one_that_stands_carries_the_lesser_ones():
    assert discoveries([0.04, 0.045, 0.05], 0.05) == [True, True, True]
