"""Reading rtlog's own recordings, whole."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import Reading, read

HEADER = {"rtlog": 1, "id": "01JD", "started": "2026-11-21T03:08:15.123456789Z", "tool": "rtlog 0.1.0", "tap": "proxy"}
OPEN = {"kind": "open", "seq": 1, "t": 0, "conn": 1, "request": {"path": "/v1/realtime"}, "response": {"status": 101}}
CREATED = {
    "type": "session.created", "dir": "server", "n": 1254, "seq": 2, "t": 2_000_000, "conn": 1, "src": "wire",
    "event": {"type": "session.created", "session": {"id": "sess_1", "model": "gpt-realtime", "tools": [{}]}},
}  # fmt: skip
TOOL = {
    "type": "local.tool_started", "dir": "local", "n": 96, "seq": 3, "t": 3_000_000, "conn": 1, "src": "sdk",
    "event": {"type": "local.tool_started", "item_id": "item_1", "call_id": "call_1"},
}  # fmt: skip
CLOSE = {"kind": "close", "seq": 4, "t": 9_000_000, "conn": 1, "by": "server", "code": 1001, "reason": "expired"}
FOOTER = {"end": True, "records": 4, "dropped": 0}
WHOLE = [HEADER, OPEN, CREATED, TOOL, CLOSE, FOOTER]


def jsonl(*lines: object, end: str = "\n") -> bytes:
    return "".join(json.dumps(line, separators=(",", ":")) + end for line in lines).encode()


def opened(*lines: object) -> Reading:
    return read(io.BytesIO(jsonl(*lines)))


def facts(reading: Reading) -> list[tuple[int, int, int | None, str]]:
    return [(r.line, r.seq, r.t, r.type or r.kind) for r in reading]


THE_FACTS = [
    (2, 1, 0, "open"),
    (3, 2, 2_000_000, "session.created"),
    (4, 3, 3_000_000, "local.tool_started"),
    (5, 4, 9_000_000, "close"),
]


def test_a_whole_recording_gives_its_header_records_and_footer():
    reading = opened(*WHOLE)
    assert facts(reading) == THE_FACTS
    assert (reading.header.id, reading.header.tap, reading.has_header) == ("01JD", "proxy", True)
    assert (reading.complete, reading.timed, reading.lines) == (True, True, 6)
    assert (len(reading.damage), reading.malformed, reading.missing, reading.torn) == (0, 0, 0, False)


def test_a_record_tells_who_when_and_what():
    _, created, tool, close = list(opened(*WHOLE))
    assert (created.dir, created.src, created.conn, created.n) == ("server", "wire", 1, 1254)
    assert created.event is not None
    assert created.event.session is not None
    assert (created.event.session.id, created.event.session.model) == ("sess_1", "gpt-realtime")
    assert tool.event is not None
    assert (tool.dir, tool.src, tool.event.item_id, tool.event.call_id) == ("local", "sdk", "item_1", "call_1")
    assert (close.event, close.by, close.code, close.reason) == (None, "server", 1001, "expired")


def test_keys_of_the_head_may_stand_in_any_order_and_numbers_may_have_spaces():
    head_last = dict(reversed(CREATED.items()))
    data = jsonl(HEADER, OPEN) + (json.dumps(head_last, indent=None, separators=(" , ", " : ")) + "\n").encode()
    created = list(read(io.BytesIO(data)))[1]
    assert (created.type, created.seq, created.t, created.n) == ("session.created", 2, 2_000_000, 1254)


@pytest.mark.parametrize("end", ["\r\n", "\n\n", " \n"], ids=["CRLF", "blank lines", "trailing space"])
def test_line_ends_of_other_systems_and_editors_are_read(end: str):
    reading = read(io.BytesIO(jsonl(*WHOLE, end=end)))
    assert [fact[1:] for fact in facts(reading)] == [fact[1:] for fact in THE_FACTS]
    assert (reading.complete, len(reading.damage)) == (True, 0)


def test_a_byte_order_mark_is_skipped():
    reading = read(io.BytesIO(b"\xef\xbb\xbf" + jsonl(*WHOLE)))
    assert facts(reading) == THE_FACTS
    assert reading.has_header


def test_gzip_is_known_by_its_bytes_not_its_name(tmp_path: Path):
    path = tmp_path / "recording.jsonl"
    path.write_bytes(gzip.compress(jsonl(*WHOLE)))
    reading = read(path)
    assert facts(reading) == THE_FACTS
    assert reading.complete


def test_standard_input_is_a_dash():
    program = "from rtlog.recordings.reader import read; print([r.seq for r in read('-')])"
    done = subprocess.run([sys.executable, "-c", program], input=jsonl(*WHOLE), capture_output=True, check=True)
    assert done.stdout.strip() == b"[1, 2, 3, 4]"


def test_a_pipe_is_read_as_a_file_is():
    receiver, sender = os.pipe()
    with os.fdopen(sender, "wb") as pipe:
        pipe.write(jsonl(*WHOLE))
    with os.fdopen(receiver, "rb") as pipe:
        assert facts(read(pipe)) == THE_FACTS


def test_a_file_that_was_handed_in_stays_open():
    file = io.BytesIO(jsonl(*WHOLE))
    assert facts(read(file)) == THE_FACTS
    assert not file.closed


def test_an_untimed_recording_says_so_and_gives_no_times():
    untimed = [{key: value for key, value in line.items() if key != "t"} for line in (OPEN, CREATED, TOOL)]
    reading = opened(HEADER, *untimed)
    assert [record.t for record in reading] == [None, None, None]
    assert not reading.timed


def test_unknown_keys_are_passed_over_and_unknown_kinds_counted():
    future = {"kind": "hologram", "seq": 2, "t": 1, "conn": 1, "size": [1, 2]}
    reading = opened(HEADER | {"mood": "good"}, OPEN | {"weather": "mild"}, future, TOOL)
    assert [record.seq for record in reading] == [1, 2, 3]
    assert (reading.unknown_kinds, len(reading.damage)) == ({"hologram": 1}, 0)
    assert reading.header.more == {"mood": "good"}


def test_a_header_with_a_value_that_does_not_fit_keeps_the_others():
    reading = opened(HEADER | {"audio": 7, "title": "R1"}, OPEN)
    assert (reading.header.id, reading.header.audio, reading.header.title) == ("01JD", "meta", "R1")


def test_a_missing_footer_is_a_fact_and_no_damage():
    reading = opened(HEADER, OPEN, CREATED)
    assert len(list(reading)) == 2
    assert (reading.complete, reading.footer, len(reading.damage)) == (False, None, 0)


def test_an_event_that_does_not_fit_our_types_loses_only_what_does_not_fit():
    odd = CREATED | {"event": {"type": "session.created", "item_id": 7, "session": {"id": "sess_1", "model": ["x"]}}}
    reading = opened(HEADER, OPEN, odd)
    event = list(reading)[1].event
    assert event is not None
    assert event.session is not None
    assert (event.type, event.item_id, event.session.id, event.session.model) == (
        "session.created",
        None,
        "sess_1",
        None,
    )
    assert reading.malformed == 1


def test_an_object_without_a_type_is_an_event_of_another_vocabulary():
    reading = opened(HEADER, OPEN, CREATED | {"type": "", "event": {"serverContent": {"turnComplete": True}}})
    record = list(reading)[1]
    assert record.event is not None
    assert (record.type, record.event.type, record.dir) == ("", "", "server")
    assert reading.vocabularies == {"Gemini Live": 1}


def test_the_event_decides_where_the_head_says_another_type():
    reading = opened(HEADER, OPEN, CREATED | {"type": "session.updated"})
    assert list(reading)[1].type == "session.created"
    assert reading.malformed == 1


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty: nothing was recorded"),
        (b"\x7fELF\x02\x00\x00\x00", "is a binary file, not a recording"),
        (b"hello\nworld\n", "holds no complete JSON object: it is not a recording"),
        (b"[1,2]\n42\n", "holds no complete JSON object: it is not a recording"),
        (jsonl(HEADER)[:40], "holds no complete JSON object: it is not a recording"),
        ('{"rtlog":1}'.encode("utf-16"), "is UTF-16 text: save it as UTF-8"),
        (gzip.compress(jsonl(*WHOLE))[:12], "is no readable gzip file"),
        (jsonl(HEADER | {"rtlog": 2}), "written by a newer rtlog (format 2): update rtlog"),
    ],
    ids=["empty", "binary", "text", "other JSON", "torn header", "UTF-16", "cut gzip", "newer format"],
)
def test_what_is_no_recording_is_refused_in_one_line(tmp_path: Path, data: bytes, problem: str):
    path = tmp_path / "given.jsonl"
    path.write_bytes(data)
    with pytest.raises(RecordingError) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}: {problem}")
    assert "\n" not in str(refused.value)


def test_a_missing_file_and_a_folder_are_refused_in_one_line(tmp_path: Path):
    with pytest.raises(RecordingError, match="No such file"):
        read(tmp_path / "absent.jsonl")
    with pytest.raises(RecordingError, match="Is a directory"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("records", "missing"), [("5", 4), ("5.0", 4), ('"5"', 4), ("-5", 0), ("true", 0), ("null", 0), ("[]", 0)]
)
def test_what_a_footer_counts_may_be_any_number(records: str, missing: int):
    mark, footer = '{"kind":"mark","seq":1,"t":0,"conn":1,"text":"x"}', f'{{"end":true,"records":{records}}}'
    with read(io.BytesIO(f"{json.dumps(HEADER)}\n{mark}\n{footer}\n".encode())) as reading:
        assert len(list(reading)) == 1
    assert (reading.complete, reading.missing) == (True, missing)
