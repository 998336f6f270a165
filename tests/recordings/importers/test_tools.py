"""What real tools wrote, kept beside these tests."""

import importlib.util
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from websockets.frames import Frame, Opcode

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.importers.importing import import_data
from rtlog.recordings.reader import read

FILES = Path(__file__).parent / "files"
MUTATIONS = int(os.environ.get("RTLOG_MUTATIONS", "100"))
SEEDS = 20_261_121
SECRET = "sk-planted-0123456789abcdef"  # noqa: S105 - planted, to be looked for
needs_mitmproxy = pytest.mark.skipif(
    importlib.util.find_spec("mitmproxy") is None, reason="the extra mitmproxy is not installed"
)

EVENTS = [
    ("server", {"type": "session.created", "event_id": "event_1", "session": {"client_secret": {"value": SECRET}}}),
    ("client", {"type": "session.update", "session": {"tools": [{"type": "mcp", "authorization": SECRET}]}}),
    ("server", {"type": "error", "event_id": "event_2", "error": {"message": f"Incorrect API key provided: {SECRET}"}}),
]


def records_of(data: bytes, name: str = "file") -> list[dict[str, object]]:
    _, result = import_data(Path(name), data)
    return [json.loads(line) for line in result.encoded()]


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("livekit-*.log")))
def test_the_log_of_a_livekit_agent(name: str):
    header, opened, *records = records_of((FILES / name).read_bytes())

    events = [record for record in records if "event" in record]
    sent = Counter(record["type"] for record in events if record["dir"] == "client")
    assert header["tap"] == "import:livekit"
    assert header["client"] == "LiveKit Agents"
    assert str(header["upstream"]).endswith("/v1/realtime?model=gpt-realtime")
    assert opened["kind"] == "open"
    assert sent["conversation.item.create"] >= 4
    assert sent["session.update"] >= 2
    assert next(record["type"] for record in events if record["dir"] == "server") == "session.created"
    assert ("t" in events[0]) == ("basic" not in name)


def test_the_har_of_mitmproxy():
    header, *records = records_of((FILES / "mitmproxy.har").read_bytes())

    assert header["tap"] == "import:har"
    assert "websockets" in str(header["client"])
    assert {"session.created", "conversation.item.delete"} <= {record.get("type") for record in records}
    assert SECRET not in json.dumps([header, *records])


@needs_mitmproxy
def test_the_flows_of_mitmproxy_are_its_har():
    header, *flows = records_of((FILES / "mitmproxy.flows").read_bytes())
    _, *har = records_of((FILES / "mitmproxy.har").read_bytes())

    assert header["tap"] == "import:mitmproxy"
    assert [r["event"] for r in flows if "event" in r] == [r["event"] for r in har if "event" in r]
    assert "close" in {record.get("kind") for record in flows}


@pytest.mark.skipif(importlib.util.find_spec("mitmproxy") is not None, reason="the extra mitmproxy is installed")
def test_without_mitmproxy_its_flows_are_refused_with_the_way_out():
    with pytest.raises(RecordingError, match=r"pip install 'rtlog\[mitmproxy\]'"):
        import_data(Path("call.flows"), (FILES / "mitmproxy.flows").read_bytes())


def har(events: list[tuple[str, dict[str, object]]]) -> bytes:
    """Write what Chrome DevTools exports; the secret stands everywhere that a browser has for one."""
    protocols = {"name": "Sec-WebSocket-Protocol", "value": f"realtime, openai-insecure-api-key.{SECRET}"}
    hidden = [protocols, {"name": "Authorization", "value": f"Bearer {SECRET}"}, {"name": "Cookie", "value": SECRET}]
    said = [
        {
            "type": "receive" if side == "server" else "send",
            "time": 1795266872.5 + n,
            "opcode": 1,
            "data": json.dumps(event),
        }
        for n, (side, event) in enumerate(events)
    ]
    reload = {"type": "receive", "time": 1795266872.1, "opcode": 1, "data": '{"type":"hot-reload"}'}
    entries = [
        {"request": {"url": "http://localhost/", "headers": []}, "response": {"status": 200}},
        {"request": {"url": "ws://localhost/hmr", "headers": []}, "_webSocketMessages": [reload]},
        *(
            {
                "startedDateTime": "2026-11-21T13:14:32.400Z",
                "request": {"url": f"wss://api.openai.com/v1/realtime?api_key={SECRET}", "headers": hidden},
                "response": {"status": 101, "headers": []},
                "_webSocketMessages": said,
            }
            for _ in range(2)
        ),
    ]
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": entries}}).encode()


def websockets_log(events: list[tuple[str, dict[str, object]]]) -> bytes:
    """Write what the library logs, frame by its own `__str__`."""
    lines = [
        "= connection is CONNECTING",
        f"> GET /v1/realtime?token={SECRET} HTTP/1.1",
        "> Host: api.openai.com",
        f"> Authorization: Bearer {SECRET}",
        "< HTTP/1.1 101 Switching Protocols",
        f"< Set-Cookie: {SECRET}",
        "= connection is OPEN",
    ]
    for side, event in events:
        text = json.dumps(event).encode()
        half = len(text) // 2
        arrow = ">" if side == "client" else "<"
        lines += [f"{arrow} {Frame(Opcode.TEXT, text[:half], fin=False)}", f"{arrow} {Frame(Opcode.CONT, text[half:])}"]
    lines += ["% sent keepalive ping", "< CLOSE 1001 (going away) bye [5 bytes]", "= connection is CLOSED"]
    return "\n".join(f"2026-11-21 13:00:00,{n:03} DEBUG {line}" for n, line in enumerate(lines)).encode()


