"""The coarse clock: seconds by the server's ids, where a recording has no times and the ids stand every check."""

import pytest

from rtlog.analyzers.moment import moment_of
from rtlog.recordings.record import Event, Record, Session
from rtlog.timelines.coarse import CoarseClock, CoarseListener

FIRST = "event_Dz2phSUIKOB3Jch66U6MQ"  # 2026-07-07T16:21:09Z
TEN_LATER = f"event_Dz2pr{'0' * 16}"
EXPIRES = 1_783_444_869


def server(seq: int, event_id: str, expires_at: int | None = None, **facts: object) -> Record:
    event = Event("session.created", event_id, session=Session(expires_at=expires_at) if expires_at else None)
    return Record("session.created", "server", seq=seq, event=event, **facts)


def clock_of(*records: Record) -> CoarseClock | None:
    listener = CoarseListener()
    for record in records:
        listener.feed(record)
    return listener.clock()


def test_each_event_of_the_server_has_its_second_and_no_other_record_has_one():
    records = [
        server(1, FIRST, EXPIRES),
        Record("response.create", "client", seq=2, event=Event("response.create")),
        server(3, f"{FIRST[:-1]}Z"),
        server(4, TEN_LATER),
        Record("local.log", "local", seq=5, src="sdk", event=Event("local.log")),
    ]

    clock = clock_of(*records)

    assert clock is not None
    assert [clock.seconds(moment_of(record)) for record in records] == [0, None, 0, 10, None]
    assert clock.span == (1_783_441_269, 1_783_441_279)


def test_connections_have_one_beginning_and_each_its_own_seconds():
    early, late = server(1, TEN_LATER, EXPIRES), server(2, FIRST, EXPIRES, conn=2)

    clock = clock_of(early, late)

    assert clock is not None
    assert [clock.seconds(moment_of(early)), clock.seconds(moment_of(late))] == [10, 0]


@pytest.mark.parametrize(
    "records",
    [
        [],
        [server(1, FIRST)],  # nothing to check it by
        [server(1, FIRST, EXPIRES), server(2, "event_of_another_vendor")],
        [server(1, TEN_LATER, EXPIRES), server(2, FIRST)],  # it steps back
        [server(1, FIRST, 4_000_000_000)],  # the session would last for decades
        [server(1, FIRST, EXPIRES), server(2, "other", conn=2)],
        [server(1, FIRST, EXPIRES, t=0)],  # it has a better clock
    ],
)
def test_ids_that_fail_a_check_are_no_clock(records: list[Record]):
    assert clock_of(*records) is None


def test_what_a_hook_told_of_the_wire_again_is_not_heard_twice():
    clock = clock_of(server(1, FIRST, EXPIRES), server(2, TEN_LATER), server(3, FIRST, src="sdk"))

    assert clock is not None
    assert clock.span == (1_783_441_269, 1_783_441_279)
