"""`rtlog timeline --output-format html` as a person runs it."""

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
R2 = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


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


def test_a_clean_recording_says_so(rtlog: Callable) -> None:
    told = page(rtlog("timeline", str(R2), "--format", "html").out)

    assert (told["about"]["verdict"], told["findings"], told["stories"]) == ("clean", [], [])
