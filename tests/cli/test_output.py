"""A recording that a command reads is evidence: no command writes over it, and none copies half of it for the whole."""

import gzip
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "command", ["analyze", "analyze --statistics", "timeline", "stats", "info", "diff call.jsonl", "doctor"]
)
@pytest.mark.parametrize("target", ["call.jsonl", "linked.jsonl"])
def test_no_report_is_written_over_the_recording_that_it_is_about(rtlog: Callable, command: str, target: str) -> None:
    call = Path("call.jsonl")
    call.write_bytes(SAMPLE.read_bytes())
    Path("linked.jsonl").symlink_to(call)

    ran = rtlog(*command.split(), "call.jsonl", "-o", target)

    assert (ran.code, ran.err.count("\n"), "is the recording itself" in ran.err) == (2, 1, True)
    assert call.read_bytes() == SAMPLE.read_bytes()


def test_a_report_is_written_over_the_one_before(rtlog: Callable) -> None:
    Path("report.txt").write_text("of yesterday")

    assert rtlog("analyze", str(SAMPLE), "--exit-zero", "-o", "report.txt").code == 0
    assert "RT101" in Path("report.txt").read_text()


@pytest.mark.parametrize("command", ["cut --around 20", "redact", "report"])
def test_a_packed_recording_that_ends_early_is_not_copied_as_if_it_were_whole(rtlog: Callable, command: str) -> None:
    torn = Path("torn.rtlog.jsonl.gz")
    torn.write_bytes(gzip.compress(SAMPLE.read_bytes(), mtime=0)[:3000])

    ran = rtlog(*command.split(), str(torn), "-o", "copy")

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "ends early): `rtlog doctor --repair` copies what can be read" in ran.err
    assert [path.name for path in Path().iterdir()] == [torn.name]
