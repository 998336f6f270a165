"""The thread that waits for the disk: order, bounds, and how long others wait for it."""

import json
import threading
import time
from pathlib import Path

import pytest
from stuck_disk import StuckDisk

from rtlog.recordings import writing_thread
from rtlog.recordings.format import Header
from rtlog.recordings.message import KindLine
from rtlog.recordings.queued import SLOW, QueuedWriter
from rtlog.recordings.writer import OVERHEAD, Writer
from rtlog.recordings.writing_thread import WritingThread

TEXT = "x" * 1000


def mark(text: str) -> KindLine:
    return KindLine("mark", 1, {"text": text})


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a disk be waited for as long as it takes: on a busy machine the thread may get its turn late."""
    monkeypatch.setattr(writing_thread, "PATIENCE", 60)


@pytest.mark.usefixtures("patient")
def test_what_is_given_while_it_is_held_waits_until_it_is_settled_and_keeps_its_order():
    thread, done = WritingThread(), []
    thread.hold()
    for number in range(3):
        thread.give(0, done.append, number)
    assert done == []

    thread.settle()
    assert done == [0, 1, 2]
    thread.end()


@pytest.mark.usefixtures("patient")
def test_settling_waits_for_all_that_was_given():
    thread, done = WritingThread(), []
    for number in range(100):
        thread.give(0, done.append, number)
        thread.settle()
        assert done[-1] == number
    thread.end()


def test_a_disk_that_was_slow_is_not_waited_for_until_it_is_trusted_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writing_thread, "PATIENCE", 0.01)
    monkeypatch.setattr(writing_thread, "MISTRUST", 1000)
    thread, answered, done = WritingThread(), threading.Event(), []
    thread.give(0, answered.wait)
    thread.settle()  # would wait for ever, had it no end

    monkeypatch.setattr(writing_thread, "PATIENCE", 1000)
    thread.give(0, done.append, "later")
    thread.settle()
    assert done == []

    answered.set()
    thread._trusted_from = 0.0
    thread.give(0, done.append, "again")
    thread.settle()
    assert done == ["later", "again"]
    thread.end()


def test_a_disk_that_is_always_a_little_slow_uses_its_patience_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(writing_thread, "NOTICEABLE", 0.0)
    thread, going = WritingThread(), threading.Event()
    answers = iter(range(10**9))
    while time.monotonic() >= thread._trusted_from and next(answers) < 10**6:
        thread.give(0, going.wait, 0.01)
        thread.settle()

    assert next(answers) < 100  # 50 ms, of which a second gives 50 back
    going.set()
    thread.end()


@pytest.mark.usefixtures("patient")
def test_a_burst_that_is_larger_than_what_may_wait_is_lost_by_no_disk_that_answers(tmp_path: Path):
    thread = WritingThread(limit=4 * (len(TEXT) + OVERHEAD))
    writer = QueuedWriter.over(Writer(tmp_path / "a.rtlog.jsonl", Header()), thread=thread, on_failure=pytest.fail)
    thread.hold()
    for number in range(100):
        writer.write(mark(f"{number} {TEXT}"))
    thread.settle()

    assert writer.close()
    assert not writer.lossy
    assert len((tmp_path / "a.rtlog.jsonl").read_bytes().splitlines()) == 102
    thread.end()


@pytest.mark.usefixtures("patient")
def test_work_that_fails_leaves_the_thread_at_work():
    thread, done = WritingThread(), []
    thread.give(0, int, "no number")
    thread.give(0, done.append, 1)
    thread.settle()
    assert done == [1]
    thread.end()


def test_no_more_bytes_wait_than_may_and_each_recording_counts_its_own_loss(tmp_path: Path):
    told: list[Exception] = []
    there, other = (Writer(tmp_path / f"{name}.rtlog.jsonl", Header()) for name in "ab")
    disk = StuckDisk(there)
    thread = WritingThread(limit=10 * (len(TEXT) + OVERHEAD))
    first, second = (QueuedWriter.over(each, thread=thread, on_failure=told.append) for each in (there, other))

    for _ in range(50):
        first.write(mark(TEXT))
    for number in range(5):
        second.write_all([mark(str(number)), mark("and another")])

    *kept, gap, footer = disk.free().rest(first.close)
    assert (len(kept), gap["lost"], footer["dropped"]) == (10, 40, 40)
    assert second.close()
    _, gap, footer = map(json.loads, (tmp_path / "b.rtlog.jsonl").read_bytes().splitlines())
    assert (gap["lost"], footer["dropped"]) == (10, 10)
    assert [str(error).endswith(SLOW) for error in told] == [True, True]
    thread.end()


def test_a_recording_that_cannot_be_made_is_told_once_and_takes_nothing(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_text("somebody's")
    told: list[Exception] = []
    writer = QueuedWriter(path, Header(), lambda: Writer(path, Header()), on_failure=told.append)
    writer.write(mark("lost"))

    assert writer.close()
    assert (writer.failed, writer.lossy, writer.paths, writer.written) == (True, True, [], 0)
    assert ["already exists" in str(error) for error in told] == [True]
    assert path.read_text() == "somebody's"
