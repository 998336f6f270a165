"""Timelines at every width, in every script: lifelines stand in the same columns and no line is too wide."""

import io
import re
from collections.abc import Callable
from itertools import product

import pytest
from rich.cells import cell_len
from rich.console import Console

from rtlog.cli.painting import paint
from rtlog.timelines.drawing import drawing_for
from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import rows
from rtlog.timelines.step_walk import walk
from rtlog.timelines.swimlanes import draw
from rtlog.timelines.t_list import listing
from rtlog.timelines.telling import Teller, clip
from rtlog.timelines.windows import Selection, of_stories

STYLES = {"lanes": draw, "steps": walk, "list": listing}
WIDTHS = (60, 80, 120, 200)
WORDS = {
    "japanese": "注文番号は七七四一です。" * 8,
    "emoji": "👨\u200d👩\u200d👧\u200d👦 ❤️ 🇩🇪 👍🏽 " * 12,
    "combining": "Cafe\u0301 Zu\u0308rich " * 14,
    "arabic": "أين طلبي رقم ٧٧٤١ من فضلك؟ " * 7,
    "hebrew": "איפה ההזמנה שלי 7741? " * 7,
    "bidi controls": "\u202eabc\u202c \u2066def\u2069 \u200f" * 8,
    "one long word": "x" * 300,
    "hindi": "मेरा ऑर्डर कहाँ है? " * 8,
}
UPRIGHT, MIDDLE = "[│┃┏┗┣]", "(?: +|─+→|←─+)"
LIFELINES = re.compile(rf"(?P<client>{UPRIGHT}){MIDDLE}(?P<server>{UPRIGHT})   (?P<local>{UPRIGHT}|●)")
HEADS = re.compile(r" *(?P<client>C) +(?P<server>S)   (?P<local>L)")
BIDI_CONTROLS = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Sample = Callable[[str], Timeline]
Tape = Callable[..., Timeline]


def drawn(timeline: Timeline, style: str, width: int) -> list[str]:
    """Give the lines as a terminal of *width* columns gets them."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, highlight=False)
    page = rows(timeline, Selection(None if style == "lanes" else of_stories(timeline)))
    drawing = drawing_for(width, ascii_only=False)
    paint(console, STYLES[style](timeline, page, Teller(timeline.names, timeline.epoch), drawing))
    return stream.getvalue().splitlines()


def below_heads(lines: list[str]) -> tuple[re.Match[str], list[str]]:
    """Give the line that names the lifelines, and all lines on which they are drawn: those from the first on."""
    heads = next(filter(None, map(HEADS.match, lines)))
    first = next(number for number, line in enumerate(lines) if LIFELINES.search(line))
    return heads, lines[first:]


def columns(line: str) -> tuple[int, ...]:
    """Give the columns in which the lifelines of *line* stand."""
    match = LIFELINES.search(line)
    assert match is not None, line
    return tuple(cell_len(line[: match.start(name)]) for name in ("client", "server", "local"))


@pytest.mark.parametrize(("style", "width"), list(product(STYLES, WIDTHS)))
def test_no_line_of_a_sample_is_wider_than_the_terminal(style: str, width: int, sample: str, of_sample: Sample) -> None:
    lines = drawn(of_sample(sample), style, width)

    assert max(map(cell_len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize("width", WIDTHS)
def test_lifelines_of_a_sample_stand_in_the_same_columns_in_each_row(
    width: int, sample: str, of_sample: Sample
) -> None:
    heads, lines = below_heads(drawn(of_sample(sample), "lanes", width))

    assert {columns(line) for line in lines} == {(heads.start("client"), heads.start("server"), heads.start("local"))}


@pytest.mark.parametrize(("script", "style", "width"), list(product(WORDS, STYLES, WIDTHS)))
def test_words_of_any_script_keep_to_the_width(script: str, style: str, width: int, of_tape: Tape) -> None:
    lines = drawn(spoken(WORDS[script], of_tape), style, width)

    assert max(map(cell_len, lines)) <= width
    assert any(clip(WORDS[script][:3]) in line for line in lines)
    assert not BIDI_CONTROLS & set("".join(lines))


@pytest.mark.parametrize(("script", "width"), list(product(WORDS, WIDTHS)))
def test_words_of_any_script_leave_the_lifelines_where_they_are(script: str, width: int, of_tape: Tape) -> None:
    heads, lines = below_heads(drawn(spoken(WORDS[script], of_tape), "lanes", width))

    assert {columns(line) for line in lines} == {(heads.start("client"), heads.start("server"), heads.start("local"))}


def spoken(words: str, of_tape: Tape) -> Timeline:
    return of_tape(f"""
    0   < committed m1
    1   < added m1 user
    20  < transcribed m1 "{words.strip()}"
    30  < response r1
    40  < output r1 fc1 call call_id=c1 name="{words[:40].strip()}"
    50  > delete fc1
    100 < deleted fc1
    120 < finished r1 completed
    """)
