"""Reading a recording while it is being written."""

import threading
from pathlib import Path

from rtlog.recordings.format import Header
from rtlog.recordings.reader import read
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer


def test_what_is_there_is_read_and_a_torn_last_line_is_no_error(tmp_path: Path):
    path = tmp_path / "growing.rtlog.jsonl"
    with Writer(path, Header(id="01JD")) as writer:
        recorder = Recorder(writer, src="wire")
        recorder.client({"type": "response.create"})
        recorder.server({"type": "response.created", "response": {"id": "resp_1"}})
        grown = path.read_bytes()
    path.write_bytes(grown[:-9])
    reading = read(path)
    assert [record.type for record in reading] == ["response.create"]
    assert (reading.torn, reading.complete, len(reading.damage)) == (True, False, 0)


def test_following_gives_each_record_as_it_comes_and_ends_with_the_footer(tmp_path: Path):
    path = tmp_path / "growing.rtlog.jsonl"
    writer = Writer(path, Header(id="01JD"))
    recorder = Recorder(writer, src="wire")
    turn = threading.Semaphore(0)

    def record() -> None:
        for name in ("response.create", "response.cancel"):
            recorder.client({"type": name})
            turn.acquire(timeout=60)
        writer.close()

    recording = threading.Thread(target=record)
    reading = read(path, follow=True)
    recording.start()
    seen = []
    for each in reading:
        seen.append(each.type)
        turn.release()
    recording.join()
    assert seen == ["response.create", "response.cancel"]
    assert (reading.complete, reading.torn) == (True, False)


def test_a_line_that_arrives_in_two_pieces_is_one_line(tmp_path: Path):
    path = tmp_path / "growing.rtlog.jsonl"
    line = (
        b'{"type":"response.create","dir":"client","n":26,"seq":1,"t":1,"conn":1,"event":{"type":"response.create"}}\n'
    )
    path.write_bytes(b'{"rtlog":1,"id":"01JD"}\n' + line[:40])
    reading = read(path, follow=True)
    with path.open("ab") as file:
        file.write(line[40:] + b'{"end":true,"records":1,"dropped":0}\n')
    assert [record.type for record in reading] == ["response.create"]
    assert len(reading.damage) == 0


def test_closing_ends_the_following(tmp_path: Path):
    path = tmp_path / "growing.rtlog.jsonl"
    with Writer(path, Header(id="01JD")) as writer:
        Recorder(writer, src="wire").client({"type": "response.create"})
        reading = read(path, follow=True)
        seen = []
        for record in reading:
            seen.append(record.type)
            reading.stop_following()
    assert seen == ["response.create"]
