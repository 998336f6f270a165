"""Reading what is left of a recording: cut anywhere, any line spoilt, any bytes at all."""

import gzip
import io
import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.recordings.damage import MAX_KEPT
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import Reading, read

MIN_JSON_END = 3


def audio_line(seq: int) -> bytes:
    payload = "QUJDRA" * 160
    event = {"type": "response.output_audio.delta", "item_id": "item_1", "delta": payload}
    head = {"type": event["type"], "dir": "server", "n": 1100, "audio_bytes": 720, "seq": seq, "t": seq * 10, "conn": 1}
    return json.dumps(head | {"event": event}, separators=(",", ":")).encode() + b"\n"


def text_line(seq: int) -> bytes:
    event = {"type": "conversation.item.deleted", "item_id": f"item_{seq}"}
    head = {"type": event["type"], "dir": "server", "n": 60, "seq": seq, "t": seq * 10, "conn": 1, "src": "wire"}
    return json.dumps(head | {"event": event}, separators=(",", ":")).encode() + b"\n"


LINES = [
    b'{"rtlog":1,"id":"01JD","started":"2026-11-21T03:08:15.123456789Z"}\n',
    b'{"kind":"open","seq":1,"t":10,"conn":1,"request":{}}\n',
    text_line(2),
    audio_line(3),
    text_line(4),
    b'{"kind":"close","seq":5,"t":50,"conn":1,"by":"server","code":1000}\n',
    b'{"end":true,"records":5,"dropped":0}\n',
]
WHOLE = b"".join(LINES)
RECORD_LINES = range(1, 6)


def exhausted(data: bytes, *, strict: bool = False, fold: bool = False) -> tuple[Reading, list[int]]:
    reading = read(io.BytesIO(data), strict=strict, fold=fold)
    return reading, [record.seq for record in reading]


def spoilt(index: int, spoil: Callable[[bytes], bytes]) -> bytes:
    return b"".join(spoil(line) if at == index else line for at, line in enumerate(LINES))


def test_a_cut_at_any_byte_loses_no_line_before_it_and_is_told():
    header = len(LINES[0])
    for cut in range(header, len(WHOLE)):
        reading, numbers = exhausted(WHOLE[:cut])
        whole_lines = WHOLE[:cut].count(b"\n")
        complete_last_line = WHOLE[cut : cut + 1] == b"\n"
        expected = min(5, whole_lines - 1 + complete_last_line)
        assert numbers == list(range(1, expected + 1))
        ended = cut >= len(WHOLE) - 1
        assert reading.complete == ended
        assert reading.torn == (not WHOLE[:cut].endswith(b"\n") and not complete_last_line)
        assert len(reading.damage) == 0


def test_a_cut_inside_the_header_leaves_nothing_to_read():
    for cut in range(len(LINES[0]) - MIN_JSON_END):
        with pytest.raises(RecordingError):
            read(io.BytesIO(WHOLE[:cut]))


@pytest.mark.parametrize("index", RECORD_LINES)
def test_a_truncated_line_is_told_by_number_and_the_rest_is_read(index: int):
    for kept in range(1, len(LINES[index]) - 1):
        reading, numbers = exhausted(spoilt(index, lambda line, kept=kept: line[:kept] + b"\n"))
        assert numbers == [seq for seq in range(1, 6) if seq != index]
        assert [str(damage) for damage in reading.damage] == [f"line {index + 1}: is no JSON object"]
        assert reading.missing == 1


@pytest.mark.parametrize("index", RECORD_LINES)
def test_a_line_that_is_gone_or_blank_is_a_hole_in_the_numbers(index: int):
    for replacement in (b"", b"\n", b"   \n"):
        reading, numbers = exhausted(spoilt(index, lambda _, blank=replacement: blank))
        assert numbers == [seq for seq in range(1, 6) if seq != index]
        assert [damage.problem for damage in reading.damage] == ["1 record is missing before it"]
        assert reading.missing == 1


@pytest.mark.parametrize("index", RECORD_LINES)
def test_a_doubled_line_is_read_once_and_told(index: int):
    reading, numbers = exhausted(spoilt(index, lambda line: line + line))
    assert numbers == [1, 2, 3, 4, 5]
    assert [str(damage) for damage in reading.damage] == [f"line {index + 2}: repeats number {index}"]


@pytest.mark.parametrize("index", RECORD_LINES)
def test_a_flipped_bit_anywhere_in_a_line_never_stops_the_reading(index: int):
    for at in range(len(LINES[index]) - 1):
        flipped = bytearray(LINES[index])
        flipped[at] ^= 0x10
        for strict in (False, True):
            reading, numbers = exhausted(spoilt(index, lambda _, line=bytes(flipped): line), strict=strict)
            others = [seq for seq in range(1, 6) if seq != index]
            assert [seq for seq in numbers if seq in others] == others
            assert len(numbers) == 5 or len(reading.damage) > 0


def test_a_damaged_header_costs_the_header_only():
    reading, numbers = exhausted(spoilt(0, lambda line: line[:20] + b"\n"))
    assert numbers == [1, 2, 3, 4, 5]
    assert (reading.has_header, reading.damage[0].line) == (False, 1)


