"""The writer behind a queue: threads that tell, a disk that takes nothing, programs that end without a close."""

import json
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

from stuck_disk import StuckDisk

from rtlog.recordings.format import Header
from rtlog.recordings.message import KindLine
from rtlog.recordings.queued import QueuedWriter
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer


def mark(text: str):
    return KindLine("mark", 1, {"text": text})


def parsed(data: bytes):
    return [json.loads(line) for line in data.splitlines()]


class FirstLine(KindLine):
    """A line that says when the thread has taken it out of the queue, to write it."""

    def __init__(self, text: str) -> None:
        super().__init__("mark", 1, {"text": text})
        self.taken = threading.Event()

    def encode(self, seq: int, t: int | None) -> bytes:
        self.taken.set()
        return super().encode(seq, t)


def made_to_wait(writer: QueuedWriter, text: str) -> None:
    """Let the thread of *writer* wait for its stuck disk with a line that says *text*; it takes no more then."""
    line = FirstLine(text)
    writer.write(line)
    line.taken.wait()


def test_no_call_waits_for_a_stuck_disk_and_what_does_not_fit_is_one_counted_gap(tmp_path: Path):
    disk = StuckDisk(there := Writer(tmp_path / "a.rtlog.jsonl", Header()))
    writer = QueuedWriter.over(there, queue=10)
    made_to_wait(writer, "0")

    for number in range(1, 50):  # would wait for ever, were any of them to write
        writer.write(mark(str(number)))

    assert writer.lossy
    *records, footer = disk.free().rest(writer.close)
    *kept, gap = records
    assert [record["text"] for record in kept] == [str(number) for number in range(11)]
    assert (gap["kind"], gap["lost"], gap["reason"]) == ("gap", 39, "the queue was full")
    assert footer == {"end": True, "records": 12, "dropped": 39}


def test_after_an_overflow_the_gap_stands_where_the_lost_records_would_have_stood(tmp_path: Path):
    moments = iter(range(0, 10_000, 100))
    disk = StuckDisk(there := Writer(tmp_path / "a.rtlog.jsonl", Header(), clock=lambda: next(moments)))
    writer = QueuedWriter.over(there, queue=1)
    made_to_wait(writer, "written")
    for text in ("kept", "lost"):
        writer.write(mark(text))

    disk.free()
    before = [json.loads(disk.reader.readline()) for _ in range(2)]
    writer.write(mark("room again"))

    gap, after, footer = disk.rest(writer.close)
    assert [record["text"] for record in before] == ["written", "kept"]
    assert (gap["kind"], gap["lost"], footer["dropped"]) == ("gap", 1, 1)
    assert after["text"] == "room again"


def test_the_time_is_that_of_the_call_and_not_of_the_write(tmp_path: Path):
    now = [1000]
    disk = StuckDisk(there := Writer(tmp_path / "a.rtlog.jsonl", Header(), clock=lambda: now[0]))
    writer = QueuedWriter.over(there)
    for moment in (1100, 1200, 1300):
        now[0] = moment
        writer.write(mark(str(moment)))
    now[0] = 9000

    *records, _ = disk.free().rest(writer.close)
    assert [(record["t"], record["text"]) for record in records] == [(100, "1100"), (200, "1200"), (300, "1300")]


