"""A long run in several files: each complete in itself, and all of them together everything that was said."""

import errno
import stat
from collections.abc import Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest

from rtlog.recordings.format import Header
from rtlog.recordings.fsync import Syncer
from rtlog.recordings.naming import numbered
from rtlog.recordings.reader import Reading, read
from rtlog.recordings.record import Record
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.rotation import RotatingWriter, Rotation
from rtlog.recordings.writer import Gap

S = 10**9
OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture
def names(tmp_path: Path) -> Iterator[Path]:
    """Names for one file after the other."""
    return (numbered(tmp_path / "run.rtlog.jsonl", number) for number in count(1))


def writer(names: Iterator[Path], rotation: Rotation, **options: object) -> RotatingWriter:
    return RotatingWriter(next(names), Header(id="first", title="a run"), rotation, lambda *_: next(names), **options)


def said(path: Path) -> tuple[Reading, list[Record]]:
    with read(path, strict=True) as reading:
        records = list(reading)
    assert (reading.complete, list(reading.damage), reading.missing) == (True, [], 0)
    return reading, records


def test_files_of_a_size_hold_everything_once_and_in_order(names: Iterator[Path]):
    with writer(names, Rotation(size=2_000), syncer=Syncer()) as rotating:
        recorder = Recorder(rotating, src="wire")
        for number in range(200):
            recorder.server({"type": "response.done", "event_id": f"e{number}"})

    parts = [said(path) for path in rotating.paths]
    assert len(parts) > 10
    assert all(path.stat().st_size < 2_500 for path in rotating.paths)
    assert sum(path.stat().st_size for path in rotating.paths) == rotating.written
    events = [record.event.event_id for _, records in parts for record in records if record.event]
    assert events == [f"e{number}" for number in range(200)]
    assert all(records[0].seq == 1 and records[0].t is not None for _, records in parts)
    assert {stat.S_IMODE(path.stat().st_mode) for path in rotating.paths} == {0o600}


def test_each_file_names_the_one_before_and_the_one_behind(names: Iterator[Path]):
    with writer(names, Rotation(size=1)) as rotating:
        recorder = Recorder(rotating, 7)
        for _ in range(3):
            recorder.mark("again")

    readings = [said(path)[0] for path in rotating.paths]
    assert [reading.header.title for reading in readings] == ["a run"] * 3
    for before, behind in pairwise(readings):
        assert before.footer is not None
        assert behind.header.more["continues"] == before.header.id
        assert before.footer.more["continued"] == behind.header.id
    assert [reading.continued for reading in readings] == [True, True, False]
    assert {record.conn for path in rotating.paths for record in said(path)[1]} == {7}


def test_files_of_an_age_begin_with_the_record_that_comes_then(names: Iterator[Path]):
    now = 0
    with writer(names, Rotation(age=60 * S), clock=lambda: now, wall=lambda: now) as rotating:
        recorder = Recorder(rotating)
        for now in (1 * S, 59 * S, 61 * S, 62 * S, 300 * S):
            recorder.mark(str(now // S))

    told = [
        (reading.header.started, [(r.text, r.t) for r in records]) for reading, records in map(said, rotating.paths)
    ]
    assert told == [
        ("1970-01-01T00:00:00.000000000Z", [("1", 1 * S), ("59", 59 * S)]),
        ("1970-01-01T00:01:01.000000000Z", [("61", 0), ("62", 1 * S)]),
        ("1970-01-01T00:05:00.000000000Z", [("300", 0)]),
    ]


def test_where_no_new_file_can_be_made_the_one_at_hand_goes_on(tmp_path: Path):
    taken, failures = tmp_path / "taken.jsonl", []
    taken.write_text("somebody else's")
    with RotatingWriter(
        tmp_path / "run.jsonl", Header(), Rotation(size=1), lambda *_: taken, on_failure=failures.append
    ) as rotating:
        for number in range(3):
            Recorder(rotating).mark(str(number))

    assert [record.text for record in said(tmp_path / "run.jsonl")[1]] == ["0", "1", "2"]
    assert taken.read_text() == "somebody else's"
    assert [error.errno for error in failures] == [errno.EEXIST]
    assert not rotating.lossy


def test_a_loss_in_an_earlier_file_is_not_forgotten(names: Iterator[Path]):
    with writer(names, Rotation(size=1)) as rotating:
        rotating.write(Gap(3))
        Recorder(rotating).mark("in another file")

    assert len(rotating.paths) == 2
    assert rotating.lossy
    footers = [said(path)[0].footer for path in rotating.paths]
    assert [footer.dropped for footer in footers if footer] == [3, 0]


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="needs /proc")
def test_no_file_stays_open(names: Iterator[Path]):
    # None of the syncer's own rounds falls into the test: it would hold a copy of the file.
    with writer(names, Rotation(size=1), syncer=Syncer(3600)) as rotating:
        for _ in range(20):
            Recorder(rotating).mark("again")

    still_open = {link.readlink() for link in OPEN_FILES.iterdir() if link.is_symlink()}
    assert len(rotating.paths) == 20
    assert still_open.isdisjoint(rotating.paths)
