"""The page of a timeline as its reader uses it: stories, evidence, search, filters, keys, themes, paper."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
SAMPLES = Path(str(files("rtlog.recordings.samples")))
NAMES = sorted(path.name.partition("-")[0] for path in SAMPLES.glob("*.rtlog.jsonl"))
IN_SIGHT = """number => {
    const { painting } = Canvas, left = Drawing.GUTTER, right = painting.width;
    Canvas.paint();
    return Data.findings[number].evidence.map((each) => {
        const place = Canvas.painting.places.get(each.record);
        return Boolean(place) && place[0] >= left && place[0] <= right;
    });
}"""


def evidence_lines(page: Page, number: int) -> list[int]:
    return page.evaluate("number => Data.findings[number].evidence.map((each) => each.line)", number)


def rows(page: Page) -> list[str]:
    return page.locator("#rows .cell.type").all_inner_texts()


@pytest.mark.parametrize("name", NAMES)
def test_it_opens_on_the_story_and_a_click_on_a_finding_flies_to_its_evidence(name: str, opened: Opened):
    page = opened(name)
    buttons = page.locator("#stories button.finding").all()

    assert len(buttons) == page.evaluate("Data.findings.length")
    assert page.title().startswith(page.locator("#title").inner_text())
    for button in buttons:
        number = int(button.get_attribute("data-finding") or -1)
        button.click()
        assert button.get_attribute("aria-expanded") == "true"
        shown = button.locator("xpath=following-sibling::ol").locator("button.proof:visible")
        assert [int(each.get_attribute("data-line") or 0) for each in shown.all()] == evidence_lines(page, number)
        assert all(page.evaluate(IN_SIGHT, number))


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_reaches_every_finding_and_its_evidence(name: str, opened: Opened):
    page = opened(name)
    order = page.evaluate("Story.order")

    for number in order:
        page.keyboard.press("n")
        assert page.evaluate("State.state.finding") == number
        assert all(page.evaluate(IN_SIGHT, number))
        reached = set()
        for _ in evidence_lines(page, number):
            page.keyboard.press("e")
            reached.add(page.evaluate("Data.records.line[State.state.record]"))
        assert reached == set(evidence_lines(page, number))
    assert sorted(order) == list(range(page.evaluate("Data.findings.length")))


def test_a_finding_is_a_button_that_tab_reaches_and_enter_opens(opened: Opened):
    page = opened("r01")
    first = page.locator("#stories button.finding").first

    page.locator("#panel-scroll").locator("button").first.focus()
    page.keyboard.press("Tab")
    assert first.evaluate("each => each === document.activeElement")
    page.keyboard.press("Enter")

    assert first.get_attribute("aria-expanded") == "true"
    assert page.locator("ol.evidence:visible li").count() == 6


def test_a_click_on_a_marker_of_the_axis_goes_through_the_findings_there(opened: Opened):
    page = opened("r01")
    box = page.locator("#tracks").bounding_box()
    (hit,) = page.evaluate("Canvas.painting.hits.filter((hit) => hit.findings && hit.findings.length === 3)")

    chosen = []
    for _ in hit["findings"]:
        (hit,) = page.evaluate(
            "f => Canvas.painting.hits.filter((hit) => hit.findings && hit.findings.includes(f))", hit["findings"][0]
        )
        page.mouse.click(box["x"] + hit["x"] + 8, box["y"] + hit["y"] + 10)
        chosen.append(page.evaluate("State.state.finding"))
        page.evaluate("State.flyToStory(); Canvas.paint()")

    assert chosen == hit["findings"]


def test_the_story_is_told_in_words(opened: Opened):
    page = opened("r01")
    story = page.locator("section.story").inner_text()

    assert "FC1 was deleted while its call was open: the server added it at T+82" in story
    assert "What follows from it (5)" in story
    assert "What would have prevented it" in story
    assert "never delete a server-made item that the application has not acknowledged" in story


def test_a_chosen_record_shows_what_it_says_and_the_three_lanes_at_its_moment(opened: Opened):
    page = opened("r01")

    page.locator("#rows .row", has_text="conversation.item.added").filter(has_text="FC1 (lookup_order)").first.click()
    record = page.locator("#record")

    assert "T+82.000ms" in record.inner_text()
    assert "line 111" in record.inner_text()
    lanes = dict(zip(record.locator("dl.lanes dt").all_inner_texts(), record.locator("dl.lanes dd").all(), strict=True))
    assert lanes["server"].locator(".chip.differs").all_text_contents() == ["FC1 (not in every lane)"]
    assert lanes["local"].locator(".chip.missing").all_text_contents() == ["− FC1 (missing)"]  # noqa: RUF001 - a minus
    assert lanes["local"].locator(".chip.extra").all_text_contents() == ["+ sys1 (only here)"]


def test_a_row_that_stays_as_it_is_is_not_painted_again(opened: Opened):
    """A click needs the same row under it from the press to the release."""
    page = opened("r01")

    stayed = page.evaluate("""async () => {
      const row = document.querySelector("#rows .row");
      document.getElementById("table-pane").dispatchEvent(new Event("scroll"));
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
      return row.isConnected;
    }""")

    assert stayed


def test_a_chosen_record_can_be_read_as_it_was_recorded(opened: Opened):
    page = opened("r01")

    page.evaluate("State.choose(Data.recordAt(128))")
    page.locator("details.raw summary").click()
    shown = json.loads(page.locator("details.raw pre").inner_text())
    page.keyboard.press("f")

    assert shown["event"]["type"] == "conversation.item.delete"
    assert "conversation.item.deleted" in page.locator("details.raw pre").inner_text()


@pytest.mark.parametrize("fragment", ["RT102-27a7", "RT102", "line-139"])
def test_a_link_can_lead_to_a_finding_or_a_line(fragment: str, drawn: Callable[..., Path], page: Page):
    page.goto(f"{drawn('r01').as_uri()}#{fragment}")
    page.wait_for_selector("html[data-ready]", state="attached")

    assert page.evaluate("Data.records.line[State.state.record]") == 139
    assert (page.evaluate("State.state.finding") >= 0) == fragment.startswith("RT102")


@pytest.mark.parametrize("fragment", ["%", "line-999999", "constructor", "<img src=x>"])
def test_a_link_that_leads_nowhere_opens_the_page(fragment: str, drawn: Callable[..., Path], page: Page):
    page.goto(f"{drawn('r01').as_uri()}#{fragment}")
    page.wait_for_selector("html[data-ready]", state="attached")

    assert page.evaluate("[State.state.record, State.state.finding]") == [-1, -1]


def test_the_table_follows_the_drawing(opened: Opened):
    page = opened("r01")

    page.keyboard.press("Home")
    page.locator("#rows .row", has_text="session.created").wait_for()
    page.keyboard.press("0")
    page.locator("#rows .row", has_text="T+1ms").wait_for()

    assert page.locator("#rows .row", has_text="session.created").count() == 0


def test_the_lanes_are_those_that_the_analysis_saw(opened: Opened, drawn: Callable[..., Path]):
    page = opened("r09")
    shown = page.evaluate(
        """Data.lanes.map(([line, conn]) => {
            const view = Lanes.at(line, conn), named = (lane) => lane && lane.map(Data.label);
            return [line, named(view.server), named(view.mirror), named(view.local)];
        })"""
    )
    document = drawn("r09", "--output-format", "json")
    told = [
        [row["line"], row["lanes"]["server"], row["lanes"]["mirror"], row["lanes"]["local"]]
        for row in json.loads(document.read_text())["timelines"][0]["rows"]
        if row["kind"] == "entry" and row["lanes"]
    ]

    assert len(told) > 10
    assert [each for each in shown if each in told] == told


def test_pointing_at_a_record_tells_it(opened: Opened):
    page = opened("r01")
    box = page.locator("#tracks").bounding_box()
    x, y = page.evaluate("Canvas.painting.places.get(Data.recordAt(128))")

    page.mouse.move(box["x"] + x, box["y"] + y)
    tip = page.locator("#tip").inner_text()

    assert "conversation.item.delete" in tip
    assert "RT101" in tip
    assert "mirror" in tip


def test_pointing_at_a_request_in_flight_tells_how_long(opened: Opened):
    page = opened("r01")
    box = page.locator("#tracks").bounding_box()
    hit = page.evaluate("Canvas.painting.hits.find((hit) => hit.span && hit.span.line === 128)")

    page.mouse.move(box["x"] + hit["x"] + 3, box["y"] + hit["y"] + 6)

    assert "205 ms" in page.locator("#tip").inner_text()


def test_search_finds_by_type_text_item_and_id_and_enter_goes_through(opened: Opened):
    page = opened("r01")

    page.keyboard.press("/")
    page.keyboard.type("item.deleted fc1")
    page.locator("#search-told", has_text="found").wait_for()
    page.keyboard.press("Enter")
    first = page.evaluate("Data.records.line[State.state.record]")

    assert page.locator("#search-told").inner_text() == "1 found"
    assert first == 131
    page.locator("#search").fill(page.evaluate("Data.items.find(([, label]) => label === 'FC1')[0]"))
    page.locator("#search-told", has_text="found").filter(has_not_text="1 found").wait_for()
    assert page.evaluate("[...Filter.matches].every((each) => Filter.shows(each))")
    page.locator("#search").fill("no such thing")
    page.locator("#search-told", has_text="nothing found").wait_for()


def test_filters_hide_types_and_lanes_but_never_evidence(opened: Opened):
    page = opened("r01")
    page.locator("#filters summary").click()

    page.locator("#types-none").click()
    left = page.evaluate("[...Data.records.line].filter((line) => Filter.lineShown(line))")
    proven = page.evaluate("[...Data.marks.keys()].filter((line) => Data.recordAt(line) >= 0).sort((a, b) => a - b)")
    assert left == proven
    page.locator("#types-all").click()
    page.locator("#filter-lanes input").nth(1).uncheck()
    shown = page.evaluate(
        "[...Data.records.line.keys()].filter((each) => Filter.shows(each) && Data.records.dir[each] === 1)"
    )
    assert {page.evaluate("each => Data.records.line[each]", each) for each in shown} <= set(proven)
    page.locator("#filter-clear").click()
    assert page.evaluate("[...Data.records.line.keys()].every((each) => Filter.shows(each))")


def test_one_item_can_be_followed(opened: Opened):
    page = opened("r01")
    page.locator("#filters summary").click()

    page.locator("#filter-item").fill("FC1")
    page.locator("#filter-item").press("Tab")

    assert "of 101 records" in page.locator("#count").inner_text()
    assert page.evaluate("Filter.item >= 0 && Data.label(Filter.item)") == "FC1"
    page.locator("#filter-item").fill("nobody")
    page.locator("#filter-item").press("Tab")
    assert page.locator("#filter-item").get_attribute("aria-invalid") == "true"


def test_question_mark_shows_every_key(opened: Opened):
    page = opened("r01")

    page.keyboard.press("?")
    shown = page.locator("#keys tr").count()

    assert page.locator("dialog#help").is_visible()
    assert shown == page.evaluate("Keys.KEYS.length") >= 15
    page.keyboard.press("?")
    assert not page.locator("dialog#help").is_visible()


def test_keys_move_zoom_follow_and_let_go(opened: Opened):
    page = opened("r01")
    width = "State.state.end - State.state.start"
    before = page.evaluate(width)

    page.keyboard.press("w")
    assert page.evaluate(width) < before
    page.keyboard.press("Home")
    assert page.evaluate("State.state.start <= 0 && State.state.end >= Axis.end")
    page.keyboard.press("0")
    assert page.evaluate(width) == pytest.approx(before)
    page.evaluate("State.choose(Data.recordAt(128))")
    page.keyboard.press("f")
    assert page.evaluate("Data.typeOf(State.state.record)") == "conversation.item.deleted"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Data.records.line[State.state.record]") == 132
    page.keyboard.press("Escape")
    assert page.evaluate("State.state.record") == -1


def test_idle_time_is_squeezed_and_said_to_be_and_can_be_drawn_to_scale(opened: Opened):
    page = opened("r01")
    squeezed = page.evaluate("Axis.end")

    assert page.locator("#rows .row.quiet", has_text="of nothing").count() >= 0
    assert page.evaluate("Axis.gaps.length") == 2
    page.keyboard.press("g")
    assert page.locator("#squeeze").get_attribute("aria-pressed") == "false"
    assert page.evaluate("Axis.end") > squeezed
    assert page.evaluate("Axis.gaps.length") == 0


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_it_follows_the_systems_theme_until_a_person_chooses(scheme: str, other: str, opened: Opened, page: Page):
    page.emulate_media(color_scheme=scheme)
    opened("r01")
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(255, 255, 255)", "rgb(14, 18, 23)"

    assert page.evaluate(ground) == (light if scheme == "light" else dark)
    while page.locator("#theme").inner_text() != f"theme: {other}":
        page.keyboard.press("t")
    assert page.evaluate(ground) == (dark if scheme == "light" else light)
    assert page.evaluate("Theme.colours.bg") == ("#0e1217" if scheme == "light" else "#ffffff")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_text_can_be_read(scheme: str, opened: Opened, page: Page):
    page.emulate_media(color_scheme=scheme)
    opened("r01")
    contrasts = page.evaluate(
        """() => {
            const part = (hex, at) => { const c = parseInt(hex.slice(at, at + 2), 16) / 255;
                return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
            const light = (hex) => 0.2126 * part(hex, 1) + 0.7152 * part(hex, 3) + 0.0722 * part(hex, 5);
            const { bg, panel, ...rest } = Theme.colours;
            const names = ["text", "dim", "client", "server", "local", "error", "warning", "info", "focus"];
            return Object.fromEntries(names.map((name) => [name, Math.min(...[bg, panel].map((ground) => {
                const [a, b] = [light(ground), light(rest[name])].sort((x, y) => x - y);
                return (b + 0.05) / (a + 0.05); }))]));
        }"""
    )

    assert {name: value for name, value in contrasts.items() if value < 4.5} == {}


def test_on_paper_it_is_the_story_and_its_evidence(opened: Opened):
    page = opened("r01")

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    paper = page.locator("#print").inner_text()

    assert not page.locator("#app").is_visible()
    for text in page.evaluate(
        "Data.findings.flatMap((each) => [each.id, each.message, ...each.evidence.map((e) => e.note)])"
    ):
        assert text in paper
    assert "What would have prevented it" in paper
    assert page.locator("#print canvas").bounding_box()["height"] > 100
    assert page.pdf()[:5] == b"%PDF-"


def test_where_records_are_only_counted_evidence_and_what_was_found_still_stand_alone(opened: Opened, page: Page):
    page.set_viewport_size({"width": 400, "height": 800})
    opened("r01")
    drawn = "() => { Canvas.paint(); return [...Canvas.painting.places.keys()]; }"

    page.evaluate("State.look(0, Axis.end)")
    assert len(page.evaluate(drawn)) < page.evaluate("Data.records.size")
    for number in range(page.evaluate("Data.findings.length")):
        page.evaluate("number => { State.state.finding = number; State.state.record = -1; }", number)
        evidence = page.evaluate("number => Data.findings[number].evidence.map((each) => each.record)", number)
        assert set(evidence) <= set(page.evaluate(drawn))
    page.evaluate("Filter.search('session')")
    assert set(page.evaluate("[...Filter.matches]")) <= set(page.evaluate(drawn))


@pytest.mark.parametrize("width", [360, 700, 1600])
def test_nothing_sticks_out_whatever_the_width(width: int, opened: Opened, page: Page):
    page.set_viewport_size({"width": width, "height": 800})
    opened("r10")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_wheel_zooms_where_the_pointer_is_and_dragging_moves(opened: Opened):
    page = opened("r01")
    box = page.locator("#tracks").bounding_box()
    x, y = box["x"] + 500, box["y"] + 150
    under = f"Axis.toReal(State.state.start + ({x - box['x']} - Drawing.GUTTER) / Canvas.painting.scale)"

    page.mouse.move(x, y)
    before, width = page.evaluate(under), page.evaluate("State.state.end - State.state.start")
    page.mouse.wheel(0, -120)
    page.wait_for_function("width => State.state.end - State.state.start < width && !Canvas.paint()", arg=width)
    assert page.evaluate(under) == pytest.approx(before, abs=1000)
    start = page.evaluate("State.state.start")
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    page.mouse.up()
    assert page.evaluate("State.state.start") < start