def test_threads_lose_nothing_and_each_keeps_its_order(tmp_path: Path):
    recorder = Recorder.create(tmp_path / "a.rtlog.jsonl", queue=10_000)

    def tell(name: str) -> None:
        for number in range(500):
            recorder.local({"type": "local.log", "message": f"{name} {number}"})

    threads = [threading.Thread(target=tell, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()

    _, *records, footer = parsed(recorder.path.read_bytes())
    assert [record["seq"] for record in records] == list(range(1, 2001))
    for name in "abcd":
        said = [record["event"]["message"] for record in records if record["event"]["message"].startswith(name)]
        assert said == [f"{name} {number}" for number in range(500)]
    assert footer == {"end": True, "records": 2000, "dropped": 0}
    assert not recorder.lossy


async def test_an_event_loop_goes_on_while_the_recording_is_closed(tmp_path: Path):
    async with Recorder.create(tmp_path / "a.rtlog.jsonl", queue=100) as recorder:
        for number in range(100):
            recorder.mark(str(number))

    assert parsed(recorder.path.read_bytes())[-1] == {"end": True, "records": 100, "dropped": 0}


def test_closing_twice_and_telling_after_it_change_nothing(tmp_path: Path):
    recorder = Recorder.create(tmp_path / "a.rtlog.jsonl", queue=8)
    recorder.close()
    before = recorder.path.read_bytes()

    recorder.mark("late")
    recorder.close()

    assert recorder.path.read_bytes() == before
    assert recorder.writer.closed


def test_a_line_that_cannot_say_itself_is_a_gap_and_the_others_are_kept(tmp_path: Path):
    recorder = Recorder.create(tmp_path / "a.rtlog.jsonl", queue=8)
    recorder.record("mark", {"text": object()})
    recorder.mark("kept")
    recorder.close()

    _, *records, footer = parsed(recorder.path.read_bytes())
    assert sorted(record["kind"] for record in records) == ["gap", "mark"]
    assert footer["dropped"] == 1


ENDS = """
    import os, sys
    from pathlib import Path
    from rtlog.recordings.recorder import Recorder

    recorder = Recorder.create(Path(sys.argv[1]), queue=10_000)
    for number in range(1000):
        recorder.mark(str(number))
"""
DIES = f"{ENDS}    raise RuntimeError('the program fails')\n"
FORKS = f"""{ENDS}
    child = os.fork()
    if not child:
        recorder.mark("of the child")
        sys.exit()
    os.waitpid(child, 0)
"""


def ended(program: str, path: Path):
    """Run *program*, which never closes its recording at *path*; give what it recorded."""
    subprocess.run([sys.executable, "-c", textwrap.dedent(program), path], check=False, stderr=subprocess.DEVNULL)
    return parsed(path.read_bytes())


def test_a_program_that_ends_without_a_close_loses_nothing(tmp_path: Path):
    for program in (ENDS, DIES):
        _, *records, footer = ended(program, tmp_path / f"{len(program)}.rtlog.jsonl")

        assert [record["text"] for record in records] == [str(number) for number in range(1000)]
        assert footer == {"end": True, "records": 1000, "dropped": 0}


def test_a_forked_child_leaves_the_recording_of_its_parent_alone(tmp_path: Path):
    _, *records, footer = ended(FORKS, tmp_path / "a.rtlog.jsonl")

    assert [record["text"] for record in records] == [str(number) for number in range(1000)]
    assert footer == {"end": True, "records": 1000, "dropped": 0}


INTERRUPTED = """
    import signal, sys
    from pathlib import Path
    from rtlog.recordings.recorder import Recorder

    recorder = Recorder.create(Path(sys.argv[1]), queue=1_000_000)
    heard = []
    def tell(*_):
        recorder.mark("of the handler")
        heard.append(1)
    signal.signal(signal.SIGALRM, tell)
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    while len(heard) < 20:
        recorder.mark("of the program")
    signal.setitimer(signal.ITIMER_REAL, 0)
"""
THREADLESS = """
    import sys, threading
    from pathlib import Path
    from rtlog.recordings.recorder import Recorder

    recorder = Recorder.create(Path(sys.argv[1]), queue=10)
    recorder.mark("kept")
    def none(_):
        raise RuntimeError("can't start new thread at interpreter shutdown")
    threading.Thread.start = none
"""


def test_a_signal_handler_may_tell_something_while_the_program_does(tmp_path: Path):
    _, *records, footer = ended(INTERRUPTED, tmp_path / "a.rtlog.jsonl")

    assert [record["text"] for record in records].count("of the handler") >= 20
    assert footer == {"end": True, "records": len(records), "dropped": 0}


def test_a_recording_ends_where_no_thread_can_be_had_any_more(tmp_path: Path):
    _, record, footer = ended(THREADLESS, tmp_path / "a.rtlog.jsonl")

    assert (record["text"], footer["records"]) == ("kept", 1)


def test_what_no_json_can_say_is_kept_as_text(tmp_path: Path):
    endless: dict[str, object] = {"type": "local.log"}
    endless["itself"] = endless
    with Recorder.create(tmp_path / "a.rtlog.jsonl", queue=8) as recorder:
        recorder.local(endless)
        recorder.local({"type": "local.log", "message": "half a pair \ud800", "number": 2**70})

    _, circular, half, _ = parsed(recorder.path.read_bytes())
    assert circular["kind"] == "data"
    assert "'itself': {...}" in circular["text"]
    assert half["type"] == "local.log"
