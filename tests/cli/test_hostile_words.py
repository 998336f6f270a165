"""Text of the wire does nothing wherever it is printed or drawn: every command that shows a recording.

Each attack is the transcript, tool name, id, error, log line and header of a session; the same session with harmless
words says what the output is made of. `RTLOG_FAULTS=full` tries each attack alone too. `formats/test_any_text.py` makes
up texts for reports, `tests/e2e/browser` opens pages and has mermaid draw.
"""

import csv
import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from zlib import adler32

import pytest
from markdown_it import MarkdownIt

ATTACKS = {
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b31m\r\n\x08\x7f\u202eevil\u2066\u2028\ufeff",
    "markdown": "`x` ``` | a \\| ** [x](https://evil.example) ![y](http://evil.example/z) @all #1\n\n# owned\n- - -",
    "html": "</code></script><script>hit=1</script><img src=x onerror=hit=1>&lt;<!--]]><a href=javascript:hit>\"'",
    "mermaid": "; end\nowned as evil #59; Note over evil: x %%{init: {}}%% client->>server: x\n</br>",
    "csv": "=HYPERLINK(1)\n+1\t-1\n@SUM(1),\",'",
}
HARMLESS = "plain words"
ATTACKS |= {"all": " ".join([*reversed(ATTACKS.values())])}
TRIED = list(ATTACKS) if os.environ.get("RTLOG_FAULTS") == "full" else ["all"]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")

Ran = Callable[..., tuple[int, str, str]]


def session(path: Path, text: str) -> Path:
    """Write a session with findings in which *text* stands wherever text of the wire or of an application can."""
    call = {"id": f"item_{text}", "type": "function_call", "name": text, "call_id": f"call_{text}", "arguments": text}
    spoken = {
        "id": "item_a",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }
    done = {"id": f"resp_{text}", "status": "failed", "status_details": {"error": {"type": text, "message": text}}}
    transcript = {"item_id": "item_user", "content_index": 0, "transcript": text}
    events = [
        ("server", {"type": "session.created", "session": {"id": f"sess_{text}", "model": text, "voice": text}}),
        ("server", {"type": "input_audio_buffer.speech_stopped", "item_id": "item_user"}),
        ("server", {"type": "input_audio_buffer.committed", "item_id": "item_user"}),
        ("server", {"type": "conversation.item.added", "item": {"id": "item_user", "type": "message", "role": "user"}}),
        ("server", {"type": "conversation.item.input_audio_transcription.completed", **transcript}),
        ("server", {"type": "response.created", "response": {"id": f"resp_{text}", "status": "in_progress"}}),
        ("server", {"type": "response.output_item.added", "response_id": f"resp_{text}", "item": call}),
        ("server", {"type": "conversation.item.added", "previous_item_id": "item_user", "item": call}),
        ("client", {"type": "conversation.item.delete", "item_id": f"item_{text}", "event_id": text}),
        ("server", {"type": "conversation.item.deleted", "item_id": f"item_{text}"}),
        ("server", {"type": "conversation.item.added", "previous_item_id": f"item_{text}", "item": spoken}),
        ("server", {"type": "response.done", "response": done}),
        ("client", {"type": "conversation.item.delete", "item_id": f"gone_{text}", "event_id": f"2{text}"}),
        ("server", {"type": "error", "error": {"type": text, "code": text, "message": text, "event_id": f"2{text}"}}),
        ("server", {"type": f"x.{text}", "item_id": f"item_{text}"}),
        ("local", {"type": "local.log", "level": text, "message": text}),
        ("local", {"type": f"local.{text}", "item_id": text}),
    ]
    header = {"rtlog": 1, "id": text, "title": text, "client": text, "provider": text, "sdk": {text: text}}
    handshake = {"method": text, "target": f"/{text}", "headers": {text: text}}
    lines = [
        header | {"started": "2026-11-21T03:08:15Z"},
        {"kind": "open", "seq": 1, "t": 0, "conn": 1, "request": handshake, "response": {"status": 101, "headers": {}}},
    ]
    for seq, (who, event) in enumerate(events, 2):
        head = {"type": event["type"], "dir": who, "n": 9, "seq": seq, "t": seq * 10_000_000, "conn": 1}
        lines.append(head | {"event": event})
    lines.append({"kind": "mark", "seq": len(lines), "t": 10**9, "conn": 1, "text": text})
    lines.append({"kind": "close", "seq": len(lines), "t": 10**9, "conn": 1, "by": text, "code": 1, "reason": text})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


