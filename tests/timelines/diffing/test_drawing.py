"""How a comparison is drawn: R1 against its fix, at every width, in every encoding, whatever the wire says.

`RTLOG_WRITE_GOLDEN=1 pytest tests/timelines/diffing/test_drawing.py` writes the golden files again; read what it wrote.
"""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from rtlog.cli.painting import paint
from rtlog.recordings.format import Header
from rtlog.timelines.diffing.comparison import Comparison
from rtlog.timelines.diffing.diff_markdown import LIMIT, markdown
from rtlog.timelines.diffing.diff_text import Style, difference
from rtlog.timelines.diffing.hunks import HEAD, TAIL
from rtlog.timelines.diffing.sides import Side, side_of
from rtlog.timelines.diffing.telling import tellers_of
from rtlog.timelines.drawing import LINES, drawing_for

Pair = Callable[..., Comparison]
GOLDEN = Path(__file__).parent / "golden"
TURN = '0 < speech_started m1\n500 < committed m1\n510 < added m1 user\n520 < transcribed m1 "Where is it?"\n'


def sides_of(comparison: Comparison) -> tuple[Side, Side]:
    """Give sides whose files say nothing of themselves."""
    a, b = comparison.a.timeline, comparison.b.timeline
    return side_of("a.rtlog.jsonl", Header(), a, {}), side_of("b.rtlog.jsonl", Header(), b, {})


def drawn(
    comparison: Comparison, width: int = 100, *, colour: bool = False, ascii_only: bool = False, private: bool = True
) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii" if ascii_only else "utf-8", newline="")
    console = Console(
        file=stream, width=width, force_terminal=colour, color_system="truecolor" if colour else None, highlight=False
    )
    style = Style(drawing_for(width, ascii_only=ascii_only), 3)
    paint(console, difference(comparison, sides_of(comparison), tellers_of(comparison, private=private), style))
    stream.seek(0)
    return stream.read()


def document(comparison: Comparison, *, private: bool = False) -> str:
    lines = markdown(comparison, sides_of(comparison), tellers_of(comparison, private=private), Style(LINES, 3))
    return "".join(f"{line}\n" for line in lines)


def compare_golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("RTLOG_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("pair", [("r01", "r02"), ("r05", "r05b"), ("r08", "r08b")], ids="-".join)
def test_a_release_is_drawn_against_another(pair: tuple[str, str], of_samples: Pair) -> None:
    compare_golden(f"{'-'.join(pair)}.txt", drawn(of_samples(*pair)))


def test_an_issue_gets_a_diff_block_without_what_was_said(of_samples: Pair) -> None:
    text = document(of_samples("r01", "r02"))

    compare_golden("r01-r02.md", text)
    assert "Are you still there" not in text
    assert "Are you still there" in document(of_samples("r01", "r02"), private=True)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("pair", [("r01", "r02"), ("r02", "r03"), ("r04", "r08b")], ids="-".join)
def test_no_line_is_wider_than_the_terminal(width: int, pair: tuple[str, str], of_samples: Pair) -> None:
    assert max(cell_len(line) for line in drawn(of_samples(*pair), width).splitlines()) <= width


def test_every_line_of_a_difference_has_its_sign(of_samples: Pair) -> None:
    page = drawn(of_samples("r01", "r02"), 60).partition("@@")[2]
    signs = {line[:2] for line in page.splitlines()[1:] if line and not line.startswith("@@")}

    assert {"- ", "+ ", "  "} <= signs
    assert re.search(r"(?m)^- {23,}refuses msg6 behind FC1", page)


def test_ascii_terminals_get_ascii(of_samples: Pair) -> None:
    assert drawn(of_samples("r01", "r02"), ascii_only=True).isascii()


def test_colour_adds_nothing_but_colour(of_samples: Pair) -> None:
    coloured = drawn(of_samples("r01", "r02"), colour=True)

    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == drawn(of_samples("r01", "r02"))


def test_hostile_text_reaches_neither_terminal_nor_markup(of_tapes: Pair) -> None:
    esc = r"\u001b[2J\u0007\u202e```@everyone"
    hostile = f"""
    0   < speech_started m1
    500 < committed m1
    510 < added m1 user
    520 < transcribed m1 "{esc}"
    560 < response r1
    570 < output r1 fc1 call call_id=c1 name="{esc}"
    580 < finished r1 failed "{esc}"
    590 > delete m1 event_id=e1
    600 < error "{esc}" e1 "{esc}"
    610 L log level=info message="{esc}"
    """
    comparison = of_tapes(TURN, hostile)
    text, issue = drawn(comparison), document(comparison, private=True)

    assert not set("\x1b\x07\u202e") & set(text + issue)
    assert "\\x1b[2J" in text
    fence = next(line for line in issue.splitlines() if line.endswith("diff")).removesuffix("diff")
    assert len(fence) > 3
    assert issue.count(f"\n{fence}\n") == 1


def test_wide_and_right_to_left_words_stay_within_the_width(of_tapes: Pair) -> None:
    long = TURN.replace("Where is it?", "注文番号は七七四一です。" * 8 + "שלום " * 20)
    text = drawn(of_tapes(TURN, long + "900 > delete m1"), 60)

    assert max(cell_len(line) for line in text.splitlines()) <= 60
    assert "注文番号" in text
    assert "in B:" in text


def test_the_middle_of_a_long_difference_is_counted_and_a_finding_in_it_is_shown(of_tapes: Pair) -> None:
    many = "".join(f"{600 + i} < added a{i} assistant\n" for i in range(100))
    broken = many.replace("650 < added a50 assistant", "650 < added a50 assistant prev=gone")
    comparison = of_tapes(TURN, TURN + broken)
    page = drawn(comparison, 200).partition("@@")[2]
    hidden = [int(count) for count in re.findall(r"\.\.\. (\d+) more that differ", page)]

    assert comparison.counts["new"] == 100
    assert len(hidden) > 1
    assert "RT102" in page
    assert sum(hidden) + len(re.findall(r"(?m)^\+ .*conversation.item.added", page)) == 100
    assert HEAD + TAIL < 100


def test_an_issue_is_cut_where_a_forge_would_refuse_it(of_tapes: Pair) -> None:
    turns = "".join(
        f"{t} < speech_started u{t}\n{t + 1} < committed u{t}\n{t + 2} < added u{t} user\n{t + 3} > delete u{t}\n"
        for t in range(1000, 1000 + 10 * 600, 10)
    )
    text = document(of_tapes(TURN, TURN + turns))

    assert LIMIT - 2_000 < len(text) < LIMIT
    assert re.search(r"\n\.\.\. [0-9,]+ more lines are not shown \.\.\.\n```\n$", text)


def test_sessions_that_mean_the_same_are_one_line(of_tapes: Pair) -> None:
    comparison = of_tapes(TURN, TURN.replace("m1", "u9"))
    text = drawn(comparison)

    assert text.splitlines()[0] == "same: 1 turn, 5 steps"
    assert [line for line in text.splitlines() if "@@" in line] == []


def test_what_the_second_calls_otherwise_goes_by_the_firsts_names(of_tapes: Pair) -> None:
    more = TURN.replace("510 < added m1 user", "505 < added x1 assistant\n510 < added m1 user") + "900 > delete m1"
    extra = TURN.replace("0 < speech_started m1", "0 < added x1 assistant\n1 < speech_started m1") + "900 > delete m1"

    assert "+msg2 (assistant)" in drawn(of_tapes(TURN, more))
    text = drawn(of_tapes(TURN, extra))
    assert "of B's own msg2 is msg1" in text
    assert re.search(r"\+ .*conversation.item.delete  msg1", text)
