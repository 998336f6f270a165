"""Whatever text a recording holds, every format stays what it is: one document, with the text shown in it."""

import json
import re
import xml.etree.ElementTree as ET
from io import StringIO

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from rtlog.analyzers.report import CoverageReport, EvidenceReport, FindingReport, RecordingReport, Report, StoryReport
from rtlog.cli.formats import github, junit, markdown, report_json, sarif
from rtlog.cli.formats.wording import printable

MARKS = st.sampled_from(
    ["|", "\\", "`", "``", "<b>", "&amp;", "[x](y)", "![", "@you", "#1", "::", "%0A", "\r\n", "\n# ", "]]>", "\x1b[2J",
     "{0}", "*", "_", "~~", "www.evil.example", "http://evil.example", "\ufffe", "\u2028", "- ", "1. ", "---", "$x$"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(MARKS, st.text(max_size=6)), max_size=8).map("".join)
HARMLESS = re.compile(r"(text|code_inline|softbreak|inline|fence|(em|strong|heading|paragraph|bullet_list|ordered_list"
                      r"|list_item|table|thead|tbody|tr|th|td)_(open|close))$")  # fmt: skip


def recording(text: str) -> RecordingReport:
    """Give a report that holds *text* wherever text of the wire, or of a user's rule, may come to stand."""
    evidence = EvidenceReport(line=3, t_ms=1.0, dir="server", type=f"x{text}", note=text)
    root = FindingReport(
        id="X1-1",
        rule="X1",
        name="a-rule",
        severity="error",
        certainty="proven",
        message=text,
        t_ms=1.0,
        line=3,
        conn=1,
        items=[text],
        responses=[],
        calls=[],
        evidence=[evidence],
        caused_by=None,
        leads_to=["X1-2"],
        prevented_by=[text],
    )
    effect = replace(root, id="X1-2", line=4, caused_by="X1-1", prevented_by=[f"or {text}"])
    coverage = CoverageReport(
        records=2,
        events=2,
        modelled=2,
        unknown={},
        unanswered=0,
        lossy=False,
        timed=True,
        complete=True,
        damage=[],
        not_judged={"X2": f"raised {text}"},
    )
    return RecordingReport(
        path=f"a{text.replace(chr(0), '')}.jsonl",
        id="",
        verdict="inconclusive",
        reason=text,
        coverage=coverage,
        stories=[StoryReport(root="X1-1", findings=["X1-1", "X1-2"])],
        findings=[root, effect],
    )


@given(TEXTS)
@example("\x00\x08\x0b\x1f\ufffe\uffff\U0001fffe")
def test_junit_is_xml_that_says_the_text(text: str):
    stream = StringIO()
    report = recording(text)

    junit.write([report], stream, failing=lambda each: each.findings)

    (suite,) = ET.fromstring(stream.getvalue())  # noqa: S314 - our own document
    assert suite.get("name") == printable(report.path)
    (failure,) = suite.iter("failure")
    assert failure.get("message") == printable(text)


@given(TEXTS)
@example("\x7f\x85\x9b31m\u2028\u202e\U000e0001é😀")
def test_json_says_the_text_and_nothing_that_a_terminal_obeys(text: str):
    whole, lines = StringIO(), StringIO()

    report_json.write([recording(text)], whole)
    report_json.write_lines([recording(text)], lines)

    assert msgspec.json.decode(whole.getvalue(), type=Report).recordings == [recording(text)]
    assert msgspec.json.decode(lines.getvalue(), type=RecordingReport) == recording(text)
    assert whole.getvalue().replace("\n", "").isprintable()
    assert lines.getvalue().removesuffix("\n").isprintable()


@given(TEXTS)
def test_sarif_is_json_without_links_or_placeholders(text: str):
    stream = StringIO()

    sarif.write([recording(text)], stream)

    (run,) = json.loads(stream.getvalue())["runs"]
    (result,) = run["results"]
    message = result["message"]["text"]
    assert "](" not in message
    assert message.count("{") % 2 == message.count("}") % 2 == 0
    shown = message.replace("] (", "](").replace("{{", "{").replace("}}", "}")
    assert shown.startswith(printable(text).replace("] (", "]("))


@given(TEXTS)
def test_github_gets_one_command_for_each_thing_to_say(text: str):
    stream = StringIO()

    github.write([recording(text)], stream)

    error, warning, last = stream.getvalue().split("\n")[:-1]
    assert (error[:8], warning[:10], last[:7]) == ("::error ", "::warning ", "rtlog: ")
    assert stream.getvalue().splitlines() == [error, warning, last]
    assert "##[" not in last


@given(TEXTS)
def test_markdown_shows_text_and_obeys_none(text: str):
    report = recording(text)

    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(markdown.document([report], 60_000))

    inner = [child for token in tokens for child in token.children or ()]
    special = [token for token in (*tokens, *inner) if not HARMLESS.match(token.type)]
    assert {token.content for token in special if token.type == "html_inline"} <= {"<code>", "</code>"}
    assert {token.type for token in special} <= {"html_inline", "text_special"}
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h2", "h3"]
    assert sum(token.type in {"td_open", "th_open"} for token in tokens) == 4 * 2 + 5 * 2
    assert sum(token.type == "list_item_open" for token in tokens) == 3
