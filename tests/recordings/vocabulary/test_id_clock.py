"""The seconds in server ids. Ids: minted on 2026-07-07 (a capture), others made for the test."""

import pytest

from rtlog.recordings.vocabulary.id_clock import IdClock, minted

CAPTURED = "event_Dz2phSUIKOB3Jch66U6MQ"
EXPIRES = 1_783_444_869
"""What the captured session said of its end: an hour after its first id."""


def later(prefix: str) -> str:
    return f"event_{prefix}{'0' * 16}"


def span_of(*ids: str, expires_at: int | None = EXPIRES) -> tuple[int, int] | None:
    clock = IdClock()
    for each in ids:
        clock.hear(each, expires_at)
    return clock.span


def test_an_id_tells_the_second_in_which_it_was_made():
    assert minted(CAPTURED) == EXPIRES - 3600
    assert minted("sess_" + "0" * 21) == 1_576_800_000


@pytest.mark.parametrize("other", ["", "event_1", CAPTURED + "x", "call_Dz2phSUIKOB3Jch66U6MQ", "event_" + "é" * 21])
def test_other_ids_tell_nothing(other: str):
    assert minted(other) is None
    assert span_of(CAPTURED, other) is None


def test_ids_in_order_shortly_before_the_session_expires_are_a_clock():
    assert span_of(CAPTURED, CAPTURED, later("Dz2pr")) == (EXPIRES - 3600, EXPIRES - 3590)


def test_ids_out_of_order_or_far_from_the_end_of_the_session_or_without_one_are_none():
    assert span_of(later("Dz2pr"), CAPTURED) is None
    assert span_of(CAPTURED, expires_at=EXPIRES + 86_400) is None
    assert span_of(CAPTURED, expires_at=EXPIRES - 3600) is None
    assert span_of(CAPTURED, expires_at=None) is None
    assert span_of() is None
