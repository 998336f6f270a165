"""A recording that a command reads is evidence: no command writes over it, and none copies half of it for the whole."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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


@pytest.mark.parametrize("command", ["analyze --exit-zero", "timeline", "stats", "info", "doctor"])
def test_a_pipe_is_written_to_and_a_link_stays_a_link(rtlog: Callable, command: str) -> None:
    os.mkfifo("pipe")
    Path("link").symlink_to("report.txt")
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(Path("pipe").read_text)
        assert rtlog(*command.split(), str(SAMPLE), "-o", "pipe").code == 0
    assert rtlog(*command.split(), str(SAMPLE), "-o", "link").code == 0

    assert Path("pipe").is_fifo()
    assert Path("link").is_symlink()
    assert told.result() == Path("report.txt").read_text() != ""


@pytest.mark.parametrize("command", ["cut --around 20", "redact", "export --format har"])
def test_no_copy_replaces_a_pipe(rtlog: Callable, command: str) -> None:
    os.mkfifo("pipe")

    ran = rtlog(*command.split(), str(SAMPLE), "-o", "pipe", "--force")
    assert (ran.code, "is a device or a pipe" in ran.err) == (2, True)
    assert Path("pipe").is_fifo()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs a device that is always full")
def test_a_full_disk_is_no_finding() -> None:
    for command in ("analyze", "analyze --statistics", "timeline"):
        with Path("/dev/full").open("w") as full:
            ran = subprocess.run(
                [sys.executable, "-m", "rtlog.cli", *command.split(), SAMPLE],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert (ran.returncode, ran.stderr) == (2, "rtlog: the output cannot be written: No space left on device\n")


@pytest.mark.parametrize("command", ["cut --around 20", "redact", "report"])
def test_a_packed_recording_that_ends_early_is_not_copied_as_if_it_were_whole(rtlog: Callable, command: str) -> None:
    torn = Path("torn.rtlog.jsonl.gz")
    torn.write_bytes(gzip.compress(SAMPLE.read_bytes(), mtime=0)[:3000])

    ran = rtlog(*command.split(), str(torn), "-o", "copy")

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "ends early): `rtlog doctor --repair` copies what can be read" in ran.err
    assert [path.name for path in Path().iterdir()] == [torn.name]


@pytest.mark.parametrize(
    "command", ["analyze --exit-zero", "timeline", "stats", "info", "doctor", "cut", "redact", "export"]
)
def test_the_folders_that_an_output_needs_are_made(rtlog: Callable, command: str) -> None:
    target = Path("new/folder/file.jsonl")

    assert rtlog(*command.split(), str(SAMPLE), "-o", str(target)).code == 0
    assert target.stat().st_size > 0


@pytest.mark.parametrize("command", ["analyze", "timeline", "info", "cut", "redact", "export"])
def test_an_output_inside_of_what_is_no_folder_is_told_in_one_line(rtlog: Callable, command: str) -> None:
    Path("file").write_text("mine")

    ran = rtlog(command, str(SAMPLE), "-o", "file/report.jsonl")

    assert (ran.code, ran.err.count("\n"), "cannot be written" in ran.err) == (2, 1, True)
    assert Path("file").read_text() == "mine"


@pytest.mark.parametrize(
    "command", ["cut", "redact", "doctor --repair", "export --format har", "merge {sample}", "report"]
)
@pytest.mark.parametrize("content", [b"\x7fELF\x02\x01\x01\0\0\n\xff\0", b"words\nof somebody\n", b'[1]\n"two"\n'])
def test_of_a_file_that_holds_no_record_nothing_is_made(rtlog: Callable, command: str, content: bytes) -> None:
    Path("other.jsonl").write_bytes(content)

    ran = rtlog(*command.format(sample=SAMPLE).split(), "other.jsonl", "-o", "copy")

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "not a recording" in ran.err
    assert [path.name for path in Path().iterdir()] == ["other.jsonl"]
