"""`rtlog import` as a person runs it."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rtlog.recordings.reader import read

LINES = (
    b'{"ts":1795266872.5,"event":{"type":"session.created","event_id":"event_1"}}\n'
    b"a line of another program\x1b[31m\n"
    b'{"ts":1795266873.5,"event":{"type":"response.create"}}\n'
)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("RTLOG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "pasted.jsonl"
    path.write_bytes(LINES)
    return path


def test_it_writes_a_recording_that_latest_names_and_says_what_it_took(rtlog: Callable, source: Path, tmp_path: Path):
    ran = rtlog("import", str(source))

    (path,) = (tmp_path / "recordings").iterdir()
    told = [line.removeprefix("rtlog: ") for line in ran.err.splitlines()]
    assert (ran.code, ran.out) == (0, "")
    assert told == [
        "imported 2 events of 2 (1 not understood, -v shows them)",
        "2 events do not say who sent them: taken from their types",
        f"wrote {path.relative_to(tmp_path)}; next: rtlog analyze latest",
    ]
    assert path.name.startswith("2026-11-21T13-14-32Z-")
    assert path.stat().st_mode & 0o777 == 0o600
    with read(path) as reading:
        assert [(record.type, record.t) for record in reading] == [("session.created", 0), ("response.create", 10**9)]
        assert (reading.header.tap, reading.complete) == ("import:events", True)
    assert rtlog("analyze", "latest").code in {0, 1, 3}


def test_with_v_it_shows_what_it_did_not_understand_escaped(rtlog: Callable, source: Path):
    ran = rtlog("import", str(source), "-v", "-o", "a.rtlog.jsonl")

    assert "rtlog: line 2: a line of another program\\x1b[31m" in ran.err
    assert "next: rtlog analyze a.rtlog.jsonl" in ran.err
    assert "next: rtlog analyze 'a b.rtlog.jsonl'" in rtlog("import", str(source), "-o", "a b.rtlog.jsonl").err


def test_it_overwrites_nothing_unless_it_is_told_to(rtlog: Callable, source: Path):
    target = source.with_name("kept.rtlog.jsonl")
    target.write_text("mine")

    refused = rtlog("import", str(source), "-o", str(target))
    assert (refused.code, target.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert rtlog("import", str(source), "-o", str(target), "--force").code == 0
    assert target.read_bytes().startswith(b'{"rtlog":1')
    assert rtlog("import", str(source), "-o", str(source), "--force").code == 2


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"nothing of interest\n", "HAR")])
def test_a_file_of_which_nothing_is_understood(rtlog: Callable, source: Path, content: bytes, said: str):
    source.write_bytes(content)

    ran = rtlog("import", str(source))

    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert not Path("recordings").exists()


def test_a_file_that_is_not_there_and_a_folder(rtlog: Callable, tmp_path: Path):
    for name in ("nowhere.har", str(tmp_path)):
        ran = rtlog("import", name)
        assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_gzip_is_read_and_written(rtlog: Callable, source: Path):
    packed = source.with_name("pasted.jsonl.gz")
    packed.write_bytes(gzip.compress(LINES))

    assert rtlog("import", str(packed), "-o", "b.rtlog.jsonl.gz").code == 0
    header, *_ = gzip.decompress(Path("b.rtlog.jsonl.gz").read_bytes()).splitlines()
    assert json.loads(header)["tap"] == "import:events"


def test_a_packed_file_that_was_cut_is_imported_as_far_as_it_goes_and_said_to_be(rtlog: Callable, source: Path):
    source.write_bytes(gzip.compress(LINES)[:-4])

    ran = rtlog("import", str(source))

    assert (ran.code, ran.err.count("imported 2 events")) == (0, 1)
    assert "what follows is missing" in ran.err


def test_a_har_of_a_browser_that_leaves_the_messages_out_is_told_to_be_one(rtlog: Callable, source: Path):
    entry = {"request": {"url": "wss://api.openai.com/v1/realtime"}, "response": {"status": 101}}
    source.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "Firefox"}, "entries": [entry]}}))

    ran = rtlog("import", str(source))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "_webSocketMessages" in ran.err


def test_one_event_is_told_of_in_the_singular(rtlog: Callable, source: Path):
    source.write_text('{"type":"response.create"}')

    told = rtlog("import", str(source)).err

    assert "imported 1 event of 1\n" in told
    assert "1 event does not say who sent it" in told


def test_zstd_is_read(rtlog: Callable, source: Path):
    zstandard = pytest.importorskip("zstandard")
    source.write_bytes(zstandard.compress(LINES))

    assert "imported 2 events of 2" in rtlog("import", str(source)).err


def test_the_utf_16_of_another_shell_is_read(rtlog: Callable, source: Path):
    source.write_bytes(LINES.decode().encode("utf-16"))

    assert "imported 2 events of 2" in rtlog("import", str(source)).err


def test_standard_input_may_be_packed():
    ran = subprocess.run(
        [sys.executable, "-m", "rtlog.cli", "import", "-", "-o", "-"],
        input=gzip.compress(LINES),
        capture_output=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout.count(b"\n")) == (0, 4)


def test_info_tells_the_time_by_the_ids_of_an_untimed_import_and_calls_it_so(rtlog: Callable, source: Path):
    session = {"id": "sess_Dz2ph2ZUVup6OsPp8dU6I", "expires_at": 1_783_444_869}
    created = {"type": "session.created", "event_id": "event_Dz2phSUIKOB3Jch66U6MQ", "session": session}
    cleared = {"type": "input_audio_buffer.cleared", "event_id": f"event_Dz2pr{'0' * 16}"}
    source.write_text(json.dumps([created, cleared]))
    rtlog("import", str(source))

    assert "untimed; ~10 s by ids, from ~2026-07-07 16:21:09 UTC" in rtlog("info", "latest").out
    (told,) = json.loads(rtlog("info", "latest", "--format", "json").out)["recordings"]
    assert (told["duration_s"], told["by_ids_s"]) == (None, [1_783_441_269, 1_783_441_279])
