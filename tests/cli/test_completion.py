"""Completion as the shells do it: they run `rtlog` with the words so far in the environment."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rtlog.analyzers.rules import RULES
from rtlog.cli.app import COMMANDS

RTLOG = Path(sys.executable).with_name("rtlog")


@pytest.fixture(autouse=True)
def rtlog_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put `rtlog` on the path, in an empty folder and a home of its own."""
    assert RTLOG.exists(), "install rtlog beside the Python that runs the tests"
    monkeypatch.setenv("PATH", f"{RTLOG.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("_TYPER_COMPLETE_ARGS", raising=False)
    monkeypatch.chdir(tmp_path)


def run(program: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", "--norc", "-c", program],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def offered(*words: str) -> list[str]:
    """Give what rtlog offers bash for the last of *words*."""
    ran = run("rtlog", _RTLOG_COMPLETE="complete_bash", COMP_WORDS="\n".join(words), COMP_CWORD=str(len(words) - 1))
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.split()


@pytest.mark.parametrize("start", ["", "r", "schem"])
def test_commands_complete(start: str):
    assert offered("rtlog", start) == [name for name in COMMANDS if name.startswith(start)]


@pytest.mark.parametrize("command", COMMANDS)
def test_options_of_every_command_complete(command: str):
    assert offered("rtlog", command, "--hel") == ["--help"]


@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "--select"),
        ("analyze", "--extend-select"),
        ("analyze", "--ignore"),
        ("analyze", "--expect"),
        ("timeline", "--around"),
        ("rule",),
        ("rule", "RT401"),
    ],
)
def test_codes_and_names_of_rules_complete(words: tuple[str, ...]):
    assert offered("rtlog", *words, "RT1") == [rule.code for rule in RULES if rule.code.startswith("RT1")]
    assert offered("rtlog", *words, "in-fl") == ["in-flight-delete"]


def test_the_last_rule_of_a_list_completes():
    assert offered("rtlog", "analyze", "--select", "RT2,in-fl") == ["RT2,in-flight-delete"]


def test_a_code_completes_as_it_was_begun():
    assert offered("rtlog", "rule", "rt10")[:2] == ["rt101", "rt102"]


def test_a_value_behind_an_equals_sign_completes():
    # What bash makes of `rtlog analyze --select=in-fl`: the sign breaks words.
    assert offered("rtlog", "analyze", "--select", "=", "in-fl") == ["in-flight-delete"]
    assert "in-flight-delete" in offered("rtlog", "analyze", "--select", "=")
    assert offered("rtlog", "analyze", "--select", "=", "RT1", "--fail-on", "=", "e") == ["error"]


def test_words_may_come_on_one_line():
    ran = run("rtlog", _RTLOG_COMPLETE="complete_bash", COMP_WORDS="rtlog rule in-fl", COMP_CWORD="2")

    assert ran.stdout == "in-flight-delete\n"


def test_values_of_an_option_complete():
    assert offered("rtlog", "rule", "--output-format", "j") == ["json"]
    assert offered("rtlog", "schema", "re") == ["report", "recording"]


def test_where_rtlog_knows_nothing_the_shell_offers_files():
    assert offered("rtlog", "analyze", "") == []


def test_zsh_and_fish_are_told_the_name_beside_the_code():
    zsh = run("rtlog", _RTLOG_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="rtlog rule RT101")
    action = {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    fish = run("rtlog", _RTLOG_COMPLETE="complete_fish", _TYPER_COMPLETE_ARGS="rtlog rule RT101", **action)

    assert '"RT101":"in-flight-delete"' in zsh.stdout
    assert fish.stdout == "RT101\tin-flight-delete\n"


def completed_by_bash(setup: str, *words: str) -> list[str]:
    """Give what bash itself completes the last of *words* to, after *setup*."""
    program = f"""
    {setup}
    COMP_WORDS=({shlex.join(words)})
    COMP_CWORD={len(words) - 1}
    _rtlog_completion rtlog
    printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    ran = run(program)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.split()


def test_the_script_that_is_shown_works_in_bash():
    assert completed_by_bash('eval "$(rtlog --show-completion)"', "rtlog", "rule", "in-fl") == ["in-flight-delete"]


def test_the_completion_that_is_installed_works_in_bash(tmp_path: Path):
    ran = run("rtlog --install-completion; true")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert (tmp_path / ".bash_completions" / "rtlog.sh").is_file()
    assert completed_by_bash("source ~/.bashrc", "rtlog", "analyze", "--select", "RT10")[0] == "RT101"
