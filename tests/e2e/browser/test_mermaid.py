"""Mermaid itself draws our diagrams: of every sample, and of hostile recordings, whose text stays text.

`RTLOG_MERMAID` names the `mermaid.min.js` of the npm package; `.ci/long` installs it.
"""

import json
import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Drawn = Callable[..., Path]
SAMPLES = sorted(path.name.partition("-")[0] for path in Path(str(files("rtlog.recordings.samples"))).glob("*.jsonl"))
DRAW = """async text => {
    mermaid.initialize({startOnLoad: false});
    await mermaid.parse(text);
    const {svg} = await mermaid.render('diagram', text);
    document.body.innerHTML = svg;
    const shown = document.querySelectorAll('text.messageText, .noteText, text.actor');
    return {
        text: [...shown].map(each => each.textContent).join(' '),
        messages: document.querySelectorAll('[class^=messageLine]').length,
        activations: document.querySelectorAll('[class^=activation]').length,
        foreign: document.body.querySelectorAll('script, img, a, foreignObject, iframe').length,
    };
}"""
ATTACKS = {
    "statements": "; participant evil #59; Note over evil: x",
    "the end of a block": "end",
    "comments": "%% %%{init: {'theme': 'dark'}}%%",
    "entities": "#35; #lt; &lt; ﬂ°°35¶ß",
    "html": "<img src=x onerror='window.hit = 1'> <script>window.hit = 1</script> <br> <br/>",
    "quotes": "\"'`",
    "mathematics": "$$\\frac{1}{2}$$",
    "arrows": "client->>server: x -->> -x +y",
    "wrapping": "wrap: x nowrap: y",
    "styles": "style a fill:#f00; classDef b fill:#0f0;",
    "links": "https://evil.example [x](https://evil.example) @everybody",
    "directions": "שלום \u202eevil\u202c مرحبا",
    "control": "\x00\x07\x1b[2J\r\n\t\x7f\x9b\u2028",
    "words": "注文番号は七七四一です。" * 30,
    "one long word": "x" * 100_000,
}
OUTPUT = {"type": "function_call_output", "output": "7"}


@pytest.fixture
def diagram(page: Page) -> Callable[[str], dict[str, object]]:
    """A function that has mermaid draw a text and says what is shown."""
    script = os.environ.get("RTLOG_MERMAID")
    if not script:
        pytest.skip("no mermaid: RTLOG_MERMAID names no mermaid.min.js")
    page.set_content("<!doctype html><meta charset=utf-8><body></body>")
    page.add_script_tag(path=script)
    return lambda text: page.evaluate(DRAW, text)


def write(path: Path, events: list[tuple[str, dict[str, object]]]) -> Path:
    records = (
        {"type": event["type"], "dir": who, "n": 9, "seq": seq, "t": seq * 10_000_000, "conn": 1, "event": event}
        for seq, (who, event) in enumerate(events, 1)
    )
    path.write_text("".join(f"{json.dumps(line)}\n" for line in [{"rtlog": 1, "id": "x"}, *records]), encoding="utf-8")
    return path


def deleted_call(name: str, item_id: str = "item_1") -> list[tuple[str, dict[str, object]]]:
    """Give a call of the tool *name* that is deleted while it is open."""
    call = {"id": item_id, "type": "function_call", "name": name, "call_id": f"call_{item_id}", "arguments": ""}
    return [
        ("server", {"type": "response.created", "response": {"id": f"resp_{item_id}", "status": "in_progress"}}),
        ("server", {"type": "conversation.item.added", "item": call}),
        ("client", {"type": "conversation.item.delete", "item_id": item_id, "event_id": name}),
        ("server", {"type": "conversation.item.deleted", "item_id": item_id}),
        ("client", {"type": "conversation.item.create", "item": {**OUTPUT, "call_id": f"call_{item_id}"}}),
        ("server", {"type": "response.done", "response": {"id": f"resp_{item_id}", "status": "failed"}}),
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_drawn(name: str, drawn: Drawn, diagram: Callable[[str], dict]):
    text = drawn(name, "--output-format", "mermaid").read_text(encoding="utf-8")
    shown = diagram(text)

    arrows = sum("->>" in line or "-)" in line for line in text.splitlines() if "Note over" not in line)
    assert shown["messages"] == arrows > 0
    assert shown["foreign"] == 0


def test_the_race_stands_in_the_diagram_in_words(drawn: Drawn, diagram: Callable[[str], dict]):
    shown = diagram(drawn("r01", "--output-format", "mermaid").read_text(encoding="utf-8"))

    assert "T+82ms conversation.item.added" in shown["text"]
    assert "RT101 in-flight-delete (error, proven)" in shown["text"]
    assert "previous_item_id `FC1` not found" in shown["text"]
    assert shown["activations"] == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_of_the_wire_is_drawn_as_text(
    attack: str, drawn: Drawn, diagram: Callable[[str], dict], tmp_path: Path, page: Page
):
    text = ATTACKS[attack]
    noise = [
        ("server", {"type": text, "item_id": text}),
        ("server", {"type": "error", "error": {"type": text, "code": text, "message": text}}),
        ("local", {"type": "local.log", "level": text, "message": text}),
        ("local", {"type": f"local.{text}", "item_id": text}),
    ]
    path = write(tmp_path / "hostile.rtlog.jsonl", [*deleted_call(text), *noise])
    shown = diagram(drawn(path, "--output-format", "mermaid").read_text(encoding="utf-8"))

    first, last = text.split()[0][:20], text.split()[-1][-20:]
    assert not first.isprintable() or first in shown["text"].replace("  ", " ")
    assert len(text) > 200 or not last.isprintable() or last in shown["text"]
    assert "4 stories (2 errors" in shown["text"]
    assert shown["foreign"] == 0
    assert page.evaluate("window.hit") is None


def test_a_long_session_is_cut_to_what_mermaid_takes(drawn: Drawn, diagram: Callable[[str], dict], tmp_path: Path):
    events = [event for number in range(2_000) for event in deleted_call("look <up>", f"item_{number}")]
    path = write(tmp_path / "long.rtlog.jsonl", events)
    text = drawn(path, "--output-format", "mermaid").read_text(encoding="utf-8")
    shown = diagram(text)

    assert len(text) < 50_000
    assert 50 < shown["messages"] < 500
    assert "left out here" in shown["text"]
