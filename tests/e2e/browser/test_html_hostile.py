"""The page of a timeline shows whatever a recording holds, and obeys none of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
ATTACKS = {
    "script": "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 1'>",
    "comment": "<!--<script>",
    "quotes": "\"'`${window.hit = 1}`\\u003cb>",
    "right to left": "שלום \u202eevil\u202c مرحبا",
    "control": "\x00\x07\x1b[2J\r\n\t\x7f\x9b",
    "separators": "\u2028\u2029\ufeff\u200b",
    "lone surrogate": "\ud800 \udfff",
    "prototype": "__proto__ constructor toString",
    "long": "x" * 100_000,
}


def recording(folder: Path, text: str) -> Path:
    """Write a session in which *text* stands wherever a recording holds text of the wire."""
    call = {"id": f"item_{text}", "type": "function_call", "name": text, "call_id": f"call_{text}", "arguments": text}
    user = {"id": "item_user", "type": "message", "role": "user", "content": []}
    events = [
        ("server", {"type": "conversation.item.added", "item": user}),
        (
            "server",
            {
                "type": "conversation.item.input_audio_transcription.completed",
                "item_id": "item_user",
                "content_index": 0,
                "transcript": text,
            },
        ),
        ("server", {"type": "response.created", "response": {"id": f"resp_{text}", "status": "in_progress"}}),
        ("server", {"type": "conversation.item.added", "previous_item_id": "item_user", "item": call}),
        ("client", {"type": "conversation.item.delete", "item_id": f"item_{text}", "event_id": text}),
        ("server", {"type": "conversation.item.deleted", "item_id": f"item_{text}"}),
        ("server", {"type": text, "item_id": f"item_{text}"}),
        ("server", {"type": "error", "error": {"type": text, "code": text, "message": text, "event_id": text}}),
        ("local", {"type": "local.log", "level": text, "message": text}),
        ("local", {"type": f"local.{text}", "item_id": text}),
    ]
    header = {"rtlog": 1, "id": text, "title": text, "client": text, "provider": text, "sdk": {text: text}}
    lines = [header | {"started": text}]
    for seq, (who, event) in enumerate(events, 1):
        lines.append(
            {"type": event["type"], "dir": who, "n": 9, "seq": seq, "t": seq * 10_000_000, "conn": 1} | {"event": event}
        )
    path = folder / "hostile.rtlog.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_of_the_wire_stays_text(attack: str, opened: Opened, tmp_path: Path):
    page = opened(recording(tmp_path, ATTACKS[attack]))

    page.locator("#about summary").click()
    for number in range(page.evaluate("Data.records.size")):
        page.evaluate("number => State.choose(number)", number)
        page.evaluate("number => Details.tip(Dom.byId('tip'), { record: number }, 0)", number)
    for number in range(page.evaluate("Data.findings.length")):
        page.evaluate("number => State.chooseFinding(number)", number)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.evaluate("window.hit") is None
    assert page.locator("img, iframe, object, #app script, #print script").count() == 0
    assert page.evaluate("Data.records.size") >= 8
    assert page.locator("#rows .row").count() >= 8


def test_an_attack_is_shown_word_for_word(opened: Opened, tmp_path: Path):
    page = opened(recording(tmp_path, ATTACKS["script"]))

    assert f"item_user: “{ATTACKS['script']}”".replace("item_user", "msg1") in page.locator("#rows").inner_text()


def test_marks_that_turn_text_around_are_escaped(opened: Opened, tmp_path: Path):
    page = opened(recording(tmp_path, ATTACKS["right to left"]))
    text = page.locator("#rows").inner_text()

    assert "\u202e" not in page.locator("body").inner_text()
    assert r"\u202e" in text
    assert "שלום" in text


def test_the_page_may_load_nothing_and_run_nothing_but_its_own(opened: Opened, complaints: list[str]):
    page = opened("r01")

    blocked = page.evaluate(
        """async () => {
            const refused = [];
            addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "window.hit = 1";
            document.body.append(script);
            const style = document.createElement("style");
            style.textContent = "body { display: none }";
            document.body.append(style);
            await fetch("http://elsewhere.invalid/").catch(() => 0);
            await new Promise((done) => setTimeout(done));
            return refused;
        }"""
    )

    assert set(blocked) == {"script-src-elem", "style-src-elem", "connect-src"}
    assert page.evaluate("window.hit") is None
    assert page.locator("body").is_visible()
    assert all("Content Security Policy" in complaint for complaint in complaints)
    complaints.clear()


def without_times(line: str) -> str:
    record = json.loads(line)
    record.pop("t", None)
    return json.dumps(record)


def test_a_recording_without_times_is_drawn_by_its_lines(opened: Opened, tmp_path: Path, sample: Callable[[str], Path]):
    path = tmp_path / "untimed.rtlog.jsonl"
    path.write_text("".join(f"{without_times(line)}\n" for line in sample("r01").read_text().splitlines()))

    page = opened(path)

    assert page.evaluate("Data.timed") is False
    assert page.locator("#rows .cell.when").first.inner_text().startswith("line ")
    assert page.evaluate("Data.findings.length") >= 1
    page.keyboard.press("n")
    assert page.evaluate("Canvas.paint() || Canvas.painting.places.size") >= 2


def test_an_empty_recording_is_an_empty_page(opened: Opened, tmp_path: Path, sample: Callable[[str], Path]):
    path = tmp_path / "empty.rtlog.jsonl"
    path.write_text(sample("r01").read_text().splitlines()[0] + "\n")

    page = opened(path)

    assert page.locator("#count").inner_text() == "0 records"
    for key in ("n", "e", "f", "w", "d", "0", "Home", "ArrowRight", "g", "Escape"):
        page.keyboard.press(key)
    assert page.locator("#verdict").inner_text() == "? inconclusive"


def test_several_connections_are_told_apart(opened: Opened, tmp_path: Path, sample: Callable[[str], Path]):
    header, *records = (json.loads(line) for line in sample("r02").read_text().splitlines())
    first = [record for record in records if "seq" in record]
    last = first[-1]
    again = [
        record | {"seq": record["seq"] + last["seq"], "t": record["t"] + last["t"] + 1_000_000, "conn": 2}
        for record in first
    ]
    path = tmp_path / "two.rtlog.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (header, *first, *again)))

    page = opened(path)
    page.evaluate("State.choose(Data.records.size - 1)")

    assert page.evaluate("Data.connections") == 2
    assert "connection 2" in page.locator("#record").inner_text()


def test_a_window_says_what_it_leaves_out_and_evidence_outside_is_named(opened: Opened):
    page = opened("r01", "--from", "1000", "--to", "3000")

    assert "records" in page.locator("#notes").inner_text()
    assert page.evaluate("Math.min(...Data.records.t) >= Data.epoch + 1e6")
    page.locator("#stories button.finding").first.click()
    outside = page.locator("button.proof:disabled")
    assert outside.count() == 4
    assert "line 111, not shown" in outside.first.inner_text()
    lanes = page.evaluate("Lanes.at(Data.records.line[0], 1).server.map(Data.label)")
    assert lanes == ["sys1", "msg3", "msg4", "msg5"]
