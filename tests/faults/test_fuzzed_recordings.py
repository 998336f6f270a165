"""Recordings that are cut, flipped and overwritten: read as far as they go or refused in one line, within memory.

A seed gives its recording again. `tests/recordings/test_damaged.py` says of single damages what is told of them.
"""

import gzip
import io
import tracemalloc
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
import zstandard
from wires import FULL

from rtlog.analyzers.analysis import analyze
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import read

COUNT = 10_000 if FULL else 300
SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
LINES = SAMPLE.read_bytes().splitlines(keepends=True)
HEADER = LINES[0]
LONGEST = 200_000
ODD = (b"[" * 5000, b'{"a":' * 2000, b"9" * 400, b"1e999", b"\n\n", b"\x00")


def fuzzed(chance: Random) -> bytes:
    """Give some lines of a recording, broken one way or another, and perhaps packed."""
    first = chance.randrange(1, len(LINES) - 30)
    text = bytearray(HEADER + b"".join(LINES[first : first + chance.randint(1, 30)]))
    for _ in range(chance.choice([0, 1, 1, 3, 30])):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(6):
            case 0 if at < len(text):
                text[at] ^= 1 << chance.randrange(8)
            case 1:
                text[at:at] = chance.randbytes(chance.randint(1, 12))
            case 2:
                del text[at : at + chance.randint(1, 200)]
            case 3:
                text[at : at + 1] = chance.choice(
                    [b"[" * 5000, b'{"a":' * 2000, b"9" * 400, b"1e999", b"\n\n", b"\x00"]
                )
            case 4:
                text = text[:at]
            case _:
                text += text[at:]
        del text[LONGEST:]
    packed = chance.choice([bytes, bytes, bytes, gzip.compress, zstandard.compress])(bytes(text))
    return bytes(packed[: chance.randrange(len(packed) + 1)]) if packed != text and chance.random() < 0.5 else packed


def outcome(data: bytes, **how: bool) -> tuple[list[tuple[str, str]], str]:
    """Give what is read of a recording, and why it was refused if it was."""
    try:
        with read(io.BytesIO(data), **how) as reading:
            records = [(record.kind, record.type) for record in reading]
    except RecordingError as error:
        return [], str(error)
    assert len(records) <= reading.lines
    return records, ""


def test_the_reader_reads_on_or_refuses_in_one_line_and_keeps_little():
    read_whole, refused = 0, []
    tracemalloc.start()
    try:
        for seed in range(COUNT):
            data = fuzzed(Random(seed))  # noqa: S311 - a seed must give its recording again
            records, refusal = outcome(data, strict=seed % 3 == 0, fold=seed % 3 == 1)
            read_whole += bool(records)
            refused += [refusal] if refusal else []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert read_whole > COUNT // 2
    assert len(refused) > COUNT // 50
    assert [each for each in refused if "\n" in each] == []
    assert peak < 40 * LONGEST


def test_what_is_read_of_a_fuzzed_recording_is_analyzed_to_the_end():
    judged = 0
    for seed in range(COUNT // 10):
        data = fuzzed(Random(seed))  # noqa: S311 - a seed must give its recording again
        try:
            with read(io.BytesIO(data)) as reading:
                judged += analyze(reading) is not None
        except RecordingError:
            continue

    assert judged > COUNT // 20


def test_every_cut_of_a_recording_gives_all_whole_lines_before_it():
    text = SAMPLE.read_bytes()
    ends = [at + 1 for at, byte in enumerate(text) if byte == 0x0A]
    cuts = range(len(HEADER), len(text)) if FULL else Random(0).sample(range(len(HEADER), len(text)), 60)  # noqa: S311
    for cut in cuts:
        whole = sum(end <= cut for end in ends)
        with read(io.BytesIO(text[:cut])) as reading:
            records = [record.seq for record in reading]
        complete_last_line = cut + 1 in ends
        footer = cut >= len(text) - 1
        assert records == list(range(1, whole + complete_last_line - footer)), cut
        assert (reading.torn, reading.complete) == (cut not in ends and not complete_last_line, footer), cut


def test_every_single_bit_flip_of_the_header_leaves_all_records_or_is_refused():
    body = b"".join(LINES[1:4])
    whole, _ = outcome(HEADER + body)
    refused = []
    for at in range(len(HEADER)):
        for bit in range(8):
            flipped = bytearray(HEADER)
            flipped[at] ^= 1 << bit
            records, refusal = outcome(bytes(flipped) + body)
            if refusal:
                refused.append(refusal)
            else:
                # Without its line feed the header takes the line behind it along.
                kept = 2 if at == len(HEADER) - 1 else 3
                assert records[-kept:] == whole[-kept:], (at, bit)

    assert 1 <= len(refused) <= 16
    assert [each for each in refused if "update rtlog" not in each] == []


@pytest.mark.parametrize("packed", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_bomb_is_read_line_by_line(packed: Callable[[bytes], bytes]):
    marks = (b'{"kind":"mark","seq":%d,"t":1,"conn":1,"text":"%b"}\n' % (seq, b" " * 1000) for seq in range(1, 20_001))
    text = HEADER + b"".join(marks)
    bomb = packed(text)
    assert len(bomb) < len(text) // 50

    tracemalloc.start()
    try:
        with read(io.BytesIO(bomb)) as reading:
            count = sum(1 for _ in reading)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 20_000
    assert peak < 4_000_000
