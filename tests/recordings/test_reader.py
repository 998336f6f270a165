"""Reading recordings: ours, other people's, and what is left of either."""

import io
import json

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import Reading, read

HEADER = {"rtlog": 1, "id": "01JD", "started": "2026-11-21T03:08:15.123456789Z", "tool": "rtlog 0.1.0", "tap": "proxy"}
FOOTER = {"end": True, "records": 4, "dropped": 0}
OPEN = {"kind": "open", "seq": 1, "t": 0, "conn": 1, "request": {"path": "/v1/realtime"}, "response": {"status": 101}}
CLOSE = {"kind": "close", "seq": 4, "t": 9_000_000, "conn": 1, "by": "server", "code": 1001, "reason": "expired"}


def event_line(seq: int, event_type: str, direction: str = "server", **fields: object) -> dict[str, object]:
    event = {"type": event_type} | fields
    head = {"type": event_type, "dir": direction, "n": len(json.dumps(event)), "seq": seq, "t": seq * 1_000_000}
    return head | {"conn": 1, "src": "wire", "event": event}


CREATED = event_line(2, "session.created", session={"id": "sess_1", "tools": []})
DELETED = event_line(3, "conversation.item.deleted", item_id="item_1")
WHOLE = [HEADER, OPEN, CREATED, DELETED, CLOSE, FOOTER]


def jsonl(*lines: object, end: str = "\n") -> bytes:
    return "".join(json.dumps(line, separators=(",", ":")) + end for line in lines).encode()


def opened(data: bytes, *, strict: bool = False) -> Reading:
    return read(io.BytesIO(data), strict=strict)


def test_a_whole_recording_gives_its_header_records_and_footer():
    reading = opened(jsonl(*WHOLE))
    records = list(reading)
    assert [(r.line, r.seq, r.t, r.conn, r.type or r.kind) for r in records] == [
        (2, 1, 0, 1, "open"),
        (3, 2, 2_000_000, 1, "session.created"),
        (4, 3, 3_000_000, 1, "conversation.item.deleted"),
        (5, 4, 9_000_000, 1, "close"),
    ]
    assert records[2].event
    assert records[2].event.item_id == "item_1"
    assert (reading.header.id, reading.has_header, reading.complete, reading.timed) == ("01JD", True, True, True)
    assert (reading.lines, reading.damage.total, reading.malformed, reading.missing, reading.torn) == (
        6,
        0,
        0,
        0,
        False,
    )


def test_a_recording_of_a_newer_format_says_what_to_do():
    with pytest.raises(RecordingError, match=r"stream: written by a newer rtlog \(format 2\): update rtlog"):
        opened(jsonl(HEADER | {"rtlog": 2}, OPEN))
