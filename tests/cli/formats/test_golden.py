"""What each format makes of one report, to be read: the files in `golden/`.

After a change that is meant, write them again: `RTLOG_WRITE_GOLDEN=1 pytest tests/cli/formats/test_golden.py`.
"""

import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.formats import github, junit, markdown
from rtlog.cli.formats.story_text import concise, full

GOLDEN = Path(__file__).parent / "golden"
REPORT = msgspec.json.decode((GOLDEN / "report.json").read_text(), type=RecordingReport)


def on_a_terminal(width: int) -> str:
    """Give the text as a terminal of *width* columns shows it, without its colours."""
    stream = StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False, no_color=True)
    for paragraph in full(REPORT):
        console.print(paragraph)
    return stream.getvalue()


def in_lines() -> str:
    return "".join(f"{line.plain}\n" for line in concise(REPORT))


def as_junit() -> str:
    stream = StringIO()
    junit.write([REPORT], stream, failing=lambda report: report.findings)
    return stream.getvalue()


def as_annotations() -> str:
    stream = StringIO()
    github.write([REPORT], stream)
    return stream.getvalue()


def as_markdown() -> str:
    stream = StringIO()
    markdown.write([REPORT], stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("full-80.txt", lambda: on_a_terminal(80)),
        ("full-120.txt", lambda: on_a_terminal(120)),
        ("concise.txt", in_lines),
        ("junit.xml", as_junit),
        ("github.txt", as_annotations),
        ("markdown.md", as_markdown),
    ],
)
def test_a_format_shows_the_report_as_its_golden_file(
    name: str, made: Callable[[], str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    text = made()
    if "RTLOG_WRITE_GOLDEN" in os.environ:
        (GOLDEN / name).write_text(text, encoding="utf-8")

    assert text == (GOLDEN / name).read_text(encoding="utf-8")
