import json
import threading
from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.recorder import Recorder


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_program_records_bytes_texts_and_objects_into_the_folder_of_recordings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RTLOG_HOME", str(tmp_path))
    with Recorder.create(title="barge-in") as recorder:
        recorder.client(b'{"type":"response.create"}')
        recorder.server('{"type":"response.created"}')
        recorder.local({"type": "local.tool_started", "call_id": "call_1", "at": Path("x"), 1: 2})
        recorder.mark("the caller interrupts; key sk-abcdefghijklmnop")

    (path,) = tmp_path.iterdir()
    header, *records, footer = lines(path)
    assert path == recorder.path
    assert path.name.endswith(f"Z-{header['id']}.rtlog.jsonl")
    assert (header["title"], header["tap"], header["audio"]) == ("barge-in", "recorder", "meta")
    assert [(each.get("dir"), each.get("src"), each.get("type")) for each in records[:3]] == [
        ("client", "sdk", "response.create"),
        ("server", "sdk", "response.created"),
        ("local", "sdk", "local.tool_started"),
    ]
    assert records[2]["event"] == {"type": "local.tool_started", "call_id": "call_1", "at": "x", "1": 2}
    assert records[3]["text"] == "the caller interrupts; key [redacted]"
    assert footer == {"end": True, "records": 4, "dropped": 0}
    assert (recorder.events, recorder.lossy) == (3, False)


def test_an_existing_recording_is_not_overwritten(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    Recorder.create(path).close()

    with pytest.raises(RecordingError, match="already exists"):
        Recorder.create(path)


def test_connections_share_a_file_and_its_numbers(tmp_path: Path):
    first = Recorder.create(tmp_path / "a.rtlog.jsonl")
    second = Recorder(first.writer, 2)
    threads = [
        threading.Thread(target=lambda each=each: [each.server({"type": "error"}) for _ in range(100)])
        for each in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first.close()

    _, *records, footer = lines(first.path)
    assert [each["seq"] for each in records] == list(range(1, 201))
    assert sorted(each["conn"] for each in records) == [1] * 100 + [2] * 100
    assert footer["records"] == 200


def test_what_a_program_cannot_say_as_json_does_not_stop_it(tmp_path: Path):
    with Recorder.create(tmp_path / "a.rtlog.jsonl") as recorder:
        recorder.server("not json")
        recorder.server("half a pair \ud800")
        recorder.local({"type": "local.log", "message": object()})

    _, *records, _ = lines(recorder.path)
    assert [each.get("kind", each.get("type")) for each in records] == ["data", "data", "local.log"]


def test_a_policy_that_nobody_knows_is_refused_and_keeps_no_voice(tmp_path: Path):
    with pytest.raises(ValueError, match="audio='none': choose meta or keep"):
        Recorder.create(tmp_path / "a.rtlog.jsonl", audio="none")
    assert list(tmp_path.iterdir()) == []
