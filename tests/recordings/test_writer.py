import json
import resource
import stat
import subprocess
import sys
import textwrap
import threading
from itertools import count
from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.message import KindLine
from rtlog.recordings.writer import Gap, Writer


def mark(text: str):
    return KindLine("mark", 1, {"text": text})


def lines(path: Path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_recording_is_a_header_records_and_a_footer(tmp_path: Path):
    path = tmp_path / "deep" / "a.rtlog.jsonl"
    clock = iter([100, 150, 140, 400])

    with Writer(path, Header(id="01ID", tap="recorder"), clock=lambda: next(clock), wall=lambda: 0) as writer:
        writer.write(mark("one"))
        writer.write(mark("the clock went back"))
        writer.write(mark("two"))

    header, *records, footer = lines(path)
    assert (header["rtlog"], header["id"], header["started"]) == (1, "01ID", "1970-01-01T00:00:00.000000000Z")
    assert [(record["seq"], record["t"]) for record in records] == [(1, 50), (2, 50), (3, 300)]
    assert footer == {"end": True, "records": 3, "dropped": 0}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_record_is_on_the_disk_before_the_next_one(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    writer = Writer(path, Header())

    writer.write(mark("kept without a close"))

    assert [record.get("text") for record in lines(path)] == [None, "kept without a close"]
    writer.close()


def test_what_came_at_once_is_on_the_disk_together_numbered_and_at_one_time(tmp_path: Path):
    clock = iter(range(0, 1_000, 10))
    with Writer(tmp_path / "a.rtlog.jsonl", Header(), clock=lambda: next(clock)) as writer:
        writer.write(mark("before"))
        writer.write_all([mark("one"), Gap(3, reason="of another cause"), mark("two")], 70)
        _, *records = lines(tmp_path / "a.rtlog.jsonl")

    assert [record["seq"] for record in records] == [1, 2, 3, 4]
    assert [record["t"] for record in records] == [10, 70, 70, 70]
    assert lines(tmp_path / "a.rtlog.jsonl")[-1] == {"end": True, "records": 4, "dropped": 3}


def test_closing_twice_and_writing_after_it_change_nothing(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    writer = Writer(path, Header())
    writer.close()
    before = path.read_bytes()

    writer.close()
    writer.write(mark("late"))

    assert path.read_bytes() == before


def test_a_recording_that_is_finished_has_its_footer_and_is_closed_by_another_thread(tmp_path: Path):
    others = threads("rtlog-closing")
    writer = Writer(tmp_path / "a.rtlog.jsonl", Header(), syncer=Syncer(60))
    writer.write(mark("last"))

    writer.finish()
    writer.write(mark("late"))
    writer.finish()

    assert writer.closed
    assert lines(writer.path)[-1] == {"end": True, "records": 1, "dropped": 0}
    writer.close()
    assert threads("rtlog-closing") <= others


def test_an_existing_file_is_refused_or_replaced(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_text("precious")

    with pytest.raises(RecordingError, match="already exists; use --force"):
        Writer(path, Header())
    assert path.read_text() == "precious"

    Writer(path, Header(), force=True).close()
    assert lines(path)[-1] == {"end": True, "records": 0, "dropped": 0}


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordingError, match=r"file/a\.rtlog\.jsonl: cannot be written: File exists"):
        Writer(tmp_path / "file" / "a.rtlog.jsonl", Header())


def test_threads_share_a_writer_without_a_torn_or_missing_line(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    with Writer(path, Header()) as writer:
        threads = [
            threading.Thread(target=lambda: [writer.write(mark("x" * 300)) for _ in range(50)]) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    _, *records, footer = lines(path)
    assert [record["seq"] for record in records] == list(range(1, 201))
    assert footer["records"] == 200


FULL_DISK = textwrap.dedent("""
    import resource, signal, sys
    from pathlib import Path
    from rtlog.recordings.format import Header
    from rtlog.recordings.message import KindLine
    from rtlog.recordings.writer import Writer

    def a_mark(number):
        return KindLine("mark", 1, {{"text": f"{{number}} " + "x" * 400}})

    told = []
    writer = Writer(Path(sys.argv[1]), Header(), on_failure=told.append)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
    {told}
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    writer.write(KindLine("mark", 1, {{"text": "room again"}}))
    assert writer.lossy
    assert len(told) == 1, told
    writer.close()
""")


ONE_BY_ONE = "for number in range(10): writer.write(a_mark(number))"
TOGETHER = "writer.write_all([a_mark(number) for number in range(10)])"


@pytest.mark.parametrize("told", [ONE_BY_ONE, TOGETHER])
def test_a_full_disk_loses_whole_records_tells_once_and_leaves_a_gap(told: str, tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"

    subprocess.run([sys.executable, "-c", FULL_DISK.format(told=told), path], check=True)

    _, *records, footer = lines(path)
    kept = [record for record in records if record["kind"] == "mark"]
    (gap,) = (record for record in records if record["kind"] == "gap")
    assert gap["lost"] + len(kept) == 11
    assert gap["lost"] > 0
    assert kept[-1]["text"] == "room again"
    assert gap["seq"] == kept[-1]["seq"] - 1 == kept[-2]["seq"] + gap["lost"] + 1
    assert footer == {"end": True, "records": len(records), "dropped": gap["lost"]}


def test_losses_that_are_never_followed_by_a_record_still_leave_a_gap(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    writer = Writer(path, Header())
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, usual[1]))
    try:
        writer.write(mark("lost"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    writer.close()

    _, gap, footer = lines(path)
    assert (gap["kind"], gap["lost"]) == ("gap", 1)
    assert footer == {"end": True, "records": 1, "dropped": 1}


def test_a_gap_of_another_cause_counts_as_loss(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    with Writer(path, Header()) as writer:
        writer.write(Gap(1, 2, "server: does not inflate"))
        assert writer.lossy

    _, gap, footer = lines(path)
    assert (gap["conn"], gap["lost"], gap["reason"]) == (2, 1, "server: does not inflate")
    assert footer["dropped"] == 1


def threads(name: str) -> set[threading.Thread]:
    """Give those called *name*; what other tests have ended may not have come to its end yet."""
    return {each for each in threading.enumerate() if each.name == name}


class CountedSync:
    def __init__(self, enough: int) -> None:
        self.calls = count(1)
        self.enough = enough
        self.reached = threading.Event()

    def sync(self):
        if next(self.calls) >= self.enough:
            self.reached.set()


def test_a_syncer_keeps_syncing_what_is_in_it_and_ends_with_the_last_file():
    others = threads("rtlog-fsync")
    file, syncer = CountedSync(3), Syncer(interval=0.001)

    syncer.add(file)
    assert file.reached.wait(timeout=30)
    (thread,) = threads("rtlog-fsync") - others
    syncer.remove(file)
    thread.join(timeout=30)

    assert not thread.is_alive()


def test_syncing_an_open_and_a_closed_recording_raises_nothing(tmp_path: Path):
    writer = Writer(tmp_path / "a.rtlog.jsonl", Header(), syncer=Syncer(60))
    writer.sync()
    writer.close()
    writer.sync()

    assert writer.closed
    assert [each.name for each in tmp_path.iterdir()] == ["a.rtlog.jsonl"]
