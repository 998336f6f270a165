"""The command line as a whole: version, help, usage errors, pipes and interrupts."""

import os
import re
import signal
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.cli.app import COMMANDS

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
R2 = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"
RTLOG = [sys.executable, "-m", "rtlog.cli"]
LINE = b'{"type":"session.created","dir":"server","t":0,"event":{"type":"session.created"}}\n'
MORE_THAN_A_PIPE_HOLDS = 1_000_000


def rtlog(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if k not in {"FORCE_COLOR", "NO_COLOR"}}
    return subprocess.run(
        [*RTLOG, *arguments],
        env={**environment, "COLUMNS": "100", "TERM": "xterm", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version(option: str):
    ran = rtlog(option)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"rtlog {version('rtlog')}\n", "")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_every_command_in_its_order(option: str):
    ran = rtlog(option)

    assert ran.returncode == 0
    assert tuple(re.findall(r"^│ (\w+) ", ran.stdout.split("Commands")[1], re.MULTILINE)) == COMMANDS


def test_help_names_the_option_that_is_answered_before_it():
    assert "--version" in rtlog("-h").stdout


def test_no_arguments_show_the_help():
    assert rtlog().stdout.strip() == rtlog("-h").stdout.strip()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_one_example(command: str):
    ran = rtlog(command, "-h")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("Example: rtlog ") == 1
    assert f"Example: rtlog {command}" in ran.stdout


@pytest.mark.parametrize("arguments", [["frobnicate"], ["--frobnicate"], ["analyze", "--frobnicate"], ["analyze"]])
def test_a_usage_error_exits_2_and_prints_no_data(arguments: list[str]):
    ran = rtlog(*arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr != ""
    assert "Traceback" not in ran.stderr


def test_bad_input_is_one_line_that_cannot_command_the_terminal():
    ran = rtlog("info", "no\x1b[31m\nsuch.rtlog.jsonl")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.startswith("rtlog: no\\x1b[31m\\nsuch.rtlog.jsonl")


def test_colour_is_for_terminals_and_for_those_who_ask():
    assert "\x1b[" not in rtlog("analyze", str(R1)).stdout
    assert "\x1b[" in rtlog("analyze", str(R1), FORCE_COLOR="1").stdout
    assert "\x1b[" not in rtlog("analyze", str(R1), NO_COLOR="1").stdout


@pytest.mark.parametrize("command", ["analyze", "timeline", f"diff {R2}", "redact -o -", "cut -o -"])
def test_a_reader_that_goes_away_is_neither_a_finding_nor_complained_about(command: str) -> None:
    reading, writing = os.pipe()
    # Before there is anything to read: all of it fits into the pipe, and might be told before anybody goes.
    os.close(reading)
    with os.fdopen(writing, "wb") as stdout:
        ran = subprocess.run([*RTLOG, *command.split(), str(R1)], stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_an_interrupt_exits_130_without_a_word():
    with subprocess.Popen(
        [*RTLOG, "analyze", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        # This much is only taken by somebody who reads: the interrupt finds the analysis at work.
        process.stdin.write(LINE * (MORE_THAN_A_PIPE_HOLDS // len(LINE)))
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)
    assert (process.returncode, *output) == (130, b"", b"")
