"""The drawn chart: valid XML whatever the wire said, self-contained, bounded, and true to the records.

`RTLOG_WRITE_GOLDEN=1 pytest tests/timelines/vector` writes the golden file again; look at it in a browser.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import rows
from rtlog.timelines.telling import Segment, Teller
from rtlog.timelines.vector.chart import MOST_ROWS, WIDTH, chart
from rtlog.timelines.vector.wrapping import columns, wrapped
from rtlog.timelines.windows import Selection, of_stories

GOLDEN = Path(__file__).parents[1] / "golden" / "r01.svg"
SVG = "{http://www.w3.org/2000/svg}"
Tape = Callable[..., Timeline]
Sample = Callable[[str], Timeline]


def drawn(timeline: Timeline, title: str = "r") -> str:
    page = rows(timeline)
    return "\n".join(chart(timeline, page, Teller(timeline.names, timeline.epoch), title))


def parsed(source: str) -> ET.Element:
    # What is parsed was written by the function under test.
    return ET.fromstring(source.encode())  # noqa: S314


def texts(root: ET.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def arrows(root: ET.Element, name: str) -> list[dict[str, float]]:
    lines = [e for e in root.iter(f"{SVG}line") if name in e.get("class", "").split()]
    return [{end: float(e.get(end, "")) for end in ("x1", "y1", "x2", "y2")} for e in lines]


def heights(root: ET.Element, start: str) -> list[float]:
    found = [e for e in root.iter(f"{SVG}text") if "".join(e.itertext()).startswith(start)]
    return [float(e.get("y", "")) - 4 for e in found]


def test_r1_is_drawn_as_it_was_when_somebody_looked(of_sample: Sample) -> None:
    timeline = of_sample("r01")
    page = rows(timeline, Selection(of_stories(timeline)))
    picture = "\n".join(chart(timeline, page, Teller(timeline.names, timeline.epoch), "r01")) + "\n"
    if os.environ.get("RTLOG_WRITE_GOLDEN"):
        GOLDEN.write_text(picture, encoding="utf-8")

    assert picture == GOLDEN.read_text(encoding="utf-8")


def test_every_sample_is_valid_self_contained_and_names_its_findings(sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)
    source = drawn(timeline)
    root = parsed(source)

    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "style", "defs", "marker", "path", "rect", "text", "tspan", "line", "circle",
    }  # fmt: skip
    assert re.findall(r"https?://[^\"\s<]+", source) == ["http://www.w3.org/2000/svg"]
    assert "@import" not in source
    assert re.findall(r"url\(([^)]*)\)", source) == ["#head"] * source.count("url(")
    assert all(finding.rule in " ".join(texts(root)) for finding in timeline.findings)


def test_a_request_slopes_down_to_its_answer(of_tape: Tape) -> None:
    root = parsed(drawn(of_tape("0 < added m1 user\n10 > delete m1\n300 < deleted m1")))
    (sent,) = arrows(root, "wire-client")
    answers = arrows(root, "wire-server")

    assert [sent["y1"]] == heights(root, "conversation.item.delete  ")
    assert [sent["y2"]] == heights(root, "conversation.item.deleted")
    assert sent["x1"] < sent["x2"]
    assert all(answer["y1"] == answer["y2"] and answer["x2"] < answer["x1"] for answer in answers)


def test_a_refused_request_is_marked_and_one_without_an_answer_is_level(of_tape: Tape) -> None:
    root = parsed(drawn(of_tape('0 > delete m9 event_id=e1\n50 < error "item_not_found" e1 "no"\n60 > cancel')))
    (refused,) = arrows(root, "refused")
    level = [arrow for arrow in arrows(root, "wire-client") if arrow != refused]

    assert refused["y2"] > refused["y1"]
    assert [arrow["y1"] == arrow["y2"] for arrow in level] == [True]


def test_later_stands_lower_and_a_long_pause_is_squeezed(of_tape: Tape) -> None:
    def gap(ms: int) -> float:
        first, second = heights(
            parsed(drawn(of_tape(f"0 < added m1 user\n{ms} < added m2 user"))), "conversation.item.a"
        )
        return second - first

    assert gap(1) < gap(200) < gap(400) < gap(500) == gap(999)


def test_a_response_is_a_bar_from_its_begin_to_its_end(of_tape: Tape) -> None:
    root = parsed(drawn(of_tape("0 < response r1\n400 < finished r1 completed\n500 < added m1 user")))
    (bar,) = [e for e in root.iter(f"{SVG}rect") if "bar-response" in e.get("class", "")]
    (start,), (end,) = heights(root, "response.created"), heights(root, "response.done")

    assert float(bar.get("y", "")) == start
    assert float(bar.get("height", "")) == pytest.approx(end - start)
    assert bar.findtext(f"{SVG}title") == "response R1, from T+0ms until T+400ms"


def test_hostile_text_stays_text(of_tape: Tape) -> None:
    hostile = r"</text><script>alert(1)</script>&\u001b[2J\u0000\ufffe\u202e"
    timeline = of_tape(f'0 < committed m1\n1 < added m1 user\n2 < transcribed m1 "{hostile}"')
    source = drawn(timeline, "a<b>&\x00\ud800")
    root = parsed(source)

    assert not list(root.iter(f"{SVG}script"))
    assert root.findtext(f"{SVG}title") == "a<b>&\\x00\\ud800"
    assert any(r"</text><script>alert(1)</script>&\x1b[2J" in text for text in texts(root))
    assert not {"\x1b", "\x00", "\u202e"} & set(source)


def test_a_long_recording_is_cut_and_the_picture_says_so(of_tape: Tape) -> None:
    tape = "\n".join(f"{n} < added m{n} user" for n in range(MOST_ROWS + 50)) + "\n2000 > delete m3\n2001 > delete m3"
    timeline = of_tape(tape)
    page = rows(timeline)
    root = parsed("\n".join(chart(timeline, page, Teller(timeline.names, timeline.epoch), "r")))
    (note,) = [text for text in texts(root) if "more rows are not drawn" in text]

    assert f"... {len(page) - MOST_ROWS} more rows" in note
    assert len(arrows(root, "wire-server")) <= MOST_ROWS


def test_nothing_is_wider_than_the_page(of_tape: Tape) -> None:
    words = "注文番号は七七四一です。" * 12 + "x" * 200
    root = parsed(drawn(of_tape(f'0 < committed m1\n1 < added m1 user\n2 < transcribed m1 "{words}"')))
    ends = [
        float(e.get("x", "")) + 7.3 * columns("".join(e.itertext()))
        for e in root.iter(f"{SVG}text")
        if e.get("class") is None
    ]

    assert ends
    assert max(ends) <= WIDTH


@pytest.mark.parametrize("text", ["one two three four five six", "漢字" * 20, "e\u0301" * 30, "x" * 45, "a 漢 " * 9])
def test_wrapping_keeps_all_that_is_no_space_within_the_room(text: str) -> None:
    lines = wrapped((Segment(text, "private"),), 20)
    whole = "".join(segment.text for line in lines for segment in line)

    assert all(columns("".join(segment.text for segment in line).rstrip()) <= 20 for line in lines)
    assert re.sub(r"\s", "", whole) == re.sub(r"\s", "", text)
