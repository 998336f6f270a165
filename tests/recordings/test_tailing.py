"""The bytes of a file that grows, and what happens to it meanwhile."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rtlog.recordings.format import Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.tailing import Tail, is_complete
from rtlog.recordings.writer import Writer


def acts(*steps: Callable[[], object]) -> Callable[[], bool]:
    """Give a `wait` that does one of *steps* each time there is nothing more, and ends when all are done."""
    coming: Iterator[Callable[[], object]] = iter(steps)

    def wait() -> bool:
        step = next(coming, None)
        if step is not None:
            step()
        return step is not None

    return wait


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_what_is_appended_is_read_until_nobody_waits_any_more(tmp_path: Path):
    path = tmp_path / "growing"
    path.write_bytes(b"one ")
    with Tail(path, acts(lambda: append(path, b"two "), lambda: append(path, b"three"))) as tail:
        read = tail.readall()

    assert (read, tail.fate, tail.name) == (b"one two three", "", str(path))


def test_stopping_reads_what_is_there(tmp_path: Path):
    path = tmp_path / "whole"
    path.write_bytes(b"all of it")
    with Tail(path, lambda: pytest.fail("nobody waits at a file that is whole")) as tail:
        tail.stop()

        assert tail.readall() == b"all of it"


def test_a_file_that_is_cut_is_said(tmp_path: Path):
    path = tmp_path / "growing"
    path.write_bytes(b"a long beginning")
    with Tail(path, acts(lambda: path.write_bytes(b"anew"))) as tail:
        read = tail.readall()

    assert (read, tail.fate) == (b"a long beginning", "truncated")


def test_what_was_written_before_a_file_was_replaced_is_read(tmp_path: Path):
    path, other = tmp_path / "growing", tmp_path / "other"
    path.write_bytes(b"one ")
    other.write_bytes(b"new")

    def rotate() -> None:
        append(path, b"two")
        other.replace(path)

    with Tail(path, acts(rotate)) as tail:
        read = tail.readall()

    assert (read, tail.fate) == (b"one two", "replaced")


def test_a_file_that_is_removed_is_said(tmp_path: Path):
    path = tmp_path / "growing"
    path.write_bytes(b"one")
    with Tail(path, acts(path.unlink)) as tail:
        read = tail.readall()

    assert (read, tail.fate) == (b"one", "gone")


def test_standard_input_ends_where_it_ends():
    reading, writing = os.pipe()
    kept = os.dup(0)
    os.dup2(reading, 0)
    try:
        with Tail(Path("-"), acts(lambda: os.write(writing, b"said"), lambda: os.close(writing))) as tail:
            read = tail.readall()
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reading)

    assert (read, tail.fate) == (b"said", "")


def test_a_recording_is_complete_with_its_footer(tmp_path: Path):
    path = tmp_path / "growing.rtlog.jsonl"
    with Writer(path, Header(id="01JD")) as writer:
        Recorder(writer, src="wire").client({"type": "response.create"})
        before = is_complete(path)

    assert (before, is_complete(path)) == (False, True)
    assert not is_complete(tmp_path / "absent")
    path.write_bytes(b"")
    assert not is_complete(path)
    path.write_bytes(b'{"torn')
    assert not is_complete(path)
