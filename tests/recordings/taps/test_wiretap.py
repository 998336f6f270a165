"""What one chunk of bytes holds, as the recording has it."""

from pathlib import Path

from websockets.frames import Close, Frame, Opcode

from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.recordings.rotation import Rotation
from rtlog.recordings.taps.proxy import Options, Upstream
from rtlog.recordings.taps.proxy.head import parse_request
from rtlog.recordings.taps.proxy.sessions import Sessions
from rtlog.recordings.taps.proxy.wiretap import Wiretap
from rtlog.recordings.writing_thread import WritingThread

REQUEST = b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
ONE, TWO, THREE = (Frame(Opcode.TEXT, b'{"type":"%b"}' % kind).serialize(mask=False) for kind in (b"a", b"b", b"c"))
PING = Frame(Opcode.PING, b"still there").serialize(mask=False)
CLOSED = Frame(Opcode.CLOSE, Close(1000, "").serialize()).serialize(mask=False)
NO_FRAME = b"\xff\xff"


def recorded(chunk: bytes, folder: Path, rotation: Rotation | None = None) -> list[Record]:
    sessions = Sessions(
        Upstream.parse("ws://x"), Options(folder, rotation=rotation), print, WritingThread(), clock=lambda: 100
    )
    wiretap = Wiretap(parse_request(REQUEST), "127.0.0.1", sessions, 1 << 20, lambda _recorder, _request: None)
    wiretap.heard("server", SWITCHED, 200)
    wiretap.heard("server", chunk, 300)
    sessions.close()
    records = []
    for path in sessions.all[0].writer.paths:
        with read(path, strict=True) as reading:
            records += reading
    return records


def told(records: list[Record]) -> list[str]:
    return [record.kind or record.type for record in records]


def test_messages_and_control_frames_of_one_chunk_are_recorded_in_their_order_and_at_its_time(tmp_path: Path):
    records = recorded(ONE + TWO + PING + THREE + CLOSED, tmp_path)

    assert told(records) == ["open", "a", "b", "ping", "c", "close"]
    assert [record.seq for record in records] == [1, 2, 3, 4, 5, 6]
    assert [record.t for record in records] == [100, 200, 200, 200, 200, 200]


def test_messages_before_the_bytes_that_are_no_frame_are_recorded(tmp_path: Path):
    assert told(recorded(ONE + TWO + NO_FRAME, tmp_path)) == ["open", "a", "b", "gap"]


def test_a_file_may_be_full_in_the_middle_of_a_chunk(tmp_path: Path):
    records = recorded(ONE + TWO + THREE, tmp_path, Rotation(size=1))

    assert told(records) == ["open", "a", "b", "c"]
    assert [record.seq for record in records] == [1, 1, 1, 1]
