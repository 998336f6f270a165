"""`rtlog timeline --output-format markdown`: fit for a public issue, whatever the recording holds."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = next(SAMPLES.glob("r01-*.jsonl"))
Rtlog = Callable[..., object]
ATTACKS = {
    "mention": "@everybody @org/team",
    "issue": "livekit/agents#5021 #1 GH-1",
    "link": "[x](https://evil.example) https://evil.example www.evil.example <https://evil.example>",
    "image": "![x](https://evil.example/a.png)",
    "html": "<img src=x onerror=alert(1)><script>alert(1)</script><!-- x",
    "the end of details": "</summary></details>\n\n</details> # x",
    "fences": "```\n``` ````\n~~~\n`x` ``y``",
    "tables": "a | b | c\n|---|---|\n\\| \\",
    "emphasis": "**x** __y__ ~~z~~ _w_",
    "lists": "- x\n* y\n1. z\n# w\n> v\n===",
    "entities": "&lt;b&gt; &#60;img&#62;",
    "directions": "\u202eevil\u2066 \u200b\ufeff",
    "control": "\x00\x1b[2J\x07\r\n\t\x85\u2028",
    "a megabyte": "a long word " * 90_000,
}
SUMMARY = r"<summary>The records that prove RT[0-9]+, [0-9 of]+lines? of the recording: [a-z, ]+\.</summary>"
OURS = re.compile(rf"<details>\n{SUMMARY}\n|</details>\n")
HARMLESS = {
    "paragraph_open", "paragraph_close", "inline", "text", "softbreak", "strong_open", "strong_close", "em_open",
    "em_close", "heading_open", "heading_close", "bullet_list_open", "bullet_list_close", "list_item_open",
    "list_item_close", "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close",
    "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close", "fence", "code_inline", "html_block",
    "html_inline",
}  # fmt: skip


def tokens(text: str) -> Iterator[Token]:
    """Parse *text* as GitHub does: with tables and HTML; bare links are looked for in what is outside of code."""
    for token in MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text):
        yield token
        yield from token.children or ()


def write(path: Path, events: list[tuple[str, dict[str, object]]], header: dict[str, object] | None = None) -> Path:
    lines: list[dict[str, object]] = [{"rtlog": 1, "id": "x"} | (header or {})]
    for seq, (who, event) in enumerate(events, 1):
        record = {
            "type": event["type"],
            "dir": who,
            "n": 9,
            "seq": seq,
            "t": seq * 10_000_000,
            "conn": 1,
            "src": "wire",
        }
        lines.append(record | {"event": event})
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def session(text: str, *, item_id: str = "item_1", output: str = "") -> list[tuple[str, dict[str, object]]]:
    """Give a session in which a call is deleted while it is open, and *text* stands wherever the wire has text."""
    call = {"id": item_id, "type": "function_call", "name": text, "call_id": "call_1", "arguments": text}
    answer = {"id": "out_1", "type": "function_call_output", "call_id": "call_1", "output": output or text}
    return [
        ("server", {"type": "session.created", "session": {"id": text, "model": text, "instructions": text}}),
        ("server", {"type": "response.created", "response": {"id": f"resp_{text}", "status": "in_progress"}}),
        ("server", {"type": "conversation.item.added", "previous_item_id": None, "item": call}),
        ("client", {"type": "conversation.item.delete", "item_id": item_id, "event_id": text}),
        ("server", {"type": "conversation.item.deleted", "item_id": item_id}),
        ("client", {"type": "conversation.item.create", "item": answer, "event_id": "create_1"}),
        ("server", {"type": "error", "error": {"type": text, "code": text, "message": text, "event_id": "create_1"}}),
        ("server", {"type": text, "item_id": text}),
        ("local", {"type": "local.log", "level": text, "message": text}),
    ]


def printed(rtlog: Callable[..., object], *arguments: object) -> str:
    done = rtlog("timeline", *map(str, arguments), "--output-format", "markdown")
    assert done.code == 0, done.err  # type: ignore[attr-defined]
    return done.out  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("said", ["--spoken", "--no-spoken"])
def test_text_of_the_wire_is_shown_and_never_obeyed(attack: str, said: str, rtlog: Rtlog, tmp_path: Path):
    text = ATTACKS[attack]
    header = {"id": text, "title": text, "client": text, "provider": text, "sdk": {text: text}, "tool": text}
    path = write(tmp_path / "a|b`@x`<b>.jsonl", session(text, item_id=f"item_{text}"), header)
    document = printed(rtlog, path, said)

    assert len(document) < 60_000
    assert "### RT101" in document
    assert not any(not char.isprintable() for char in document.replace("\n", ""))
    in_code = False
    for token in tokens(document):
        assert token.type in HARMLESS, token
        if token.type == "html_block":
            assert not OURS.sub("", token.content)
        elif token.type == "html_inline":
            assert token.content in {"<code>", "</code>"}
            in_code = token.content == "<code>"
        elif token.type == "text":
            assert in_code or not re.search(r"@\w|://|www\.|#[0-9]|GH-[0-9]|[<>]", token.content)


def test_the_proof_is_the_recordings_own_lines(rtlog: Rtlog, tmp_path: Path):
    packed = tmp_path / R1.with_suffix(".jsonl.gz").name
    packed.write_bytes(gzip.compress(R1.read_bytes()))
    document = printed(rtlog, R1)
    line = next(line for line in R1.read_text().splitlines() if '"local.tool_started"' in line)

    assert f"RT101: the tool of FC1 starts, after the delete\n{line}\n" in document
    assert f"starts, after the delete\n{line}\n" in printed(rtlog, packed)


def test_a_log_without_header_is_quoted_too(rtlog: Rtlog, tmp_path: Path):
    path = tmp_path / "events.jsonl"
    lines = [{"dir": who, "event": event} for who, event in session("plain")]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    document = printed(rtlog, path)

    assert "// line 4, RT101: " in document
    assert '"item_id":"item_1"' in document


def test_secrets_are_removed_once_more(rtlog: Rtlog, tmp_path: Path):
    key = "abcdefgh12345678"
    events = session("plain")
    events.insert(0, ("client", {"type": "session.update", "session": {"client_secret": {"value": key}}}))
    events[-3][1]["error"] = {"code": "bad", "message": f"key {key} or sk-1234567890abcdefgh", "event_id": "create_1"}
    document = printed(
        rtlog, write(tmp_path / "x.jsonl", events, {"client": "agent sk-1234567890abcdefgh"}), "--spoken"
    )

    assert key not in document
    assert "sk-1234567890" not in document
    assert "[redacted]" in document


def test_what_was_said_is_removed_unless_asked_for(rtlog: Rtlog, tmp_path: Path):
    path = write(tmp_path / "x.jsonl", session("look_up", output="Marlowe owes 7741"))

    assert "Marlowe" not in printed(rtlog, path)
    assert "7741" not in printed(rtlog, path)
    assert "look_up" in printed(rtlog, path)
    assert "Marlowe owes 7741" in printed(rtlog, path, "--spoken")


def test_versions_and_times_stand_in_a_table(rtlog: Rtlog):
    document = printed(rtlog, R1)

    for row in (
        "| client | `livekit-agents@1.4.6` |",
        "| livekit-plugins-openai (SDK) | 1.4.6 |",
        "| provider | openai |",
        "| model | gpt-realtime |",
        "| recording id | 01KAJYMH8RAJAAACFY17W9MBKG |",
        "| started (UTC) | 2026-11-21T03:08:15.123456789Z |",
        "| T+0 (UTC) | 2026-11-21T03:08:24.123Z |",
        "| connections | 1 |",
    ):
        assert row in document.splitlines()


def test_several_recordings_share_the_room_of_one_comment(rtlog: Rtlog):
    document = printed(rtlog, *sorted(SAMPLES.glob("*.jsonl")))

    assert len(document) < 60_000
    assert document.count("## Timeline of `r") > 3
    assert re.search(r"\*[0-9]+ more recordings? left out", document)


def test_two_recordings_are_no_single_diagram(rtlog: Callable[..., object]):
    done = rtlog("timeline", str(R1), str(next(SAMPLES.glob("r02-*"))), "--output-format", "mermaid")

    assert (done.code, done.err.count("\n")) == (2, 1)  # type: ignore[attr-defined]
    assert "one recording at a time" in done.err  # type: ignore[attr-defined]
