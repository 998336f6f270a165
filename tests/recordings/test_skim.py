"""The short ways of reading audio: they must tell what the long way tells, or stand aside."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.recordings.decoding import decode_line
from rtlog.recordings.format import Header
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.skim import Skimmer
from rtlog.recordings.writer import Writer

MS = 1_000_000
HEADER = b'{"rtlog":1,"id":"01JD"}\n'


def pcm(size: int, seed: int = 0) -> str:
    return base64.b64encode(bytes((seed + index) % 251 for index in range(size))).decode()


def recorded(path: Path, *messages: tuple[str, str, int]) -> Path:
    """Record (direction, text, ms) messages as the proxy does, audio kept."""
    with Writer(path, Header(id="01JD", audio="keep"), clock=lambda: 0) as writer:
        recorder = Recorder(writer, src="wire")
        for direction, text, ms in messages:
            (recorder.client if direction == "client" else recorder.server)(text, ms * MS)
    return path


def append(seed: int, size: int = 1920) -> str:
    return json.dumps({"type": "input_audio_buffer.append", "audio": pcm(size, seed)})


EVENTS = {
    "append": ("client", {"type": "input_audio_buffer.append", "audio": pcm(4800)}),
    "append, payload first": ("client", {"audio": pcm(4800), "type": "input_audio_buffer.append"}),
    "append, event id last": ("client", {"type": "input_audio_buffer.append", "audio": pcm(4801), "event_id": "e_1"}),
    "append, empty": ("client", {"type": "input_audio_buffer.append", "audio": ""}),
    "append, long key before": ("client", {"note": "x" * 2000, "type": "input_audio_buffer.append", "audio": pcm(9)}),
    "append, other member": (
        "client",
        {"type": "input_audio_buffer.append", "extra": {"audio": "b"}, "audio": pcm(999)},
    ),
    "delta": (
        "server",
        {"type": "response.output_audio.delta", "response_id": "r", "item_id": "i", "delta": pcm(12_000)},
    ),
    "delta, xAI order": (
        "server",
        {"type": "response.output_audio.delta", "delta": pcm(9_999), "item_id": "i", "ts": 7},
    ),
    "delta, beta": ("server", {"type": "response.audio.delta", "item_id": "i", "delta": pcm(7_000)}),
    "delta, text that looks like it": ("server", {"type": "response.output_text.delta", "delta": pcm(7_000)}),
    "delta, not base64": ("server", {"type": "response.output_audio.delta", "item_id": "i", "delta": '"\\' * 800}),
}


@pytest.mark.parametrize("audio", ["keep", "meta"])
@pytest.mark.parametrize("name", EVENTS)
def test_a_skimmed_record_is_the_decoded_record(tmp_path: Path, name: str, audio: str):
    direction, event = EVENTS[name]
    path = tmp_path / "one.rtlog.jsonl"
    with Writer(path, Header(audio=audio), clock=lambda: 0) as writer:
        recorder = Recorder(writer, src="wire")
        recorder.event(direction, json.dumps(event, separators=(",", ":")), 5 * MS)
    line = path.read_bytes().splitlines(keepends=True)[1]
    expected, _ = decode_line(line)
    [record] = read(path)
    assert record.audio_bytes == expected.audio_bytes
    expected.line = 2
    assert record == expected


def test_payloads_in_every_place_known_clients_put_them_are_skipped():
    skimmed = [name for name in EVENTS if Skimmer().skim(written(name)) is not None]
    assert set(skimmed) >= {"append", "append, payload first", "append, event id last", "delta", "delta, xAI order"}


def written(name: str) -> bytes:
    direction, event = EVENTS[name]
    size = len(base64.b64decode(str(event.get("audio", event.get("delta", ""))), validate=False))
    head = {
        "type": event["type"],
        "dir": direction,
        "n": 1,
        "audio_bytes": size,
        "seq": 1,
        "t": 1,
        "conn": 1,
        "src": "wire",
    }
    return json.dumps(head | {"event": event}, separators=(",", ":")).encode() + b"\n"


@given(st.integers(0, 3000), st.integers(-3, 3))
def test_a_size_that_is_not_the_payload_s_is_never_believed_on_sight(size: int, error: int):
    event = {"type": "response.output_audio.delta", "item_id": "i", "delta": pcm(size)}
    claimed = max(size + error * 3, 0)
    head = {"type": event["type"], "dir": "server", "n": 1, "audio_bytes": claimed, "seq": 1, "t": 1, "conn": 1}
    line = json.dumps(head | {"event": event}, separators=(",", ":")).encode() + b"\n"
    skimmed = Skimmer().skim(line)
    assert skimmed is None or claimed == size or len(line) <= 600


def unfolded(records: Iterator[Record]) -> list[tuple[int, str]]:
    return [(record.seq + further, record.type) for record in records for further in range(record.folded + 1)]


def test_a_run_of_appends_is_one_record_with_their_sums(tmp_path: Path):
    done = json.dumps({"type": "input_audio_buffer.commit"})
    messages = [("client", append(index), 1000 + index * 40) for index in range(30)]
    path = recorded(tmp_path / "run.rtlog.jsonl", *messages, ("client", done, 2200))
    every, folded = list(read(path)), list(read(path, fold=True))
    assert len(folded) < len(every) == 31
    assert unfolded(iter(folded)) == [(record.seq, record.type) for record in every]
    assert sum(record.audio_bytes for record in folded) == sum(record.audio_bytes for record in every) == 30 * 1920
    assert sum(record.n for record in folded) == sum(record.n for record in every)
    assert [record.line for record in folded] == [record.seq + 1 for record in folded]
    first = folded[0]
    assert (first.t, first.folded > 0, folded[-1].type) == (1000 * MS, True, "input_audio_buffer.commit")


def sound(index: int) -> str:
    ids = {"response_id": "resp_1", "item_id": "item_1", "output_index": 0, "content_index": 0}
    return json.dumps({"type": "response.output_audio.delta", "event_id": f"e_{index}"} | ids | {"delta": pcm(1920)})


@pytest.mark.parametrize(("direction", "said"), [("client", append), ("server", sound)], ids=["appends", "deltas"])
def test_no_run_reaches_over_the_horizon(tmp_path: Path, direction: str, said: Callable[[int], str]):
    messages = [(direction, said(index), 1000 + index * 40) for index in range(30)]
    path = recorded(tmp_path / "run.rtlog.jsonl", *messages)
    every = list(read(path))
    for horizon in (1400 * MS, 1401 * MS):
        reading = read(path, fold=True)
        reading.horizon = horizon
        records = list(reading)
        assert unfolded(iter(records)) == [(record.seq, record.type) for record in every]
        folded = [record for record in records if record.folded]
        assert folded
        assert not any(record.t < horizon <= record.until for record in folded)


def test_a_run_ends_where_anything_else_changes(tmp_path: Path):
    messages = [
        ("client", append(1), 1000),
        ("client", append(2), 1040),
        ("client", append(3, size=960), 1080),
        ("client", append(4, size=960), 1120),
        ("server", json.dumps({"type": "input_audio_buffer.speech_started", "item_id": "item_1"}), 1125),
        ("client", append(5, size=960), 1160),
        ("client", append(6, size=960), 160_000),
    ]
    records = list(read(recorded(tmp_path / "runs.rtlog.jsonl", *messages), fold=True))
    assert [(record.seq, record.folded, record.audio_bytes) for record in records] == [
        (1, 1, 3840), (3, 1, 1920), (5, 0, 0), (6, 0, 960), (7, 0, 960),
    ]  # fmt: skip


def test_appends_with_ids_are_not_folded_since_errors_may_refer_to_them(tmp_path: Path):
    def named(index: int) -> str:
        return json.dumps({"event_id": f"e_{index}", "type": "input_audio_buffer.append", "audio": pcm(1920)})

    path = recorded(tmp_path / "ids.rtlog.jsonl", *(("client", named(index), index) for index in range(5)))
    records = list(read(path, fold=True))
    assert [record.event.event_id for record in records if record.event] == ["e_0", "e_1", "e_2", "e_3", "e_4"]


@pytest.mark.parametrize("spoilt", range(2, 9))
def test_damage_inside_a_run_is_told_as_it_is_without_folding(tmp_path: Path, spoilt: int):
    path = recorded(tmp_path / "run.rtlog.jsonl", *(("client", append(index), index) for index in range(8)))
    lines = path.read_bytes().splitlines(keepends=True)
    lines[spoilt] = lines[spoilt][:700] + b"\n"
    data = b"".join(lines)
    plain, folding = read(io.BytesIO(data)), read(io.BytesIO(data), fold=True)
    assert unfolded(iter(folding)) == unfolded(iter(plain))
    assert list(folding.damage) == list(plain.damage)
    assert folding.missing == plain.missing == 1
    assert folding.lines == plain.lines


def test_audio_of_an_unknown_direction_is_the_senders_of_its_type(tmp_path: Path):
    path = recorded(tmp_path / "call.rtlog.jsonl", ("client", append(1), 20))
    data = path.read_bytes().replace(b'"dir":"client"', b'"dri":"client"')

    for strict in (False, True):
        assert [record.dir for record in read(io.BytesIO(data), strict=strict)] == ["client"]
