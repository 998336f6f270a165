"""Reading JSON Lines that other tools wrote."""

import io
import json

import pytest

from rtlog.recordings.reader import Reading, read

CREATE = {"type": "response.create"}
CREATED = {"type": "response.created", "response": {"id": "resp_1"}}
DONE = {"type": "response.done", "response": {"id": "resp_1", "status": "completed"}}


def opened(*lines: object) -> Reading:
    return read(io.BytesIO("".join(json.dumps(line) + "\n" for line in lines).encode()))


def test_lines_with_direction_and_event_are_records():
    reading = opened({"dir": "client", "event": CREATE}, {"dir": "server", "event": CREATED})
    records = list(reading)
    assert [(r.line, r.seq, r.dir, r.type) for r in records] == [
        (1, 1, "client", "response.create"),
        (2, 2, "server", "response.created"),
    ]
    assert (reading.has_header, reading.timed, reading.header.id) == (False, False, "")


def test_the_type_of_a_bare_event_tells_its_direction():
    records = list(opened(CREATE, CREATED, {"type": "local.tool_started", "item_id": "item_1"}, {"type": "who.knows"}))
    assert [(r.dir, r.type) for r in records] == [
        ("client", "response.create"),
        ("server", "response.created"),
        ("local", "local.tool_started"),
        (None, "who.knows"),
    ]


def test_a_bare_event_may_bring_a_member_called_event():
    record = next(iter(opened({"type": "response.event", "event": {"type": "response.done"}})))
    assert record.type == "response.event"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"t": 500}, {"t": 1_500_000_500}),
        ({"ts": 1_732_158_495.25}, {"ts": 1_732_158_496.75}),
        ({"ts": 1_732_158_495_250}, {"ts": 1_732_158_496_750}),
        ({"time": 0.0}, {"time": 1.5}),
        ({"timestamp": "2026-11-21T03:08:15.123456789Z"}, {"timestamp": "2026-11-21T03:08:16.623456789Z"}),
        ({"timestamp": "2026-11-21T03:08:15,5+00:00"}, {"timestamp": "2026-11-21T05:08:17+02:00"}),
    ],
    ids=["t in ns", "seconds since 1970", "ms since 1970", "seconds", "ISO with ns", "ISO with offset"],
)
def test_time_is_counted_from_the_first_record(first: dict[str, object], second: dict[str, object]):
    reading = opened({"dir": "client", "event": CREATE, **first}, {"dir": "server", "event": CREATED, **second})
    assert [record.t for record in reading] == [0, 1_500_000_000]
    assert reading.timed


def test_bare_events_with_a_time_beside_their_own_members_are_timed():
    reading = opened(CREATE | {"timestamp": 10.0}, CREATED | {"timestamp": 10.25})
    assert [record.t for record in reading] == [0, 250_000_000]


@pytest.mark.parametrize("nonsense", ["soon", True, None, [], -1, 1e300, "2026-99-99"])
def test_a_time_that_is_none_leaves_the_recording_untimed(nonsense: object):
    reading = opened({"dir": "client", "event": CREATE, "ts": nonsense}, {"dir": "server", "event": CREATED})
    assert [record.t for record in reading] == [None, None]
    assert not reading.timed


def test_a_record_without_a_time_takes_the_one_before():
    reading = opened(*({"dir": "client", "event": CREATE} | time for time in ({"ts": 1.0}, {}, {"ts": 3.0})))
    assert [record.t for record in reading] == [0, 0, 2_000_000_000]


def test_a_clock_that_was_set_back_a_little_does_not_turn_time_around():
    reading = opened(*({"dir": "client", "event": CREATE, "ts": ts} for ts in (1.0, 2.0, 1.5, 3.0)))
    assert [record.t for record in reading] == [0, 1_000_000_000, 1_000_000_000, 2_000_000_000]
    assert [str(damage) for damage in reading.damage] == ["line 3: its time lies 0.500 s before the record above"]


def test_another_clock_is_shifted_so_that_durations_stay_right():
    reading = opened(*({"dir": "client", "event": CREATE, "ts": ts} for ts in (100.0, 109.0, 5.0, 6.0)))
    assert [record.t for record in reading] == [0, 9_000_000_000, 9_000_000_000, 10_000_000_000]


@pytest.mark.parametrize(
    ("payload", "size"), [("", 0), ("AAAA", 3), ("AAA=", 2), ("AA==", 1), ("AAAAAAAA", 6), ("A/+A", 3)]
)
def test_audio_is_measured_where_nobody_did(payload: str, size: int):
    append = {"type": "input_audio_buffer.append", "audio": payload}
    delta = {"type": "response.output_audio.delta", "item_id": "item_1", "delta": payload}
    beta = {"type": "response.audio.delta", "item_id": "item_1", "delta": payload}
    wrapped = [{"dir": "client", "event": append}, {"dir": "server", "event": delta}, {"dir": "server", "event": beta}]
    assert [record.audio_bytes for record in opened(*wrapped)] == [size] * 3
    assert [record.audio_bytes for record in opened(append, delta, beta)] == [size] * 3


def test_escaped_slashes_in_base64_count_once():
    line = b'{"dir":"client","event":{"type":"input_audio_buffer.append","audio":"\\/\\/\\/\\/"}}\n'
    assert [record.audio_bytes for record in read(io.BytesIO(line))] == [3]


def test_a_recording_whose_header_was_lost_is_still_read():
    records = [
        {"kind": "open", "seq": 1, "t": 5, "conn": 2, "request": {}},
        {
            "type": "response.created",
            "dir": "server",
            "n": 9,
            "seq": 2,
            "t": 8,
            "conn": 2,
            "src": "sdk",
            "event": CREATED,
        },
        {"end": True, "records": 2, "dropped": 0},
    ]
    reading = opened(*records)
    assert [(r.seq, r.t, r.conn, r.src, r.type or r.kind) for r in reading] == [
        (1, 0, 2, "wire", "open"),
        (2, 3, 2, "sdk", "response.created"),
    ]
    assert (reading.has_header, reading.complete) == (False, True)


def test_lines_that_are_no_events_are_counted_by_line():
    reading = read(io.BytesIO(b'# a comment\n{"dir":"client","event":{"type":"response.create"}}\n\nnull\n[1]\n'))
    assert [record.line for record in reading] == [2]
    assert [damage.line for damage in reading.damage] == [1, 4, 5]


def test_another_vocabulary_is_called_by_its_name():
    reading = opened({"setup": {"model": "m"}}, {"setupComplete": {}}, {"serverContent": {"turnComplete": True}})
    assert [record.type for record in reading] == ["", "", ""]
    assert (reading.foreign, reading.vocabularies) == ("Gemini Live", {"Gemini Live": 3})


def test_a_single_foreign_event_makes_no_foreign_recording():
    reading = opened(CREATE, CREATED, {"type": "Welcome"}, DONE)
    assert len(list(reading)) == 4
    assert (reading.foreign, reading.vocabularies) == (None, {"Deepgram Voice Agent": 1})


def test_a_direction_or_kind_that_is_no_word_is_none():
    reading = opened(
        {"dir": [], "type": "response.create"}, {"dir": {}, "kind": [], "event": {"type": "response.done"}}
    )
    assert [(record.type, record.dir) for record in reading] == [
        ("response.create", "client"),
        ("response.done", "server"),
    ]
