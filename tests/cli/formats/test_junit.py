"""`--output-format junit`, as the test reports of GitLab, Jenkins, CircleCI and GitHub read it."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Analyze = Callable[..., CompletedProcess[bytes]]
Sample = Callable[[str], Path]

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase", "system-out", "system-err"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped", "system-out", "system-err"},
}
"""Which element may hold which: the JUnit schema of Jenkins' xUnit plug-in, as far as servers agree on it."""
REQUIRED = {
    "testsuites": {"tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
}
ALLOWED = {
    "testsuites": {"name", "time"},
    "testcase": {"file", "line"},
}


def check(element: ET.Element) -> None:
    """Assert that *element* and what it holds are what a JUnit file may hold."""
    attributes = set(element.attrib)
    required = REQUIRED.get(element.tag, set())
    assert required <= attributes <= required | ALLOWED.get(element.tag, set()), element.tag
    for child in element:
        assert child.tag in CHILDREN.get(element.tag, set()), f"<{child.tag}> in <{element.tag}>"
        check(child)


def counts(element: ET.Element) -> tuple[int, int, int]:
    cases = list(element.iter("testcase"))
    return (
        len(cases),
        sum(case.find("failure") is not None for case in cases),
        sum(case.find("error") is not None for case in cases),
    )


def parsed(document: bytes) -> ET.Element:
    """Parse and check the document; every suite must count what it holds."""
    root = ET.fromstring(document)  # noqa: S314 - our own document
    assert root.tag == "testsuites"
    check(root)
    for element in (root, *root):
        assert tuple(int(element.get(name, "")) for name in ("tests", "failures", "errors")) == counts(element)
    return root


def cases(root: ET.Element) -> Iterator[tuple[str, str]]:
    """Give each case's name with its outcome."""
    for case in root.iter("testcase"):
        outcomes = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
        assert len(outcomes) <= 1
        yield case.get("name", ""), outcomes[0] if outcomes else "passed"


def test_a_story_is_a_failure_with_its_proof(analyze: Analyze, sample: Sample):
    done = analyze(sample("r01"), "--output-format", "junit", "--select", "RT101,RT404")

    root = parsed(done.stdout)
    ((name, outcome),) = cases(root)
    assert done.returncode == 1
    assert name.startswith("RT101 in-flight-delete (RT101-")
    assert outcome == "failure"
    (failure,) = root.iter("failure")
    assert failure.get("type") == "RT101"
    assert (failure.get("message") or "").startswith("FC1 was deleted while its call was open")
    text = failure.text or ""
    assert "T+229  -> conversation.item.delete" in text
    assert "1. T+1402  error[RT404] tool-output-unknown-call" in text


def test_every_verdict_has_a_case_and_none_is_skipped(analyze: Analyze, sample: Sample, unjudged: Path, tmp_path: Path):
    (tmp_path / "empty.jsonl").write_bytes(b"")
    done = analyze(sample("r02"), sample("r06b"), unjudged, "empty.jsonl", "--output-format", "junit")

    root = parsed(done.stdout)
    assert done.returncode == 2
    outcomes = [[(name.split()[0], outcome) for name, outcome in cases(suite)] for suite in root]
    assert outcomes == [
        [("verdict", "passed")],
        [("verdict", "passed"), ("RT201", "passed")],
        [("verdict", "error"), ("RT904", "passed")],
        [("verdict", "error")],
    ]
    assert [error.get("type") for error in root.iter("error")] == ["inconclusive", "unreadable"]
    assert "the recording has no client events" in (next(root.iter("error")).get("message") or "")


def test_a_story_that_is_information_passes_and_is_told(analyze: Analyze, sample: Sample):
    done = analyze(sample("r06b"), "--output-format", "junit")

    (told,) = parsed(done.stdout).iter("system-out")
    assert done.returncode == 0
    assert "info[RT201] late-response-created" in (told.text or "")


def test_a_class_name_has_one_dot_so_that_servers_group_by_recording(analyze: Analyze, sample: Sample):
    done = analyze(sample("r02"), "--output-format", "junit")

    (case,) = parsed(done.stdout).iter("testcase")
    classname = case.get("classname") or ""
    assert classname.count(".") == 1
    assert classname.startswith("rtlog.")
    assert classname.endswith("r02-in-flight-delete-fixed")
    assert case.get("file") == str(sample("r02"))


def test_hostile_text_is_shown_and_stays_xml(analyze: Analyze, hostile: Path):
    done = analyze(hostile, "--output-format", "junit", LC_ALL="C", PYTHONUTF8="0")

    root = parsed(done.stdout)
    (failure,) = root.iter("failure")
    text = failure.text or ""
    assert "<img src=x" in text
    assert "]]>" in text
    assert r"\x1b]0;title\x07 \x00 \x0b \ufffe \u202e" in text
    assert r"\n::error::h & " in (root[0].get("name") or "")


@pytest.mark.parametrize("prefix", ["r01", "r05b", "r10"])
def test_the_same_recording_gives_the_same_bytes(analyze: Analyze, sample: Sample, prefix: str, tmp_path: Path):
    to_file = analyze(sample(prefix), "--output-format", "junit", "-o", "report.xml")
    to_stdout = analyze(sample(prefix), "--output-format", "junit", COLUMNS="40", FORCE_COLOR="1")

    assert to_file.stdout == b""
    assert (tmp_path / "report.xml").read_bytes() == to_stdout.stdout


@pytest.mark.parametrize(
    ("options", "code", "outcomes"),
    [
        ((), 1, ["passed", "failure"]),
        (("--fail-on", "error"), 0, ["passed", "passed", "passed"]),
        (("--fail-on", "info"), 1, ["failure", "failure"]),
        (("--fail-on", "never"), 0, ["passed", "passed", "passed"]),
        (("--expect", "RT301"), 0, ["passed", "passed", "passed"]),
        (("--exit-zero",), 0, ["passed", "failure"]),
    ],
)
def test_what_fails_the_run_fails_its_case(
    analyze: Analyze, sample: Sample, options: tuple[str, ...], code: int, outcomes: list[str]
):
    done = analyze(sample("r05"), "--output-format", "junit", *options)

    assert done.returncode == code
    assert [outcome for _, outcome in cases(parsed(done.stdout))] == outcomes
