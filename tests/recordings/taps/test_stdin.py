import json
from pathlib import Path

from rtlog.recordings.recorder import Recorder
from rtlog.recordings.taps.stdin import StdinTap


def recorded(path: Path, *lines: bytes, limit: int = 1 << 20) -> tuple[list[dict[str, object]], int]:
    with Recorder.create(path / "a.rtlog.jsonl", tap="stdin") as recorder:
        recorder.src = "wire"
        tap = StdinTap(recorder, limit)
        tap.feed(lines)
    return [json.loads(line) for line in (path / "a.rtlog.jsonl").read_bytes().splitlines()][1:-1], tap.unknown


def test_the_direction_of_a_bare_event_is_inferred_and_its_text_kept(tmp_path: Path):
    (client, server, local), unknown = recorded(
        tmp_path,
        b'{"type":"response.create"}\n',
        b'\xef\xbb\xbf{"b":1.50,"type":"response.done"}\r\n',
        b'{"type":"local.tool_started"}',
    )

    assert (client["dir"], client["src"]) == ("client", "wire")
    assert (server["dir"], server["event"]) == ("server", {"b": 1.5, "type": "response.done"})
    assert (local["dir"], local["src"]) == ("local", "sdk")
    assert unknown == 0


def test_a_wrapped_event_says_its_direction_source_and_connection(tmp_path: Path):
    (record,), _ = recorded(tmp_path, b'{"dir":"server","src":"sdk","conn":2,"t":5,"event":{"type":"any.thing"}}')

    assert (record["dir"], record["src"], record["conn"], record["type"]) == ("server", "sdk", 2, "any.thing")


def test_what_cannot_be_placed_is_kept_as_data_and_counted(tmp_path: Path):
    records, unknown = recorded(tmp_path, b'{"type":"any.thing"}', b"hello", b'{"dir":5,"event":{"type":"x"}}')

    assert [(each["kind"], "dir" in each) for each in records] == [("data", False)] * 3
    assert unknown == 3


def test_notes_and_lines_that_are_too_long(tmp_path: Path):
    records, _ = recorded(tmp_path, b'{"kind":"mark","text":"here"}', b"x" * 101, limit=100)

    assert [(each["kind"], each.get("text"), each.get("n")) for each in records] == [
        ("mark", "here", None),
        ("oversize", None, 101),
    ]
