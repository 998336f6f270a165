"""What a person may name where a command wants recordings."""

import os
from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.sources import latest, resolve


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three recordings in the default folder, the middle one the newest, and a file that is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RTLOG_HOME", raising=False)
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for age, name in ((30, "a.rtlog.jsonl"), (10, "b.jsonl"), (20, "c.rtlog.jsonl.gz"), (0, "notes.txt")):
        (recordings / name).write_text("{}\n")
        os.utime(recordings / name, (1_000_000 - age, 1_000_000 - age))
    return recordings


def test_a_file_may_have_any_name(folder: Path):
    assert resolve([str(folder / "notes.txt")]) == [folder / "notes.txt"]


def test_a_folder_means_its_recordings_in_the_order_of_their_names(folder: Path):
    expected = [folder / "a.rtlog.jsonl", folder / "b.jsonl", folder / "c.rtlog.jsonl.gz"]
    assert resolve([str(folder)]) == expected
    assert resolve([f"{folder}/*.jsonl*"]) == expected


def test_a_pattern_may_be_relative_and_cross_folders(folder: Path):
    assert resolve(["**/b*"]) == [Path("recordings/b.jsonl")]
    assert resolve(["rec*"]) == resolve([str(folder.relative_to(Path.cwd()))])


def test_latest_is_the_newest_of_the_default_folder(folder: Path, monkeypatch: pytest.MonkeyPatch):
    assert resolve(["latest"]) == [Path("recordings/b.jsonl")]
    os.utime(folder / "c.rtlog.jsonl.gz", (2_000_000, 2_000_000))
    assert latest() == Path("recordings/c.rtlog.jsonl.gz")
    monkeypatch.setenv("RTLOG_HOME", str(folder))
    assert latest() == folder / "c.rtlog.jsonl.gz"


def test_a_file_called_latest_is_that_file(folder: Path):
    named = folder.parent / "latest"
    named.write_text("{}\n")
    assert resolve(["latest"]) == [Path("latest")]


def test_a_dash_is_standard_input_and_names_repeat_once(folder: Path):
    file = str(folder / "b.jsonl")
    assert resolve(["-", file, str(folder), "latest"])[:2] == [Path("-"), folder / "b.jsonl"]
    assert resolve([file, file]) == [folder / "b.jsonl"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("absent.jsonl", "absent.jsonl: no such file or folder"),
        ("absent*.jsonl", "absent*.jsonl: matches no recording"),
        ("empty", "empty: holds no recording (no file that ends in .jsonl or .jsonl.gz or .jsonl.zst)"),
        ("latest", "elsewhere: holds no recording yet: make one with `rtlog record`, or name a file"),
    ],
)
def test_a_name_that_means_nothing_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str):
    (folder.parent / "empty").mkdir()
    monkeypatch.setenv("RTLOG_HOME", "elsewhere")
    with pytest.raises(RecordingError) as refused:
        resolve([name])
    assert str(refused.value) == problem
