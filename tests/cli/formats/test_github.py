"""`--output-format github`, read as the runner of GitHub Actions reads a step's output."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest

from rtlog.analyzers.report import RecordingReport
from rtlog.cli.formats.github import SUMMARY, write

Analyze = Callable[..., CompletedProcess[bytes]]
Sample = Callable[[str], Path]

COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>.*?))?::(?P<data>.*)")


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def unescaped(text: str, *marks: tuple[str, str]) -> str:
    """Undo the escapes in the runner's order: the per cent sign last."""
    for escaped, plain in (*marks, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def commands(output: bytes) -> list[Command]:
    """Read *output* as the runner does: a line that begins with `::` is a command, whatever else is log."""
    found = []
    for line in output.decode().splitlines():
        match = COMMAND.match(line.lstrip())
        if match is None:
            assert "##[" not in line, "the runner obeys this spelling anywhere in a line"
            continue
        pairs = [each.partition("=") for each in (match["properties"] or "").split(",")]
        properties = {key: unescaped(value, ("%3A", ":"), ("%2C", ",")) for key, _, value in pairs}
        found.append(Command(match["name"], properties, unescaped(match["data"])))
    return found


def test_a_story_is_one_annotation_that_names_what_follows(analyze: Analyze, sample: Sample):
    done = analyze(sample("r03"), "--output-format", "github")

    (command,) = commands(done.stdout)
    assert done.returncode == 1
    assert command.name == "error"
    assert command.properties == {
        "file": str(sample("r03")),
        "line": "96",
        "title": "RT102 previous-item-not-found (proven)",
    }
    first, *following = command.data.splitlines()
    assert first.startswith("previous_item_id not found: the server put msg5 behind msg4")
    assert [line.split(":")[0] for line in following] == ["RT104 ghost-recreate", "RT106 sync-waiter-stranded"]
    assert done.stdout.decode().splitlines()[-1] == "rtlog: 1 recording: 1 story; 1 with findings"


def test_the_worst_come_first_and_what_could_not_be_judged_before_them(
    analyze: Analyze, sample: Sample, unjudged: Path
):
    unjudged.with_name("empty.jsonl").write_bytes(b"")
    done = analyze(sample("r05"), sample("r03"), unjudged, "empty.jsonl", "--output-format", "github")

    found = [(each.name, each.properties["title"].split()[0]) for each in commands(done.stdout)]
    assert found == [
        ("error", "unreadable"),
        ("error", "RT102"),
        ("warning", "inconclusive"),
        ("warning", "RT301"),
        ("notice", "RT904"),
        ("notice", "RT103"),
    ]


def test_a_clean_recording_is_no_annotation(analyze: Analyze, sample: Sample):
    done = analyze(sample("r02"), "--output-format", "github")

    assert (done.returncode, commands(done.stdout)) == (0, [])
    assert done.stdout == b"rtlog: 1 recording: 0 stories; 1 clean\n"


def test_hostile_text_is_no_command_of_its_own(analyze: Analyze, hostile: Path):
    done = analyze(hostile, "--output-format", "github")

    (command,) = commands(done.stdout)
    assert command.properties["line"] == "96"
    assert command.properties["file"].endswith(r"""a,b:c%d|e`f <g>\n::error::h & "i'.rtlog.jsonl""")


def test_the_summary_of_the_step_is_appended(analyze: Analyze, sample: Sample, tmp_path: Path):
    (tmp_path / "summary.md").write_text("# What another command wrote\n")

    done = analyze(sample("r03"), "--output-format", "github", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))

    text = (tmp_path / "summary.md").read_text()
    assert done.returncode == 1
    assert text.startswith("# What another command wrote\n## rtlog: 1 story (1 error), 2 consequences in 1 recording\n")
    assert "### RT102 previous-item-not-found (error, proven)" in text


def test_a_summary_that_cannot_be_written_costs_no_verdict(analyze: Analyze, sample: Sample, tmp_path: Path):
    done = analyze(sample("r03"), "--output-format", "github", GITHUB_STEP_SUMMARY=str(tmp_path / "no" / "summary"))

    assert done.returncode == 1
    assert len(commands(done.stdout)) == 1
    assert b"the summary cannot be written" in done.stderr


def test_a_long_summary_is_cut_below_what_github_takes(
    report: Callable[[str], RecordingReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "summary.md"
    path.write_bytes(b"x" * 1_000)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    stream = StringIO()

    write([report("r01")] * 1_000, stream)

    text = path.read_text()
    assert 0.9 * SUMMARY < path.stat().st_size <= SUMMARY
    left = re.search(r"\*(\d+) more stories left out, the least grave", text)
    assert left
    assert int(left[1]) + text.count("### RT101") == 1_000
    assert stream.getvalue().splitlines()[-1].endswith("; 990 annotations more than GitHub shows")
