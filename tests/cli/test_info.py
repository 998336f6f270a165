"""`rtlog info` as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rtlog.recordings.format import Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer


def rtlog(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "rtlog.cli", *arguments], input=stdin, capture_output=True, check=False
    )


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """One turn: the user speaks 100 ms, a tool is called, the answer is 250 ms long."""
    path = tmp_path / "turn.rtlog.jsonl"
    upstream = "wss://api.openai.com/v1/realtime?model=gpt-realtime"
    header = Header(id="01JD", tool="rtlog 0.1.0", tap="proxy", upstream=upstream, client="LiveKit Agents")
    call = {"id": "item_2", "type": "function_call", "name": "get_weather", "call_id": "call_1"}
    with Writer(path, header, clock=lambda: 0) as writer:
        recorder = Recorder(writer, src="wire")
        recorder.record("open", {"request": {}}, 0)
        recorder.server({"type": "session.created", "session": {"id": "sess_1"}}, 1_000_000)
        recorder.client({"type": "input_audio_buffer.append", "audio": "A" * 6400}, 2_000_000)
        recorder.server({"type": "input_audio_buffer.committed", "item_id": "item_1"}, 3_000_000)
        recorder.server({"type": "response.created", "response": {"id": "resp_1"}}, 4_000_000)
        recorder.server({"type": "response.output_item.done", "item": call, "response_id": "resp_1"}, 5_000_000)
        recorder.server({"type": "response.output_audio.delta", "item_id": "item_3", "delta": "A" * 16_000}, 6_000_000)
        recorder.server({"type": "response.done", "response": {"id": "resp_1", "status": "completed"}}, 2_500_000_000)
    return path


def test_the_figures_fit_on_one_screen(recording: Path):
    done = rtlog("info", str(recording))
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(text.splitlines()) <= 40
    for expected in ("2.5 s", "sess_1", "gpt-realtime", "openai", "LiveKit Agents", "1 completed", "1 get_weather"):
        assert expected in text
    assert "0.1 s in, 0.2 s out" in text


def test_the_figures_as_json(recording: Path):
    done = rtlog("info", str(recording), "--output-format", "json")
    report = json.loads(done.stdout)
    [info] = report["recordings"]
    assert (info["id"], info["sessions"], info["models"]) == ("01JD", ["sess_1"], ["gpt-realtime"])
    assert (info["turns"], info["responses"], info["tools"]) == (1, {"completed": 1}, {"get_weather": 1})
    assert (info["audio"], info["duration_s"]) == ({"in_s": 0.1, "out_s": 0.25}, 2.5)
    assert (info["events"], info["kinds"], info["complete"]) == ({"server": 6, "client": 1}, {"open": 1}, True)


def test_standard_input_is_read(recording: Path):
    done = rtlog("info", "-", "--format", "json", stdin=recording.read_bytes())
    assert json.loads(done.stdout)["recordings"][0]["id"] == "01JD"


def test_the_output_may_go_to_a_file(recording: Path, tmp_path: Path):
    target = tmp_path / "info.json"
    done = rtlog("info", str(recording), "--format", "json", "-o", str(target))
    assert (done.returncode, done.stdout) == (0, b"")
    assert json.loads(target.read_text())["recordings"][0]["id"] == "01JD"


def test_one_unreadable_file_does_not_keep_the_others_from_being_shown(recording: Path, tmp_path: Path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    done = rtlog("info", str(empty), str(recording))
    assert (done.returncode, done.stderr.decode()) == (2, f"rtlog: {empty}: is empty: nothing was recorded\n")
    assert "get_weather" in done.stdout.decode()


def test_what_the_wire_said_cannot_command_the_terminal(tmp_path: Path):
    path = tmp_path / "hostile.jsonl"
    session = {"id": "\x1b]0;owned\x07", "model": "[red]gpt"}
    path.write_text(json.dumps({"dir": "server", "event": {"type": "session.created", "session": session}}) + "\n")
    done = rtlog("info", str(path))
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"[red]gpt" in done.stdout
