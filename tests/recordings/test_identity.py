"""The beginning of an id names a recording, wherever one is wanted."""

import json
from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.identity import by_id, ids_of, shortened
from rtlog.recordings.sources import resolve

FIRST = "01KAJ7Z5Q0B7Y9M2T4W6X8Z0AC"
SECOND = "01KAJ7Z5Q0C7Y9M2T4W6X8Z0AD"
OTHER = "01KBBBBBBBB7Y9M2T4W6X8Z0AE"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two recordings made in the same second, one much later, and a cut of that."""
    monkeypatch.setenv("RTLOG_HOME", str(tmp_path))
    for name in (f"{FIRST}.rtlog.jsonl", f"{SECOND}.rtlog.jsonl.gz", f"{OTHER}.rtlog.jsonl"):
        (tmp_path / f"2026-11-21T03-08-15Z-{name}").write_text("{}\n")
    (tmp_path / f"2026-11-21T03-08-15Z-{OTHER}.cut.rtlog.jsonl").write_text(header(OTHER))
    return tmp_path


def header(recording_id: str) -> str:
    return json.dumps({"rtlog": 1, "id": recording_id}) + "\n"


def test_an_id_is_known_by_its_beginning_in_any_case(home: Path):
    assert resolve(["01kaj7z5q0b"]) == [home / f"2026-11-21T03-08-15Z-{FIRST}.rtlog.jsonl"]
    assert resolve([SECOND]) == [home / f"2026-11-21T03-08-15Z-{SECOND}.rtlog.jsonl.gz"]


def test_the_original_is_meant_where_copies_have_its_id(home: Path):
    assert resolve(["01KBB"]) == [home / f"2026-11-21T03-08-15Z-{OTHER}.rtlog.jsonl"]


def test_a_merged_recording_has_the_id_of_its_header(home: Path):
    merged = home / f"2026-11-21T03-08-15Z-{FIRST}.merged.rtlog.jsonl"
    merged.write_text(header("01MERGED"))

    assert resolve(["01merg"]) == [merged]
    assert resolve([FIRST[:12]]) == [home / f"2026-11-21T03-08-15Z-{FIRST}.rtlog.jsonl"]


def test_a_recording_that_stands_in_the_place_of_another_is_known_by_both_ids(home: Path):
    path = home / f"2026-11-21T03-08-15Z-{FIRST}.rtlog.jsonl"
    path.write_text(header("01ANOTHER"))

    assert resolve(["01another"]) == resolve([FIRST]) == [path]


@pytest.mark.usefixtures("home")
def test_several_that_begin_so_are_named():
    with pytest.raises(RecordingError) as refused:
        resolve(["01KAJ7"])
    assert str(refused.value) == (
        f"01KAJ7: begins the ids of 2 recordings: 2026-11-21T03-08-15Z-{FIRST}.rtlog.jsonl, "
        f"2026-11-21T03-08-15Z-{SECOND}.rtlog.jsonl.gz"
    )


@pytest.mark.parametrize("name", ["01K", "02KAJ7", "01KAJ7Z5Q0B.jsonl"])
@pytest.mark.usefixtures("home")
def test_what_begins_no_id_is_no_file(name: str):
    with pytest.raises(RecordingError, match=f"{name}: no such file or folder"):
        resolve([name])


def test_a_file_of_that_name_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(home)
    (home / "01KB").write_text("{}\n")
    assert resolve(["01KB"]) == [Path("01KB")]


def test_as_much_is_shown_as_tells_them_apart_and_names_them(home: Path):
    recordings = sorted(home.iterdir())
    short = shortened(ids_of(recordings))

    assert sorted(short.values()) == [FIRST[:11], SECOND[:11], OTHER[:8]]
    assert {path: by_id(name, recordings) for path, name in short.items()} == {path: path for path in short}


def test_files_that_are_no_recordings_have_no_id(tmp_path: Path):
    for number, content in enumerate([b"", b"no object", b"\x1f\x8b broken", b'{"type":"response.done"}', b"[1]"]):
        (tmp_path / f"{number}.jsonl").write_bytes(content)

    assert ids_of(tmp_path.iterdir()) == {}