def test_two_recordings_in_one_file_are_told():
    reading, numbers = exhausted(WHOLE + WHOLE)
    assert len(numbers) == 10
    assert "line 8: another recording starts here; its header is ignored" in [str(each) for each in reading.damage]


def test_a_gap_that_the_recorder_counted_is_no_damage():
    gap = b'{"kind":"gap","seq":6,"t":60,"conn":1,"lost":4}\n'
    reading, numbers = exhausted(b"".join([LINES[0], LINES[1], gap]))
    assert numbers == [1, 6]
    assert (len(reading.damage), reading.missing) == (0, 0)


def test_strict_reading_finds_damage_inside_a_payload_that_plain_reading_skips():
    spoil = spoilt(3, lambda line: line.replace(b"QUJDRAQUJDRA", b"QUJDRA!UJDRA", 1))
    plain, numbers = exhausted(spoil)
    assert (numbers, len(plain.damage)) == ([1, 2, 3, 4, 5], 0)
    strict, numbers = exhausted(spoil, strict=True)
    assert numbers == [1, 2, 3, 4, 5]
    assert [str(damage) for damage in strict.damage] == ["line 4: its audio is not the base64 of 720 bytes"]


def test_a_million_broken_lines_are_counted_and_a_hundred_kept():
    reading, _ = exhausted(LINES[0] + b"x\n" * 5_000)
    assert (reading.damage.total, len(reading.damage.kept)) == (5_000, MAX_KEPT)


def test_compressed_data_that_is_cut_gives_what_was_whole_and_tells():
    packed = gzip.compress(LINES[0] + b"".join(text_line(seq) for seq in range(1, 2_000)))
    reading, numbers = exhausted(packed[: len(packed) // 2])
    assert numbers == list(range(1, len(numbers) + 1))
    assert 0 < len(numbers) < 1_999
    assert "cannot be read further" in reading.damage[0].problem


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":' * 50_000,
        b"[" * 100_000,
        b'{"type":"x","dir":"server","seq":2,"t":20,"event":{"type":"x","item":' + b'{"content":[' * 20_000,
        b'{"type":"x","dir":"server","seq":' + b"9" * 5_000 + b',"t":2,"event":{"type":"x"}}',
        b'{"type":"x","dir":"server","seq":-2,"t":1e999,"event":{"type":"x"}}',
        b'{"type":"x","dir":"nobody","seq":true,"conn":"one","event":{"type":"x"}}',
        b'{"type":"x","dir":"server","seq":2,"t":2,"event":{"type":"x","text":"\\ud83d"}}',
        b'{"type":"x","dir":"server","seq":2,"t":2,"event":{"type":"x","ms":NaN}}',
        b'{"type":"x","dir":"server","seq":2,"t":2,"event":{"type":"x","text":"\xff"}}',
        b'{"kind":{},"seq":2,"t":2}',
        b'{"rtlog":[]}',
        b'{"end":"yes"}',
        b"{}",
        b"\x00" * 1_000,
    ],
    ids=lambda line: repr(line[:60]),
)
def test_a_hostile_line_costs_at_most_itself(line: bytes):
    reading, numbers = exhausted(LINES[0] + LINES[1] + line + b"\n" + text_line(3))
    assert (numbers[0], numbers[-1]) == (1, 3)
    assert len(reading.damage) + reading.malformed > 0


def test_half_a_surrogate_pair_and_broken_text_keep_their_record():
    for text in (b'"\\ud83d"', b'"\xff"'):
        line = b'{"type":"x","dir":"server","seq":2,"t":2,"event":{"type":"x","item_id":"item_1","text":%b}}\n' % text
        reading = read(io.BytesIO(LINES[0] + LINES[1] + line))
        event = list(reading)[1].event
        assert event is not None
        assert event.item_id == "item_1"
        assert reading.malformed == 1


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes):
    with suppress(RecordingError):
        reading, numbers = exhausted(data)
        assert len(numbers) <= reading.lines


overwritten = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=12))


@given(st.lists(overwritten, min_size=1, max_size=6), st.sampled_from(["plain", "fold", "strict"]))
def test_a_recording_with_any_parts_overwritten_is_read_or_refused(parts: list[tuple[int, int, bytes]], how: str):
    data = WHOLE
    for at, length, replacement in parts:
        data = data[:at] + replacement + data[at + length :]
    with suppress(RecordingError):
        times = [record.t for record in read(io.BytesIO(data), fold=how == "fold", strict=how == "strict")]
        known = [t for t in times if t is not None]
        assert known in (sorted(times, key=lambda t: t or 0), [])


@given(st.lists(overwritten, max_size=3))
def test_the_short_ways_tell_what_the_strict_way_tells_of_whole_lines(parts: list[tuple[int, int, bytes]]):
    data = WHOLE
    for at, length, replacement in parts:
        data = data[:at] + replacement + data[at + length :]
    with suppress(RecordingError):
        strict = read(io.BytesIO(data), strict=True)
        expected = list(strict)
        if not strict.damage.total:
            assert list(read(io.BytesIO(data))) == expected
            assert [record.seq for record in read(io.BytesIO(data), fold=True)] == [record.seq for record in expected]