def cassette(events: list[tuple[str, dict[str, object]]]) -> bytes:
    said = [
        {"kind": "message", "direction": "received" if side == "server" else "sent", "at": n / 8, "data": event}
        for n, (side, event) in enumerate(events)
    ]
    return yaml.safe_dump({"version": 1, "interactions": said}, sort_keys=False).encode()


def json_lines(events: list[tuple[str, dict[str, object]]]) -> bytes:
    return b"\n".join(
        json.dumps({"direction": side, "ts": n, "data": event}).encode() for n, (side, event) in enumerate(events)
    )


def livekit_log(events: list[tuple[str, dict[str, object]]]) -> bytes:
    first = f"connecting to Realtime API: wss://api.openai.com/v1/realtime?api-key={SECRET}"
    said = [f"{'>>>' if side == 'client' else '<<<'} {event}" for side, event in events]
    return "\n".join(f"DEBUG:livekit.plugins.openai:{line}" for line in [first, *said]).encode()


WRITERS = [har, websockets_log, cassette, json_lines, livekit_log]


@pytest.fixture(autouse=True)
def whole_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library show frames whole, as WEBSOCKETS_MAX_LOG_SIZE does."""
    monkeypatch.setattr(Frame, "MAX_LOG_SIZE", 10**8)


@pytest.mark.parametrize("write", WRITERS)
def test_no_byte_of_a_planted_secret_is_imported(write: Callable[[list[tuple[str, dict[str, object]]]], bytes]):
    data = write(EVENTS)

    header, *records = records_of(data)

    assert SECRET.encode() in data
    assert SECRET not in json.dumps([header, *records])
    events = [(record["dir"], record["type"]) for record in records if "event" in record and record["conn"] == 1]
    assert events == [(side, event["type"]) for side, event in EVENTS]


def test_sockets_of_one_file_are_numbered_and_those_without_a_realtime_event_left_out():
    _, result = import_data(Path("page.har"), har(EVENTS))
    records = [json.loads(line) for line in result.encoded()][1:-1]

    assert [record["conn"] for record in records] == [1, 2] * 4
    assert [record["t"] for record in records][:4] == [0, 0, 100_000_000, 100_000_000]
    assert result.left_out == ["ws://localhost/hmr"]


def test_fragments_are_joined_and_the_close_is_kept():
    *_, closed, _ = records_of(websockets_log(EVENTS))

    assert (closed["kind"], closed["by"], closed["code"], closed["reason"]) == ("close", "server", 1001, "bye")


def test_a_cassette_with_aliases_is_refused_before_it_grows():
    with pytest.raises(RecordingError, match="aliases"):
        import_data(Path("x.yaml"), b"version: 1\ninteractions:\n- &a {}\n- *a\n")


def real_sources() -> list[bytes]:
    paths = sorted(path for path in FILES.iterdir() if path.suffix in {".log", ".har", ".flows"})
    return [path.read_bytes() for path in paths]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, repeat and shuffle."""
    text = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        match chance.randrange(5):
            case 0:
                text[chance.randrange(len(text))] = chance.randrange(256)
            case 1:
                start = chance.randrange(len(text))
                del text[start : start + chance.choice((1, 20, 2000))]
            case 2:
                start = chance.randrange(len(text))
                text[start:start] = text[start : start + chance.choice((1, 20, 2000))]
            case 3:
                lines = text.split(b"\n")
                chance.shuffle(lines)
                text = bytearray(b"\n".join(lines))
            case _:
                text[chance.randrange(len(text))] = ord(chance.choice("{}[]\"'\\:,\n0"))
        if not text:
            return b""
    return bytes(text)


@pytest.mark.parametrize("number", range(len(WRITERS) + len(real_sources())))
def test_a_damaged_file_is_refused_in_one_line_or_gives_a_recording_that_reads(number: int):
    data = [*(write(EVENTS * 4) for write in WRITERS), *real_sources()][number]
    chance, outcomes = random.Random(SEEDS + number), Counter[str]()  # noqa: S311 - the same on every run
    for _ in range(MUTATIONS):
        try:
            _, result = import_data(Path("damaged"), mutated(data, chance))
        except RecordingError as error:
            outcomes["refused in a line" if "\n" not in str(error) else "refused"] += 1
            continue
        recording = b"".join(result.encoded())
        with read(BytesIO(recording)) as reading:
            records = list(reading)
        assert reading.complete
        assert reading.damage.kinds.keys() <= {"odd"}
        outcomes["imported" if len(records) > 0 else "empty"] += 1
    assert outcomes["refused in a line"] + outcomes["imported"] == MUTATIONS
