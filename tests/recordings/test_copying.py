"""A copy appears whole or not at all, never over anything, and is compressed where its name says so."""

import gzip
from pathlib import Path

import pytest

from rtlog.recordings.copying import copy_at, named_after
from rtlog.recordings.errors import RecordingError

SOURCE = Path("no-source")


def write(path: Path, text: bytes, *, force: bool = False) -> None:
    with copy_at(path, SOURCE, force=force) as stream:
        stream.write(text)


def test_a_folder_is_no_name_for_a_copy(tmp_path: Path):
    with pytest.raises(RecordingError, match="is a folder"), copy_at(tmp_path, SOURCE, force=True):
        pass


def test_the_name_says_whether_it_is_compressed(tmp_path: Path) -> None:
    write(tmp_path / "plain.jsonl", b"text")
    write(tmp_path / "packed.jsonl.gz", b"text")

    assert (tmp_path / "plain.jsonl").read_bytes() == b"text"
    assert gzip.decompress((tmp_path / "packed.jsonl.gz").read_bytes()) == b"text"


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.gz", "two.gz"):
        write(tmp_path / name, b"text" * 1000)

    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_what_goes_wrong_midway_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with copy_at(tmp_path / "copy.jsonl.gz", SOURCE) as stream:
            stream.write(b"half")
            raise RecordingError("source", "cannot be read further")

    with pytest.raises(RecordingError, match="further"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    write(tmp_path / "copy", b"first")

    with pytest.raises(RecordingError, match="already exists"):
        write(tmp_path / "copy", b"second")
    assert (tmp_path / "copy").read_bytes() == b"first"
    write(tmp_path / "copy", b"second", force=True)
    assert (tmp_path / "copy").read_bytes() == b"second"


def test_a_file_that_appears_meanwhile_stays(tmp_path: Path) -> None:
    def race() -> None:
        with copy_at(tmp_path / "copy", SOURCE) as stream:
            stream.write(b"ours")
            (tmp_path / "copy").write_bytes(b"theirs")

    with pytest.raises(RecordingError, match="already exists"):
        race()
    assert (tmp_path / "copy").read_bytes() == b"theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_link_to_nowhere_is_something(tmp_path: Path) -> None:
    (tmp_path / "copy").symlink_to("nowhere")

    with pytest.raises(RecordingError, match="already exists"):
        write(tmp_path / "copy", b"text")


def test_the_source_is_no_place_for_its_copy(tmp_path: Path) -> None:
    source, link = tmp_path / "source", tmp_path / "link"
    source.write_bytes(b"text")
    link.hardlink_to(source)

    with pytest.raises(RecordingError, match="itself"), copy_at(link, source, force=True):
        pass
    assert source.read_bytes() == b"text"


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(RecordingError, match="cannot be written"):
        write(tmp_path / "file" / "copy", b"text")


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("call.rtlog.jsonl", "call.cut.rtlog.jsonl"),
        ("call.rtlog.jsonl.gz", "call.cut.rtlog.jsonl.gz"),
        ("log.jsonl", "log.cut.jsonl"),
        ("events.txt", "events.txt.cut.rtlog.jsonl"),
    ],
)
def test_a_copy_is_named_after_its_source(name: str, copy: str) -> None:
    assert named_after(Path("a") / name, "cut") == Path("a") / copy
