"""`--output-format markdown`: a report for an issue, in which nothing of the wire is obeyed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.formats.markdown import COMMENT, document
from rtlog.timelines.markdown_text import cell, plain

Analyze = Callable[..., CompletedProcess[bytes]]
Sample = Callable[[str], Path]

HARMLESS = {
    "text", "code_inline", "softbreak", "paragraph_open", "paragraph_close", "inline", "fence", "em_open", "em_close",
    "strong_open", "strong_close", "heading_open", "heading_close", "bullet_list_open", "bullet_list_close",
    "ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close", "table_open", "table_close",
    "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open",
    "td_close",
}  # fmt: skip


def tokens(text: str) -> Iterator[Token]:
    """Parse *text* as GitHub does: with tables, HTML and bare links."""
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    for token in parser.parse(text):
        yield token
        yield from token.children or ()


def words(text: str) -> str:
    """Give what is written outside of code: all that a mention or a link could stand in."""
    outside, in_code = [], False
    for token in tokens(text):
        if token.type == "html_inline":
            in_code = token.content == "<code>"
        elif token.type == "text" and not in_code:
            outside.append(token.content)
    return " ".join(outside)


def table(text: str) -> list[str]:
    """Give the lines of the first table's body."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    return [line for line in lines[start + 1 :] if line.startswith("|")]


def test_a_story_has_a_heading_a_proof_and_what_follows(analyze: Analyze, sample: Sample):
    done = analyze(sample("r01"), sample("r02"), "--output-format", "markdown")

    text = done.stdout.decode()
    lines = text.splitlines()
    assert done.returncode == 1
    assert lines[0] == "## rtlog: 1 story (1 error), 5 consequences in 2 recordings"
    assert any(line.startswith(f"| `{sample('r02')}` | clean |  | 156 records, 154 of 154 events") for line in lines)
    assert "### RT101 in-flight-delete (error, proven)" in lines
    assert "| but | T+229 | → `conversation.item.delete` | the client deletes FC1 | 128 |" in lines
    assert "server  [sys1, msg1, msg2, msg3, msg4, msg5, FC1] becomes [sys1, msg3, msg4, msg5]" in lines
    assert "   * T+2561 ← `error`, line 167: refused as a duplicate" in lines
    assert {token.type for token in tokens(text)} <= HARMLESS


def test_hostile_text_shows_itself_and_does_nothing(analyze: Analyze, hostile: Path):
    done = analyze(hostile, "--output-format", "markdown")

    text = done.stdout.decode()
    outside = words(text)
    assert "onerror" in text
    assert {token.type for token in tokens(text)} <= HARMLESS | {"html_inline"}
    assert {token.content for token in tokens(text) if token.type == "html_inline"} <= {"<code>", "</code>"}
    for dangerous in ("@everyone", "https://", "#1", "GH-2", "<", "](", "## heading"):
        assert dangerous not in outside
    rows = [token for token in tokens(text) if token.type == "tr_open"]
    cells = [token for token in tokens(text) if token.type in {"td_open", "th_open"}]
    assert len(cells) == 4 * 2 + 5 * (len(rows) - 2)


@pytest.mark.parametrize("text", ["a|b", "a\\|b", "`|`", "a\\\\|@x", "|", "``|`", "<i>|</i>", "x` | `y"])
def test_a_bar_never_ends_a_cell(text: str):
    parsed = list(tokens(f"| a | b |\n|---|---|\n| {cell(plain(text))} | end |\n"))

    start = next(number for number, token in enumerate(parsed) if token.type == "td_open")
    shown = [token.content for token in parsed[start + 2 :] if token.type in {"text", "text_special", "code_inline"}]
    assert sum(token.type == "td_open" for token in parsed) == 2
    assert "".join(shown).replace(" ", "") == text.replace(" ", "") + "end"


def test_a_long_report_is_cut_for_a_comment_and_says_so(report: Callable[[str], RecordingReport]):
    text = document([report("r01"), *[report("r05")] * 60], COMMENT)

    assert COMMENT - 5_000 < len(text.encode()) < COMMENT
    assert text.index("### RT101") < text.index("### RT301")
    assert "more stories left out, the least grave: the report would be too long here.*" in text
    assert table(text)[0].split(" | ")[1] == "findings"


def test_of_many_recordings_the_clean_ones_are_only_counted(report: Callable[[str], RecordingReport]):
    text = document([report("r02")] * 70 + [report("r03")], COMMENT)

    assert "And 70 clean recordings." in text
    assert len(table(text.partition("###")[0])) == 1


def test_what_was_not_judged_is_said(analyze: Analyze, sample: Sample, unjudged: Path):
    done = analyze(sample("r05b"), unjudged, "--output-format", "markdown")

    text = done.stdout.decode()
    assert done.returncode == 3
    assert "| inconclusive: the recording has no client events |" in text
    assert "(needs local events).*" in text


def test_the_report_goes_to_a_file_in_the_same_bytes(analyze: Analyze, sample: Sample, tmp_path: Path):
    analyze(sample("r10"), "--output-format", "markdown", "-o", "report.md")
    to_stdout = analyze(sample("r10"), "--output-format", "markdown", LC_ALL="C", PYTHONUTF8="0")

    assert (tmp_path / "report.md").read_bytes() == to_stdout.stdout
