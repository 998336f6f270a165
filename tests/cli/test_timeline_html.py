"""`rtlog timeline --output-format html` as a person runs it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
R2 = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


@pytest.fixture
def rtlog_with_stdin() -> Callable:
    """Give `rtlog(stdin, *arguments)` in a process of its own; what it prints."""

    def run(stdin: bytes, *arguments: str) -> str:
        command = [sys.executable, "-m", "rtlog.cli", *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout.decode()

    return run


def page(text: str) -> dict:
    (data,) = DATA.findall(text)
    return json.loads(data)


def test_a_page_is_written_whole_with_everything_in_it(rtlog: Callable, tmp_path: Path) -> None:
    target = tmp_path / "r1.html"
    ran = rtlog("timeline", str(R1), "--output-format", "html", "-o", str(target))
    told = page(target.read_text())

    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert told["about"]["title"] == R1.name
    assert told["about"]["headline"] == "1 story (1 error), 5 consequences"
    assert ["client", "livekit-agents@1.4.6"] in told["about"]["facts"]
    assert str(SAMPLES) not in target.read_text()
    assert len(told["records"]["line"]) == 101


def test_the_whole_recording_is_shown_whatever_the_style(rtlog: Callable) -> None:
    lanes, steps = (
        rtlog("timeline", str(R1), "--format", "html", "--style", style).out for style in ("lanes", "steps")
    )

    assert page(lanes)["records"] == page(steps)["records"]


def test_several_recordings_are_refused_in_one_line(rtlog: Callable, tmp_path: Path) -> None:
    ran = rtlog("timeline", str(R1), str(R2), "--output-format", "html", "-o", str(tmp_path / "both.html"))

    assert ran.code == 2
    assert ran.err == "rtlog: html shows one recording at a time: name one, and one -o file for it\n"
    assert list(tmp_path.iterdir()) == []


def test_no_spoken_leaves_out_what_was_said(rtlog: Callable) -> None:
    said, unsaid = (rtlog("timeline", str(R1), "--format", "html", *options).out for options in ((), ("--no-spoken",)))

    assert "Are you still there" in said
    assert "Are you still there" not in unsaid


def test_records_stand_there_as_they_were_recorded_unless_words_are_left_out(rtlog: Callable) -> None:
    said, unsaid = (rtlog("timeline", str(R1), "--format", "html", *options).out for options in ((), ("--no-spoken",)))
    lines = [json.loads(line) for line in R1.read_text().splitlines()]

    assert json.loads(page(said)["raw"]["128"]) == lines[127]
    assert len(page(said)["raw"]) == len(page(unsaid)["raw"]) == 101
    assert any("Are you still there" in line for line in page(said)["raw"].values())
    assert not any("Are you still there" in line for line in page(unsaid)["raw"].values())


def test_what_comes_through_a_pipe_is_drawn_without_its_lines(rtlog_with_stdin: Callable) -> None:
    told = page(rtlog_with_stdin(R1.read_bytes(), "timeline", "-", "--format", "html"))

    assert len(told["records"]["line"]) == 101
    assert told["raw"] == {}


def test_a_secret_in_a_recording_that_was_made_elsewhere_is_not_shown(rtlog: Callable, tmp_path: Path) -> None:
    key = "sk-proj-" + "a1B2" * 12
    session = {"type": "session.created", "session": {"client_secret": {"value": "ek_hidden_hidden"}, "model": key}}
    path = tmp_path / "elsewhere.jsonl"
    path.write_text(json.dumps({"dir": "server", "t": 1, "event": session}) + "\n")

    ran = rtlog("timeline", str(path), "--format", "html")
    assert "session.created" in page(ran.out)["raw"]["1"]
    assert "ek_hidden_hidden" not in ran.out
    assert key not in ran.out


def test_long_lines_are_cut(rtlog: Callable, tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text(
        json.dumps({"dir": "server", "t": 1, "event": {"type": "session.created", "x": "y" * 50_000}}) + "\n"
    )

    assert len(page(rtlog("timeline", str(path), "--format", "html").out)["raw"]["1"]) < 1_000


def test_a_clean_recording_says_so(rtlog: Callable) -> None:
    told = page(rtlog("timeline", str(R2), "--format", "html").out)

    assert (told["about"]["verdict"], told["findings"], told["stories"]) == ("clean", [], [])
