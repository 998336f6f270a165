"""The page of a timeline as data and as markup; `tests/e2e/browser` opens it in a browser."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import accumulate

import pytest

from rtlog.cli.rendering.html import sources
from rtlog.timelines.html.collecting import page_of
from rtlog.timelines.html.data import About, Page
from rtlog.timelines.html.page import Sources, as_json, html
from rtlog.timelines.model import Burst, Entry, Timeline
from rtlog.timelines.rows import rows
from rtlog.timelines.telling import Teller
from rtlog.timelines.windows import Selection, Window

Sample = Callable[..., Timeline]
Tape = Callable[..., Timeline]
ABOUT = About(title="a", verdict="clean", headline="clean", started=None, facts=[])
ALL = Selection()


def paged(timeline: Timeline, selection: Selection = ALL, *, private: bool = True) -> Page:
    teller = Teller(timeline.names, timeline.epoch, private=private)
    return page_of(timeline, selection, rows(timeline, selection), teller, ABOUT)


class Elements(HTMLParser):
    """Collects the scripts, the style and the policy of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside = ""
        self.scripts: list[str] = []
        self.style = self.data = self.policy = ""
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in {"src", "href"} and value]
        self.inside = "data" if told.get("type") == "application/json" else tag
        if told.get("http-equiv") == "Content-Security-Policy":
            self.policy = told["content"] or ""
        if self.inside == "script":
            self.scripts.append("")

    def handle_endtag(self, _tag: str) -> None:
        self.inside = ""

    def handle_data(self, text: str) -> None:
        if self.inside == "script":
            self.scripts[-1] += text
        elif self.inside in {"style", "data"}:
            setattr(self, self.inside, getattr(self, self.inside) + text)


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_every_record_is_a_row_at_its_line_and_time(sample: str, of_sample: Sample) -> None:
    timeline = of_sample(sample)
    page = paged(timeline)
    entries = [element.at for element in timeline.elements if isinstance(element, Entry)]
    bursts = [element for element in timeline.elements if isinstance(element, Burst)]

    assert list(accumulate(page.records.line)) == [at.line for at in entries]
    assert list(accumulate(page.records.t)) == [(at.t or 0) // 1000 for at in entries]
    assert [page.types[number] for number in page.records.type] == [at.type for at in entries]
    assert len(page.deltas.line) == sum(len(burst) for burst in bursts)
    assert len({len(column) for column in (page.records.line, page.records.text, page.records.items)}) == 1


def test_findings_and_stories_go_by_number(of_sample: Sample) -> None:
    page = paged(of_sample("r01"))
    (story,) = page.stories

    assert page.findings[story.root].rule == "RT101"
    assert sorted(story.findings) == list(range(6))
    assert {page.findings[number].caused_by for number in story.findings} >= {-1, story.root}
    assert page.findings[story.root].message.startswith(
        "FC1 was deleted while its call was open: the server added it at T+82"
    )
    assert [each.line for each in page.findings[story.root].evidence] == [111, 125, 128, 131, 133, 135]


def test_a_window_holds_its_records_and_says_what_it_leaves_out(of_sample: Sample) -> None:
    page = paged(of_sample("r01"), Selection((Window(120, 130),)))

    lines = list(accumulate(page.records.line))
    assert lines
    assert all(121 <= line <= 131 for line in lines)
    assert len(page.notes) == 2
    assert "RT101" in page.notes[0]
    assert len(page.lanes) == len(paged(of_sample("r01")).lanes)


def test_an_item_that_is_asked_for_leaves_the_deltas_out(of_sample: Sample) -> None:
    timeline = of_sample("r01")
    (call,) = (item for item, label in timeline.names.items.items() if label == "FC1")
    page = paged(timeline, Selection(item=call))

    assert page.deltas.line == []
    assert 0 < len(page.records.line) < len(paged(timeline).records.line)


def test_what_was_said_can_be_left_out(of_sample: Sample) -> None:
    told, kept = (as_json(paged(of_sample("r01"), private=private)) for private in (True, False))

    assert "Are you still there" in told
    assert "Are you still there" not in kept


def test_the_page_is_one_file_that_runs_only_its_own_scripts(of_sample: Sample) -> None:
    text = "".join(html(sources(), paged(of_sample("r01"))))
    page = Elements(text)
    policy = dict(part.split(" ", 1) for part in page.policy.split("; "))

    assert text.isascii()
    assert policy["default-src"] == "'none'"
    assert policy["script-src"].split() == [hashed(script) for script in page.scripts]
    assert policy["style-src"] == hashed(page.style)
    assert [link for link in page.links if not link.startswith("data:")] == []
    assert "style=" not in sources().markup
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|eval\(|new Function", "".join(page.scripts))


def test_data_cannot_leave_its_script_element(of_tape: Tape) -> None:
    attack = "</script><script>alert(1)</script><!-- \u2028 \U0001f600 ü"
    timeline = of_tape("0 < committed m1\n1 < added m1 user\n" + f"2 < transcribed m1 {json.dumps(attack)}")
    text = as_json(paged(timeline))
    page = Elements(
        "".join(
            html(Sources("<!--scripts--><script type='application/json'><!--data--></script>", "", ()), paged(timeline))
        )
    )

    assert not set("<>&") & set(text)
    assert text.isascii()
    assert attack.replace("\u2028", r"\u2028") in "".join(json.loads(page.data)["records"]["text"])
    assert page.tags == ["script"]


@pytest.mark.parametrize("number", range(3))
def test_the_same_recording_gives_the_same_page(number: int, of_sample: Sample) -> None:
    name = ("r01", "r04", "r10")[number]

    assert as_json(paged(of_sample(name))) == as_json(paged(of_sample(name)))


def test_scripts_are_plain_and_small() -> None:
    for script in sources().scripts:
        assert script.startswith('"use strict";\n/* ')
        assert len(script.splitlines()) <= 320
        assert script.isascii()
