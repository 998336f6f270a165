"""Markdown for an issue: what comes from the wire is shown and never obeyed, and nobody's words are in it."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.timelines.issue import Issue
from rtlog.timelines.markdown import markdown
from rtlog.timelines.markdown_text import code, code_block, plain
from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import rows
from rtlog.timelines.telling import Teller

Tape = Callable[..., Timeline]

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "@everybody",
    "[click](https://evil.example)",
    "**bold**",
    "`tick` ``two``",
    "https://evil.example/x",
    "www.evil.example",
    "livekit/agents#5021",
    "GH-26",
    "# heading",
    "| a | b |",
    "&lt;",
    "a_b_c",
    "~~gone~~",
    "![](x)",
    "\\",
]
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")


def outside_code(text: str) -> str:
    return CODE_SPAN.sub("", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_of_the_wire_becomes_code(text: str) -> None:
    left = outside_code(plain(text))

    assert not re.search(r"[<>@#\[\]*_`|&~!\\]|://|www\.|GH-", left)


@given(st.text(alphabet="`a <>@", min_size=1))
def test_a_code_span_holds_its_text_whatever_backticks_it_has(text: str) -> None:
    fence, inner = re.fullmatch(r"(`+)(.*?)\1", code(text), re.DOTALL).groups()  # type: ignore[union-attr]

    assert inner.strip(" ") == text.strip(" ") or text in inner
    assert fence not in re.findall("`+", inner)


def test_a_block_is_fenced_longer_than_anything_in_it() -> None:
    assert code_block(["x ```` y"])[0] == "`````text"


def test_our_own_sentences_stay_readable() -> None:
    sentence = "FC1 was deleted while its call was open: T+82, 352 ms (acknowledged), the application's context"

    assert plain(sentence) == sentence


def document(timeline: Timeline, *, private: bool = False) -> str:
    teller = Teller(timeline.names, timeline.epoch, private=private)
    return "\n".join(markdown(timeline, rows(timeline), teller, Issue("x.rtlog.jsonl")))


def test_hostile_ids_names_and_reasons_stay_in_code(of_tape: Tape) -> None:
    text = document(
        of_tape("""
    0  < response r1
    1  < output r1 <b>@me</b> call call_id=c1 name="<script>@you</script>"
    2  < added <b>@me</b> call call_id=c1 name="<script>@you</script>"
    3  > delete [x](https://evil.example) event_id=e1
    4  < error "**@them**" e1 "<img>"
    5  < finished r1 failed "``` @us"
    6  < @strange.event
    """)
    )
    prose = [line for line in text.splitlines() if not line.startswith(("Server conv", "mirror", "local"))]

    assert not any(re.search(r"[<>@]|\]\(", outside_code(line)) for line in prose)
    assert "@them" in text


def test_nobodys_words_are_in_it_unless_asked_for(of_tape: Tape) -> None:
    timeline = of_tape("""
    0  < committed m1
    1  < added m1 user
    2  < transcribed m1 "my secret number is 7"
    3  < response r1
    4  < output r1 fc1 call call_id=c1
    5  < arguments r1 fc1 "{secret}"
    6  < part_done r1 m2 "the secret answer"
    """)

    assert "secret" not in document(timeline)
    assert "21 characters" in document(timeline)
    assert "secret number" in document(timeline, private=True)


def test_an_empty_page_says_so(of_tape: Tape) -> None:
    timeline = of_tape("0 < added m1 user")
    teller = Teller(timeline.names, timeline.epoch)

    assert list(markdown(timeline, [], teller, Issue("x")))[-1] == "Nothing to show."
