"""`rtlog rule` as a person or a program runs it."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rtlog.analyzers.rule_docs import RuleCatalogue
from rtlog.analyzers.rules import RULES

CODES = [rule.code for rule in RULES]


def rtlog(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    own = {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}
    environment = {name: value for name, value in os.environ.items() if name not in own} | {"TERM": "xterm"}
    command = [sys.executable, "-m", "rtlog.cli", "rule", *arguments]
    return subprocess.run(command, env={**environment, **variables}, capture_output=True, text=True, check=False)


def catalogue(*arguments: str) -> RuleCatalogue:
    """Give what the JSON form says, held to its model."""
    return RuleCatalogue.model_validate_json(rtlog(*arguments, "--output-format", "json").stdout)


def told(text: str) -> list[str]:
    """Give the codes of the rules that a text or markdown form explains, in order."""
    return re.findall(r"^(?:#+ )?(RT\d+)[: ]", text, re.MULTILINE)


def test_a_rule_is_explained_on_a_page():
    ran = rtlog("RT101", COLUMNS="80")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("RT101 in-flight-delete  error at most, proven or likely\n")
    for expected in (
        "what it is",
        "why it hurts",
        "what to do",
        "explains      RT102 previous-item-not-found",
        "explained by  RT111 placeholder-dropped",
        "[tool.rtlog.rules.RT101]",
        "call-window-ms = 30000",
        "https://github.com/livekit/agents/issues/5021",
        "* 229  > delete fc1",
        "error, proven: FC1 was deleted while its call was open: the server added",
    ):
        assert expected in ran.stdout


@pytest.mark.parametrize("columns", ["80", "100", "200"])
def test_prose_is_folded_to_the_terminal_and_to_what_one_can_read(columns: str):
    lines = rtlog("RT101", COLUMNS=columns).stdout.splitlines()

    assert max(map(len, lines)) <= min(int(columns), 100)
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_pipe_gets_the_same_without_colour():
    in_a_pipe = rtlog("RT101").stdout

    assert "\x1b[" not in in_a_pipe
    assert in_a_pipe == rtlog("RT101", COLUMNS="100").stdout
    assert "\x1b[" in rtlog("RT101", FORCE_COLOR="1").stdout


def test_a_tape_is_shown_line_by_line_however_narrow_the_terminal():
    tape_lines = [line.strip() for rule in RULES for example in rule.bad for line in example.tape.strip().splitlines()]
    longest = max(tape_lines, key=len)

    assert len(longest) > 90
    assert longest in rtlog("--all", COLUMNS="40").stdout


@pytest.mark.parametrize(
    ("asked", "explained"),
    [
        (["rt101"], ["RT101"]),
        (["in-flight-delete"], ["RT101"]),
        (["RT404", "RT101"], ["RT101", "RT404"]),
        (["RT404,in-flight-delete", "RT101"], ["RT101", "RT404"]),
        (["RT9"], ["RT901", "RT902", "RT903", "RT904", "RT905"]),
        (["--all"], CODES),
    ],
)
def test_rules_are_asked_for_by_code_name_and_prefix(asked: list[str], explained: list[str]):
    assert told(rtlog(*asked).stdout) == explained
    assert [rule.code for rule in catalogue(*asked).rules] == explained
    assert told(rtlog(*asked, "--output-format", "markdown").stdout) == explained


@pytest.mark.parametrize(
    ("asked", "nearest"), [("RT109x", "RT109"), ("in-flight-delet", "in-flight-delete"), ("nothing like it", "")]
)
def test_a_rule_that_does_not_exist_is_told_with_its_nearest(asked: str, nearest: str):
    ran = rtlog("RT101", asked)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"rtlog: no rule is called '{asked}'; the nearest is {nearest}")
    assert len(ran.stderr.splitlines()) == 1


def test_without_a_rule_all_are_listed():
    text, markdown = rtlog().stdout, rtlog("--format", "markdown").stdout

    assert re.findall(r"^  (RT\d+)  ", text, re.MULTILINE) == CODES
    assert "RT1xx: Conversation items and context sync\n  RT101  in-flight-delete" in text
    assert re.findall(r"^\| (RT\d+) \|", markdown, re.MULTILINE) == CODES
    assert "| RT101 in-flight-delete | RT102, RT104" in markdown
    assert [rule.code for rule in catalogue().rules] == CODES


def test_who_explains_whom_is_told_from_both_ends():
    rules = {rule.code: rule for rule in catalogue("--all").rules}

    explained_by = {code: {other.code for other in rule.explained_by} for code, rule in rules.items()}
    assert {(rule.code, code) for rule in RULES for code in rule.leads_to if code in rules} == {
        (cause, code) for code, causes in explained_by.items() for cause in causes
    }
    assert rules["RT101"].leads_to[0].name == rules["RT102"].name


def test_the_json_form_holds_all_that_a_rule_documents():
    (doc,) = json.loads(rtlog("RT401", "--output-format", "json").stdout)["rules"]

    assert (doc["code"], doc["name"], doc["severity"]) == ("RT401", "tool-call-unanswered", "error")
    assert doc["needs"] == ["time", "client"]
    assert {option["name"]: option["default"] for option in doc["options"]} == {
        "patience-ms": 10_000,
        "fire-and-forget": [],
    }
    assert {"text": "livekit/agents#5021", "url": "https://github.com/livekit/agents/issues/5021"} in (
        catalogue("RT101").model_dump()["rules"][0]["references"]
    )
    assert [example["message"] for example in doc["good"]] == [None] * len(doc["good"])
    assert all(example["severity"] and example["message"] for example in doc["bad"])


def test_the_settings_that_the_text_shows_are_the_defaults_in_toml():
    shown = re.findall(r"^    ([a-z-]+ = \S+)  ", rtlog("RT401").stdout, re.MULTILINE)

    assert tomllib.loads("\n".join(shown)) == {"patience-ms": 10_000, "fire-and-forget": []}


def test_markdown_of_all_rules_links_within_itself():
    text = rtlog("--all", "--format", "markdown").stdout

    anchors = {
        f"#{heading.replace(': ', '-').lower()}" for heading in re.findall(r"^## (RT\d+: .*)$", text, re.MULTILINE)
    }
    linked = set(re.findall(r"\]\((#[^)]*)\)", text))
    assert "#rt102-previous-item-not-found" in linked
    assert linked <= anchors


def test_the_documentation_may_go_to_a_file(tmp_path: Path):
    target = tmp_path / "rule.md"

    ran = rtlog("RT101", "--format", "markdown", "-o", str(target))
    assert (ran.returncode, ran.stdout) == (0, "")
    assert target.read_text(encoding="utf-8").startswith("# RT101: in-flight-delete\n")
