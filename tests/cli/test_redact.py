"""`rtlog redact` makes a copy to share: other words, the same findings, and the original untouched."""

import gzip
import json
import stat
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"


def report(rtlog: Callable, path: Path) -> object:
    (told,) = json.loads(rtlog("analyze", str(path), "--output-format", "json").out)["recordings"]
    return {**told, "path": ""}


def test_a_copy_gives_the_same_report_and_has_other_words(rtlog: Callable, tmp_path: Path) -> None:
    before, copy = SAMPLE.read_bytes(), tmp_path / "shared.jsonl.gz"

    ran = rtlog("redact", str(SAMPLE), "-o", str(copy))

    assert (ran.code, ran.out) == (0, "")
    assert str(copy) in ran.err
    assert report(rtlog, copy) == report(rtlog, SAMPLE)
    assert b"parcel" in before
    assert b"parcel" not in gzip.decompress(copy.read_bytes())
    assert SAMPLE.read_bytes() == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_the_copy_lies_beside_the_original_and_is_never_written_over(rtlog: Callable, tmp_path: Path) -> None:
    original = tmp_path / "call.rtlog.jsonl"
    original.write_bytes(SAMPLE.read_bytes())

    assert rtlog("redact", str(original)).code == 0
    first = (tmp_path / "call.scrubbed.rtlog.jsonl").read_bytes()
    again = rtlog("redact", str(original))

    assert again.code == 2
    assert "already exists" in again.err
    assert (tmp_path / "call.scrubbed.rtlog.jsonl").read_bytes() == first
    assert rtlog("redact", str(original), "--force").code == 0
    assert (tmp_path / "call.scrubbed.rtlog.jsonl").read_bytes() != first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call.rtlog.jsonl", "call.scrubbed.rtlog.jsonl"]


def test_the_original_is_no_place_for_the_copy(rtlog: Callable, tmp_path: Path) -> None:
    original = tmp_path / "call.rtlog.jsonl"
    original.write_bytes(SAMPLE.read_bytes())

    ran = rtlog("redact", str(original), "-o", str(original), "--force")

    assert ran.code == 2
    assert "the recording itself" in ran.err
    assert original.read_bytes() == SAMPLE.read_bytes()


def test_a_seed_gives_the_same_copy_again(rtlog: Callable, tmp_path: Path) -> None:
    for name in ("one.jsonl.gz", "two.jsonl.gz"):
        assert rtlog("redact", str(SAMPLE), "--seed", "7", "-o", str(tmp_path / name)).code == 0

    assert (tmp_path / "one.jsonl.gz").read_bytes() == (tmp_path / "two.jsonl.gz").read_bytes()


def test_what_is_to_be_kept_is_named(rtlog: Callable, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"

    assert rtlog("redact", str(SAMPLE), "--keep", "instructions,spoken", "-o", str(copy)).code == 0
    assert "parcel" in copy.read_text()
    wrong = rtlog("redact", str(SAMPLE), "--keep", "words", "-o", str(copy))
    assert wrong.code == 2
    assert "'words' is none of spoken, arguments" in wrong.err


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_what_is_no_recording_is_told_in_one_line(
    rtlog: Callable, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = rtlog("redact", name)

    assert ran.code == 2
    assert ran.err.count("\n") == 1


def test_an_empty_seed_which_everybody_knows_is_refused(rtlog: Callable, tmp_path: Path) -> None:
    ran = rtlog("redact", str(SAMPLE), "--seed", "", "-o", str(tmp_path / "copy.jsonl"))

    assert (ran.code, "--seed: is empty" in ran.err) == (2, True)
    assert list(tmp_path.iterdir()) == []