class Tags(HTMLParser):
    """What a page is made of: its tags, and of their attributes those that can run or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.found += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name in {"href", "src"}]


def markdown(text: str) -> set[str]:
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
    inner = [child for token in tokens for child in token.children or ()]
    special = [token for token in (*tokens, *inner) if token.type.startswith(("html", "link", "image"))]
    told = {f"{token.type} {token.content} {token.attrs.get('href', '')}".rstrip() for token in special}
    blocks = [token.type for token in tokens if token.type in {"heading_open", "hr", "table_open", "fence"}]
    return told - {"html_inline <code>", "html_inline </code>"} | {f"{blocks.count(each)} {each}" for each in blocks}


def page(text: str) -> set[str]:
    tags = Tags()
    tags.feed(text)
    return set(tags.found)


def picture(text: str) -> set[str]:
    elements = list(ET.fromstring(text).iter())  # noqa: S314 - our own document
    return {element.tag for element in elements} | {name for element in elements for name in element.keys()}  # noqa: SIM118


def diagram(text: str) -> set[str]:
    """Give the words that begin statements, and the signs that could end one, start a comment, or be markup."""
    signs = set(re.sub(r"#\d+;|<br ?/>", "", text)) & set(";%<#{}\"'`")
    return signs | {
        re.sub(r"\d+", "1", line.split()[0].partition(":")[0]) for line in text.splitlines() if line.strip()
    }


def table(text: str) -> set[str]:
    rows = list(csv.reader(text.splitlines()))
    cells = [cell for row in rows for cell in row]
    return {str(len(row)) for row in rows} | {cell[0] for cell in cells if cell[:1] in {"=", "+", "@"}}


def workflow(text: str) -> set[str]:
    return {line.partition(" ")[0] for line in text.splitlines()}


def shape(text: str) -> set[str]:
    """Give the keys of a JSON document, or of a document a line; those that the wire made up count as one."""
    try:
        values = [json.loads(text)]
    except json.JSONDecodeError:
        values = [json.loads(line) for line in text.splitlines()]
    found: set[str] = set()
    while values:
        value = values.pop()
        if isinstance(value, dict):
            found |= {key for key in value if re.fullmatch(r"[a-z_]+", key)}
            values += value.values()
        elif isinstance(value, list):
            values += value
    return found


def nothing(_: str) -> set[str]:
    """A terminal shows text: that there is no control character in it is all that there is to say."""
    return set()


PARTS = {
    "markdown": markdown, "html": page, "svg": picture, "mermaid": diagram, "csv": table, "github": workflow,
    "junit": picture, "json": shape, "jsonl": shape, "sarif": shape, "chrome-trace": shape,
}  # fmt: skip
COMMANDS = [
    *(("timeline", "--output-format", each)
      for each in ("text", "markdown", "mermaid", "html", "svg", "chrome-trace", "json")),
    *(("timeline", "--style", each) for each in ("lanes", "steps", "list")),
    *(("analyze", "--output-format", each)
      for each in ("full", "concise", "json", "jsonl", "junit", "github", "sarif", "markdown")),
    *(("stats", "--turns", "--output-format", each) for each in ("text", "json", "csv")),
    *(("info", "--output-format", each) for each in ("text", "json")),
    *(("list", "--output-format", each) for each in ("text", "json")),
    *(("doctor", "--output-format", each) for each in ("text", "json")),
    *(("diff", "--output-format", each) for each in ("text", "markdown", "json")),
]  # fmt: skip


def said(rtlog: Ran, command: tuple[str, ...], folder: Path, text: str) -> str:
    """Give what *command* says of a session with *text*, in a folder of its own."""
    own = folder / str(adler32(text.encode()))
    own.mkdir(exist_ok=True)
    path = session(own / "a.rtlog.jsonl", text)
    names = {"list": [str(own)], "diff": [str(session(own / "b.rtlog.jsonl", f"2 {text}")), str(path)]}
    ran = rtlog(*command, *names.get(command[0], [str(path)]))
    assert ran.code in {0, 1, 3}, ran.err
    assert not CONTROL.search(ran.err)
    return ran.out


@pytest.mark.parametrize("attack", TRIED)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_shown_does_nothing(rtlog: Ran, tmp_path: Path, command: tuple[str, ...], attack: str) -> None:
    parts = PARTS.get(command[-1], nothing)

    harmless, shown = (said(rtlog, command, tmp_path, text) for text in (HARMLESS, ATTACKS[attack]))

    assert CONTROL.findall(shown) == []
    assert parts(shown) - parts(harmless) == set()


@pytest.mark.parametrize("attack", TRIED)
def test_the_folder_for_an_issue_does_nothing(rtlog: Ran, tmp_path: Path, attack: str) -> None:
    found = []
    for text in (HARMLESS, ATTACKS[attack]):
        path = session(tmp_path / "a.rtlog.jsonl", text)
        target = tmp_path / f"report-{len(found)}"
        ran = rtlog("report", str(path), "-o", str(target), "--spoken")
        assert ran.code == 0, ran.err
        texts = {each.suffix: each.read_text() for each in target.iterdir() if each.suffix in {".md", ".html"}}
        assert [CONTROL.findall(each) for each in (*texts.values(), ran.out, ran.err)] == [[]] * 4
        found.append(markdown(texts[".md"]) | page(texts[".html"]))

    assert found[1] - found[0] == set()
