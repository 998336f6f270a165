"""The short way into `rtlog analyze`: what it reads means what typer takes it for, and the rest is left to typer."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from rtlog.cli.quick import asked_for

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = str(SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl")
R2 = str(SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl")
BY_TYPER = ("--fail-on", "warning")
"""The default, said aloud: an option that only typer reads."""


@pytest.mark.parametrize(
    "words",
    [
        [R1],
        [R2],
        [R2, R1],
        [R1, "--exit-zero"],
        ["-q", R1, R2],
        ["--quiet", "--isolated", R1],
        ["--output-format", "json", R1],
        [R1, "--format", "concise", "--exit-zero"],
        ["nowhere.rtlog.jsonl", R1],
        ["nowhere.rtlog.jsonl", "--exit-zero"],
    ],
    ids=lambda words: " ".join(Path(word).name for word in words),
)
def test_either_way_says_the_same(rtlog: Callable[..., Any], words: list[str]):
    assert asked_for(words) is not None
    assert asked_for([*words, *BY_TYPER]) is None
    assert rtlog("analyze", *words) == rtlog("analyze", *words, *BY_TYPER)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-h"],
        ["--help", R1],
        ["--", R1],
        ["-qh", R1],
        ["--exit", R1],
        ["--quiet=yes", R1],
        ["--output-format"],
        ["--output-format", "yaml", R1],
        ["--output-format=json", R1],
        ["--select", "RT101", R1],
        ["--isolated"],
    ],
    ids=lambda words: " ".join(Path(word).name for word in words) or "nothing",
)
def test_every_other_command_line_is_left_to_typer(words: list[str]):
    assert asked_for(words) is None
