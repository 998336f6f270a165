"""The shapes in which people paste events, and what becomes of them."""

import json
from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.importers.importing import import_data

CREATED = {"type": "session.created", "event_id": "event_1"}
UPDATE = {"type": "session.update", "session": {"type": "realtime"}}


def lines_of(data: bytes) -> list[dict[str, object]]:
    _, result = import_data(Path("pasted"), data)
    return [json.loads(line) for line in result.encoded()]


def events_of(data: bytes) -> list[tuple[object, object, object]]:
    return [(each["dir"], each["event"], each.get("t")) for each in lines_of(data) if "event" in each]


def wrapped(**outer: object) -> bytes:
    return json.dumps(outer).encode()


BOTH = [("server", CREATED, None), ("client", UPDATE, None)]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps([CREATED, UPDATE], indent=2).encode(),
        json.dumps(CREATED).encode() + b"\r\n\r\n" + json.dumps(UPDATE).encode(),
        b"\xef\xbb\xbf" + json.dumps(CREATED, indent=4).encode() + b"\n" + json.dumps(UPDATE, indent=4).encode(),
        json.dumps({"events": [CREATED, UPDATE]}).encode(),
        b"Received event: %b\nSent event: %b\n" % (json.dumps(CREATED).encode(), json.dumps(UPDATE).encode()),
        wrapped(direction="received", data=CREATED) + b"\n" + wrapped(direction="sent", data=UPDATE),
        wrapped(message=json.dumps(CREATED)) + b"\n" + wrapped(message=json.dumps(UPDATE)),
        wrapped(source="server", event=CREATED) + b",\n" + wrapped(source="client", event=UPDATE) + b",\n",
        wrapped(type="receive", payload=json.dumps(CREATED)) + b"\n" + wrapped(type="send", payload=json.dumps(UPDATE)),
        json.dumps([json.dumps(CREATED), json.dumps(UPDATE)]).encode(),
        json.dumps(json.dumps(CREATED)).encode() + b"\n" + json.dumps(json.dumps(UPDATE)).encode(),
        json.dumps([CREATED, UPDATE, CREATED]).encode()[:-10],
        json.dumps(CREATED).encode() + json.dumps(UPDATE).encode(),
        b"10:15:00.100 << %b\n10:15:00.200 >> %b\n" % (json.dumps(CREATED).encode(), json.dumps(UPDATE).encode()),
        wrapped(payload={"message": {"dir": "<-", "msg": CREATED}}) + b"\n" + json.dumps([[[UPDATE]]]).encode(),
    ],
)
def test_documents_arrays_lines_and_wrappers(data: bytes):
    assert events_of(data) == BOTH


def test_a_direction_that_is_told_counts_for_a_type_that_no_table_knows_and_one_that_is_not_is_inferred_and_counted():
    data = wrapped(direction="received", data={"type": "response.sung"}) + b"\n" + json.dumps(CREATED).encode()

    found, result = import_data(Path("pasted"), data)

    assert (result.events, found.inferred, found.not_understood) == (2, 1, 0)


def test_what_has_no_meaning_is_counted_with_its_place():
    data = b'hello\n%b\n{"type":"metric","value":1}\n{"type": ' % json.dumps(CREATED).encode()

    found, result = import_data(Path("pasted"), data)

    assert result.events == 1
    assert [each.where for each in found.foreign] == ["line 1", "line 3", "line 4"]


def test_sent_and_received_in_the_log_of_a_server_are_turned_round():
    data = wrapped(direction="sent", data=CREATED) + b"\n" + wrapped(direction="received", data=UPDATE)

    found, _ = import_data(Path("pasted"), data)

    assert events_of(data) == BOTH
    assert "turned round" in found.notes[0]


@pytest.mark.parametrize("before", [b"> ", b"INFO client: ", b"DEBUG in session: "])
def test_words_that_stand_before_all_events_tell_no_direction(before: bytes):
    data = before + json.dumps(CREATED).encode() + b"\n" + before + json.dumps(UPDATE).encode()

    found, _ = import_data(Path("pasted"), data)

    assert events_of(data) == BOTH
    assert found.inferred == 1
    assert "their types contradict" in found.notes[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1795266872.5, 1795266873.0),
        (1795266872500, 1795266873000),
        ("2026-11-21T13:14:32.500Z", "2026-11-21T14:14:33+01:00"),
        ("1795266872.5", "1795266873"),
    ],
)
def test_times_in_seconds_ms_and_iso_8601(first: object, second: object):
    data = wrapped(ts=first, event=CREATED) + b"\n" + wrapped(ts=second, event=UPDATE)

    header, *_ = lines_of(data)

    assert header["started"] == "2026-11-21T13:14:32.500000000Z"
    assert [t for _, _, t in events_of(data)] == [0, 500_000_000]


