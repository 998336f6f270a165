"""Recordings compressed with zstd are read and written as those with gzip are."""

import io
import subprocess
import sys
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest

from rtlog.recordings.copying import copy_at, named_after
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.lines import Lines
from rtlog.recordings.reader import read
from rtlog.recordings.zstd import Unzstd

STORY = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"

if sys.version_info < (3, 14):
    pytest.importorskip("zstandard", reason="needs rtlog[zst]")


def write(path: Path, content: bytes) -> bytes:
    with copy_at(path, Path("no-source")) as stream:
        stream.writelines(content.splitlines(keepends=True))
    return path.read_bytes()


def test_a_copy_is_compressed_where_its_name_says_so_and_reads_as_the_original(tmp_path: Path):
    packed = write(tmp_path / "call.jsonl.zst", STORY.read_bytes())

    assert len(packed) < STORY.stat().st_size / 2
    assert packed == write(tmp_path / "again.jsonl.zst", STORY.read_bytes())
    with closing(Lines(tmp_path / "call.jsonl.zst")) as lines:
        assert b"".join(lines) == STORY.read_bytes()
    with read(tmp_path / "call.jsonl.zst") as packed_reading, read(STORY) as reading:
        assert len(list(packed_reading)) == len(list(reading))
        assert packed_reading.complete


def test_it_is_known_by_its_first_bytes_and_frames_follow_one_another(tmp_path: Path):
    first, rest = STORY.read_bytes()[:10_000], STORY.read_bytes()[10_000:]
    both = write(tmp_path / "first.zst", first) + write(tmp_path / "rest.zst", rest)

    assert b"".join(Lines(io.BytesIO(both))) == STORY.read_bytes()


def test_what_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path):
    random = Random(1)  # noqa: S311 - what does not compress
    words = [random.randbytes(500).hex() for _ in range(1_000)]
    lines = [b'{"dir":"local","event":{"type":"local.log","message":"%b"}}\n' % word.encode() for word in words]
    packed = write(tmp_path / "call.zst", b"".join(lines))
    (tmp_path / "cut.zst").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "cut off at once.zst").write_bytes(packed[:100])

    with read(tmp_path / "cut.zst") as reading:
        assert 300 < len(list(reading)) < 600
    assert reading.torn or reading.damage
    with pytest.raises(RecordingError, match="ends early"):
        read(tmp_path / "cut off at once.zst")


def test_damage_in_the_middle_is_told_and_all_before_it_is_read(tmp_path: Path):
    packed = bytearray(
        write(tmp_path / "call.zst", bytes(range(256)).hex().encode() * 3_000 + b"\n" + STORY.read_bytes())
    )
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40

    with pytest.raises(OSError, match="damaged zstd data"):
        Unzstd(io.BytesIO(bytes(packed)), "damaged").readall()


def test_what_is_no_zstd_behind_its_first_bytes_is_told_in_one_line():
    with pytest.raises(RecordingError, match="is no readable zstd file"):
        Lines(io.BytesIO(b"\x28\xb5\x2f\xfd broken from the start"))


def test_a_little_file_cannot_ask_for_all_the_memory(tmp_path: Path):
    bomb = write(tmp_path / "bomb.zst", b"\0" * 50_000_000)
    reader = Unzstd(io.BytesIO(bomb), "bomb")

    assert len(bomb) < 10_000
    assert reader.read(1000) == b"\0" * 1000


def test_a_copy_keeps_the_packing_in_its_name():
    assert named_after(Path("a/call.rtlog.jsonl.zst"), "cut") == Path("a/call.cut.rtlog.jsonl.zst")


WITHOUT = """
import sys
sys.modules["zstandard"] = sys.modules["compression"] = None
from rtlog.cli.app import main
main()
"""


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python reads it by itself")
def test_where_nothing_reads_zstd_one_line_says_what_to_do(tmp_path: Path):
    write(tmp_path / "call.jsonl.zst", STORY.read_bytes())
    for arguments in (["info", str(tmp_path / "call.jsonl.zst")], ["cut", str(STORY), "-o", str(tmp_path / "cut.zst")]):
        ran = subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False)

        assert (ran.returncode, ran.stderr.count("\n")) == (2, 1), ran.stderr
        assert "pip install 'rtlog[zst]'" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["call.jsonl.zst"]
