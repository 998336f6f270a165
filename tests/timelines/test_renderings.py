"""The renderings of R1, the race of livekit/agents#5021, as its maintainers would draw it.

`RTLOG_WRITE_GOLDEN=1 pytest tests/timelines/test_renderings.py` writes the golden files again; read what it wrote.
"""

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from rtlog.analyzers.analysis import Analysis, Facts
from rtlog.analyzers.tape import parse
from rtlog.cli.painting import paint
from rtlog.recordings.damage import Damage
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.drawing import drawing_for
from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import Row, rows
from rtlog.timelines.step_walk import walk
from rtlog.timelines.swimlanes import draw
from rtlog.timelines.t_list import listing
from rtlog.timelines.telling import Line, Teller
from rtlog.timelines.windows import Selection, of_stories

Sample = Callable[..., Timeline]
Tape = Callable[..., Timeline]
GOLDEN = Path(__file__).parent / "golden"
STYLES = {"lanes": draw, "steps": walk, "list": listing}


def page_of(timeline: Timeline, style: str) -> list[Row]:
    return rows(timeline, Selection(None if style == "lanes" else of_stories(timeline)))


def lines_of(timeline: Timeline, style: str, width: int, *, ascii_only: bool = False) -> Iterator[Line]:
    teller = Teller(timeline.names, timeline.epoch)
    return STYLES[style](timeline, page_of(timeline, style), teller, drawing_for(width, ascii_only=ascii_only))


def painted(lines: Iterator[Line], width: int, *, colour: bool = False, ascii_only: bool = False) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii" if ascii_only else "utf-8", newline="")
    console = Console(
        file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None, highlight=False
    )
    paint(console, lines)
    stream.seek(0)
    return stream.read()


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("RTLOG_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("style", STYLES)
def test_r1_is_drawn_as_in_the_thread_at_every_width(style: str, width: int, of_sample: Sample) -> None:
    compare(f"r01-{style}-{width}.txt", painted(lines_of(of_sample("r01"), style, width), width))


@pytest.mark.parametrize("style", STYLES)
def test_each_sample_is_drawn_as_it_was_when_somebody_looked(style: str, sample: str, of_sample: Sample) -> None:
    compare(f"{sample}-{style}-100.txt", painted(lines_of(of_sample(sample), style, 100), 100))


@pytest.mark.parametrize("style", STYLES)
def test_wide_characters_are_measured_as_the_terminal_shows_them(style: str, of_tape: Tape) -> None:
    timeline = of_tape(f'0 < committed m1\n1 < added m1 user\n2 < transcribed m1 "{"注文番号は七七四一です。" * 12}"')
    text = painted(lines_of(timeline, style, 60), 60)

    assert max(cell_len(line) for line in text.splitlines()) <= 60
    assert "注文番号" in text


@pytest.mark.parametrize("style", STYLES)
def test_ascii_terminals_get_ascii(style: str, of_sample: Sample) -> None:
    text = painted(lines_of(of_sample("r01"), style, 100, ascii_only=True), 100, ascii_only=True)

    assert text.isascii()
    assert "conversation.item.added" in text


@pytest.mark.parametrize("style", STYLES)
def test_colour_adds_nothing_but_colour(style: str, of_sample: Sample) -> None:
    timeline = of_sample("r01")
    coloured = painted(lines_of(timeline, style, 100), 100, colour=True)

    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == painted(lines_of(timeline, style, 100), 100)


@pytest.mark.parametrize("style", STYLES)
def test_hostile_text_reaches_no_terminal(style: str, of_tape: Tape) -> None:
    esc = r"\u001b[2J\u0007\u202e"
    timeline = of_tape(f"""
    0  < committed m1
    1  < added m1 user
    2  < transcribed m1 "{esc}"
    3  < response r1
    4  < output r1 fc1 call call_id=c1 name="{esc}"
    5  < finished r1 failed "{esc}"
    6  > delete m1 event_id=e1
    7  < error "{esc}" e1 "{esc}"
    8  L log level=info message="{esc}"
    """)
    text = painted(lines_of(timeline, style, 100), 100)

    assert not set("\x1b\x07\u202e") & set(text)
    assert "\\x1b[2J" in text


@pytest.mark.parametrize("style", STYLES)
def test_every_sample_is_drawn_in_every_style(style: str, sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)
    text = painted(lines_of(timeline, style, 120), 120)

    assert all(finding.rule in text for finding in timeline.findings)


def test_several_connections_are_told_apart(of_tape: Tape) -> None:
    text = painted(lines_of(of_tape("0 < added m1 user\n5 < added m1 user conn=2"), "lanes", 100), 100)

    assert "#1 conversation.item.added" in text
    assert "#2 conversation.item.added" in text


def test_findings_that_stand_at_no_record_are_told_below() -> None:
    analysis, builder = Analysis(), TimelineBuilder()
    for record in parse("0 < added m1 user\n5 > delete m1"):
        builder.feed(record, analysis.feed(record))
    analysis.finish(Facts(damage=[Damage(99, "is no JSON object")], damaged_lines=1))
    text = painted(lines_of(builder.build(analysis), "lanes", 120), 120)

    assert re.search(r"! RT901 .*line 99", text)
