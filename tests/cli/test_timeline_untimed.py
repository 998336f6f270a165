"""`rtlog timeline` of a recording without times: the seconds by the ids, called coarse, in every form for people."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

LABEL = "~10 s by ids, from ~2026-07-07 16:21:09 UTC: a coarse clock, by which nothing is ordered"
SESSION = {"id": "sess_Dz2ph2ZUVup6OsPp8dU6I", "expires_at": 1_783_444_869}


@pytest.fixture
def untimed(tmp_path: Path) -> Path:
    events = [
        {"type": "session.created", "event_id": "event_Dz2phSUIKOB3Jch66U6MQ", "session": SESSION},
        {"type": "input_audio_buffer.clear"},
        {"type": "input_audio_buffer.cleared", "event_id": f"event_Dz2pr{'0' * 16}"},
    ]
    path = tmp_path / "pasted.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in events))
    return path


@pytest.mark.parametrize(
    ("style", "rows"),
    [
        ("lanes", ["~0s line 1 │", "     line 2 │", "~10s line 3 │"]),
        ("steps", ["~0s line 1  ←", "     line 2  →", "~10s line 3  ←"]),
        ("list", ["~0s line 1 —", "line 2 —", "~10s line 3 —"]),
    ],
)
def test_a_row_of_the_server_has_its_second_and_the_head_says_what_it_is(
    rtlog: Callable, untimed: Path, style: str, rows: list[str]
) -> None:
    lines = rtlog("timeline", str(untimed), "--style", style).out.splitlines()

    assert lines[1] == f"untimed; {LABEL}"
    assert [row for row in rows if not any(row in line for line in lines)] == []


def test_markdown_and_the_page_say_it_too(rtlog: Callable, untimed: Path) -> None:
    markdown = rtlog("timeline", str(untimed), "--format", "markdown").out
    page = rtlog("timeline", str(untimed), "--format", "html").out

    assert f"| untimed | {LABEL} |" in markdown.replace("`", "")
    assert "* **~10s line 3**" in markdown.replace("`", "")
    assert LABEL in page


def test_ids_that_are_no_clock_are_not_shown_as_one(rtlog: Callable, untimed: Path) -> None:
    untimed.write_text(untimed.read_text().replace("event_Dz2pr", "event_Dz2pa"))

    told = rtlog("timeline", str(untimed)).out

    assert "~" not in told
    assert "line 3 │" in told
