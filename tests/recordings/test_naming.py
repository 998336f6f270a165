from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.naming import check_writable, file_name, new_id, numbered, recordings_folder, rfc3339
from rtlog.recordings.recorder import Recorder

WALL_NS = 1_795_230_495_123_456_789


def test_a_file_is_named_after_its_start_and_id():
    assert file_name(WALL_NS, "01ID") == "2026-11-21T03-08-15Z-01ID.rtlog.jsonl"
    assert rfc3339(WALL_NS) == "2026-11-21T03:08:15.123456789Z"


def test_ids_sort_by_time_and_never_repeat():
    early, late = new_id(WALL_NS), new_id(WALL_NS + 1_000_000)

    assert len(early) == 26
    assert early < late
    assert new_id(WALL_NS) != early


def test_the_folder_is_the_current_one_s_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RTLOG_HOME", raising=False)
    assert recordings_folder() == Path("recordings")

    monkeypatch.setenv("RTLOG_HOME", "/elsewhere")
    assert recordings_folder() == Path("/elsewhere")


def test_further_recordings_of_a_named_output_are_numbered():
    assert numbered(Path("a/b.rtlog.jsonl"), 1) == Path("a/b.rtlog.jsonl")
    assert numbered(Path("a/b.rtlog.jsonl"), 2) == Path("a/b-2.rtlog.jsonl")
    assert numbered(Path("a/b.jsonl"), 3) == Path("a/b-3.jsonl")


def test_an_existing_file_is_refused_unless_forced(tmp_path: Path):
    there = tmp_path / "there.rtlog.jsonl"
    there.write_text("kept")

    with pytest.raises(RecordingError, match="already exists; use --force"):
        check_writable(there)
    check_writable(there, force=True)

    assert there.read_text() == "kept"


@pytest.mark.parametrize("name", ["-", "call.rtlog.jsonl.gz", "call.rtlog.jsonl.zst"])
def test_nothing_is_recorded_to_standard_output_nor_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RecordingError, match="-o"):
        check_writable(Path(name))
    with pytest.raises(RecordingError, match="-o"):
        Recorder.create(name)

    assert list(tmp_path.iterdir()) == []


def test_the_check_makes_nothing_and_sees_what_permission_bits_do_not_show(tmp_path: Path):
    check_writable(tmp_path / "new" / "folder" / "x.rtlog.jsonl")
    assert list(tmp_path.iterdir()) == []

    with pytest.raises(RecordingError, match="cannot be written"):
        check_writable(Path("/proc/x.rtlog.jsonl"))
