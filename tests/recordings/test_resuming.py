"""A recording that is gone on with is one recording: numbers, times and connections go on, a tear is counted."""

import json
from pathlib import Path

import pytest

from rtlog.cli.doctoring import diagnose
from rtlog.recordings.doctoring import Diagnosis
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import Header
from rtlog.recordings.message import KindLine
from rtlog.recordings.reader import read
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.resuming import CONTINUED, ResumedWriter
from rtlog.recordings.writer import Writer

BEGAN = 1_000_000_000_000_000_000
EVENT = b'{"type":"response.created","response":{"id":"resp_1"}}'


def begun(path: Path) -> bytes:
    """Record two connections of three records, and give the lines, footer and all."""
    with Writer(path, Header(id="01ID"), clock=iter(range(0, 900, 100)).__next__, wall=lambda: BEGAN) as writer:
        for conn in (1, 2):
            recorder = Recorder(writer, conn)
            recorder.mark("hello")
            recorder.server(EVENT)
    return path.read_bytes()


def resumed(path: Path, *, later: int) -> ResumedWriter:
    return ResumedWriter(path, clock=lambda: 5000, wall=lambda: BEGAN + later)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def healthy(path: Path) -> Diagnosis:
    found = diagnose(path)
    assert [each.name for each in found.complaints if each.name != "gap"] == []
    return found


@pytest.mark.parametrize("ended", [True, False])
def test_it_goes_on_as_one_recording_whether_it_was_ended_or_not(tmp_path: Path, ended: bool):  # noqa: FBT001
    path = tmp_path / "a.rtlog.jsonl"
    text = begun(path)
    if not ended:
        path.write_bytes(text[: text.index(b'{"end"')])

    with resumed(path, later=7000) as writer:
        Recorder(writer, writer.connections + 1).server(EVENT)

    assert path.read_bytes().startswith(text[: text.index(b'{"end"')])
    assert [(each["seq"], each["t"], each["conn"]) for each in lines(path)[1:-1]] == [
        (1, 100, 1), (2, 200, 1), (3, 300, 2), (4, 400, 2), (5, 7000, 3), (6, 7000, 3),
    ]  # fmt: skip
    assert lines(path)[5]["text"] == CONTINUED
    assert lines(path)[-1] == {"end": True, "records": 6, "dropped": 0}
    assert healthy(path).healthy


def test_wherever_it_was_cut_it_goes_on_and_a_torn_line_is_a_lost_record(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    text = begun(path)
    for cut in range(text.index(b'"seq":3') - 100, text.index(b'{"end"') + 1):
        path.write_bytes(text[:cut])
        with read(path) as reading:
            whole = [record.seq for record in reading]

        resumed(path, later=7000).close()

        with read(path) as reading:
            after = [(record.kind, record.lost or 0) for record in reading]
        gap = [("gap", 1)] if reading_torn(text[:cut]) else []
        assert after[len(whole) :] == [*gap, ("mark", 0)], cut
        assert reading.footer is not None
        assert (reading.footer.records, reading.footer.dropped) == (len(after), len(gap))
        healthy(path)


def reading_torn(text: bytes) -> bool:
    last = text.rpartition(b"\n")[2]
    try:
        return bool(last) and not isinstance(json.loads(last), dict)
    except ValueError:
        return True


def test_time_never_runs_backwards_whatever_the_clock_says(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    begun(path)

    resumed(path, later=-10_000).close()

    assert [each["t"] for each in lines(path)[1:-1]] == [100, 200, 300, 400, 400]


def test_what_was_lost_before_stays_counted(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    with Writer(path, Header(id="01ID")) as writer:
        Recorder(writer).gap("server", "does not inflate")

    writer = ResumedWriter(path)
    writer.close()

    assert writer.lossy
    assert lines(path)[-1] == {"end": True, "records": 2, "dropped": 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "No such file"),
        (b"", "is empty"),
        (b'{"type":"session.created"}\n', "has no header"),
        (b'{"rtlog":1}\n{"kind":"mark","seq":1,"t":1,"conn":1}\n', "has no header that says when it began"),
        (b'{"rtlog":1,"started":"2026-11-21T03:08:15Z"}\n{"kind":"mark","seq":1}\n', "without times"),
        (b'{"rtlog":1,"started":"2026-11-21T03:08:15Z"}\nnonsense\n{"kind":"mark","seq":1,"t":1}\n', "is damaged"),
        (b'\xef\xbb\xbf{"rtlog":1,"started":"2026-11-21T03:08:15Z"}\n', "not as rtlog writes it"),
    ],
)
def test_what_cannot_be_gone_on_with_is_one_line_and_stays_as_it_is(tmp_path: Path, text: bytes | None, problem: str):
    path = tmp_path / "a.rtlog.jsonl"
    if text is not None:
        path.write_bytes(text)

    with pytest.raises(RecordingError, match=problem):
        ResumedWriter(path)

    assert (path.read_bytes() if path.exists() else None) == text


def test_a_line_that_lacks_its_line_feed_alone_is_kept(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    text = begun(path)
    path.write_bytes(text[: text.index(b'{"end"') - 1])

    with resumed(path, later=7000) as writer:
        writer.write(KindLine("mark", 3, {"text": "on"}))

    assert [each.get("seq") for each in lines(path)[1:-1]] == [1, 2, 3, 4, 5, 6]