def test_times_that_do_not_count_from_1970_give_no_date():
    data = wrapped(at=0.25, direction="received", data=CREATED) + b"\n" + wrapped(at=1, direction="sent", data=UPDATE)

    header, *_ = lines_of(data)

    assert header["started"] is None
    assert [t for _, _, t in events_of(data)] == [0, 750_000_000]


def test_a_recording_of_which_not_every_event_tells_its_time_is_untimed():
    data = wrapped(ts=5, event=CREATED) + b"\n" + json.dumps(UPDATE).encode()

    found, result = import_data(Path("pasted"), data)

    assert result.start is None
    assert found.notes == ["untimed: only 1 of 2 records tell their time"]


def test_a_log_that_has_the_newest_first_is_turned_round():
    data = wrapped(ts=7, event=UPDATE) + b"\n" + wrapped(ts=5, event=CREATED)

    found, _ = import_data(Path("pasted"), data)

    assert [t for _, _, t in events_of(data)] == [0, 2_000_000_000]
    assert [direction for direction, _, _ in events_of(data)] == ["server", "client"]
    assert found.notes == ["the source has the newest first: its records are turned round"]


def test_a_clock_that_steps_back_is_told_and_changes_no_order():
    data = b"\n".join([wrapped(ts=at, event=CREATED) for at in (5, 8, 6, 9)])

    found, _ = import_data(Path("pasted"), data)

    assert [t for _, _, t in events_of(data)] == [0, 3_000_000_000, 3_000_000_000, 4_000_000_000]
    assert "time steps back once" in found.notes[0]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"hello", b"{}", b"[]", b"[[[[[[[[]]]]]]]]", b"\x00\xff", b'{"log":{"entries":[]}}']
)
def test_a_file_of_which_nothing_is_understood_is_refused_and_the_formats_named(data: bytes):
    with pytest.raises(RecordingError, match="mitmproxy flows, HAR, pydantic-ai cassettes, LiveKit debug logs"):
        import_data(Path("x.json"), data)


def test_a_recording_is_not_imported():
    with pytest.raises(RecordingError, match="is a recording already"):
        import_data(Path("x.json"), b'{"rtlog":1,"id":"A"}\n')


def test_brackets_without_end_take_no_time():
    with pytest.raises(RecordingError):
        import_data(Path("x.json"), b"[{\n" * 100_000)
    with pytest.raises(RecordingError):
        import_data(Path("x.json"), b'{"a":' * 100_000)


@pytest.mark.parametrize("piece", [b"> TEXT '", b">>> {'", b"<<< ", b"> GET ", b"> a: ", b'"log" ', b"9:"])
def test_lines_that_begin_again_and_again_take_no_time(piece: bytes):
    with pytest.raises(RecordingError):
        import_data(Path("x.log"), piece * 200_000)


@pytest.mark.parametrize("between", [b"", b" ", b", "])
def test_many_events_on_one_line_take_no_time(between: bytes):
    _, result = import_data(Path("x.json"), (json.dumps(UPDATE).encode() + between) * 20_000)

    assert result.events == 20_000


FRAME = b"""< TEXT '{"type":"session.created"}' [26 bytes]\n> TEXT '{' [1 byte, continued]\n> GET / HTTP/1.1\n"""


@pytest.mark.parametrize(
    ("begin", "line", "not_understood"),
    [
        (json.dumps(CREATED).encode() + b"\n", b"neither an event nor a log\n", 100_000),
        (FRAME, b"> a: b\n", 99_000),
        (FRAME, b"> CONT 'more of it' [10 bytes, continued]\n", 0),
    ],
)
def test_many_lines_of_no_event_take_no_time(begin: bytes, line: bytes, not_understood: int):
    found, result = import_data(Path("x.log"), begin + line * 100_000)

    assert (result.events, found.not_understood) == (1, not_understood)


@pytest.mark.parametrize("depth", [200, 900, 1020, 5000])
def test_what_is_nested_deep_is_no_traceback(depth: int):
    deep = (
        b'{"type":"session.created","a":' + b'{"a":' * depth + b'"api_key: sk-0123456789abcdef"' + b"}" * depth + b"}"
    )

    found, result = import_data(Path("x.json"), deep + b"\n" + json.dumps(UPDATE).encode())

    assert result.events + found.not_understood == 2
    assert b"sk-0123" not in b"".join(result.encoded())


def test_audio_is_left_out_unless_it_is_asked_for():
    data = json.dumps({"type": "input_audio_buffer.append", "audio": "AAAA"}).encode()

    _, meta = import_data(Path("x.json"), data)
    _, keep = import_data(Path("x.json"), data, audio="keep")

    assert b"AAAA" not in b"".join(meta.encoded())
    assert b"AAAA" in b"".join(keep.encoded())
