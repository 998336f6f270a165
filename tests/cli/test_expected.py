"""What is wrong with the value of an option or a setting is said in words, not in those of a validator."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rtlog.cli.expected import expected


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("cut call --pad abc", "Invalid value for '--pad': it should be a number. See: rtlog cut -h"),
        ("cut call --pad nan", "Invalid value for '--pad': it should be at least 0. See: rtlog cut -h"),
        ("list --limit 1.5", "Invalid value for '--limit' / '-n': it should be a whole number. See: rtlog list -h"),
        ("list --limit 0", "Invalid value for '--limit' / '-n': it should be at least 1. See: rtlog list -h"),
        ("timeline call --style bars", "Invalid value for '--style': 'bars' is not one of"),
    ],
)
def test_the_value_of_an_option(rtlog: Callable, arguments: str, told: str) -> None:
    ran = rtlog(*arguments.split())

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"rtlog: {told}")


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("select = 3", "select should be a list, not 3"),
        ("baseline = [1]", "baseline should be a string, not [1]"),
        ("fail-on = 3", "fail-on should be 'error', 'warning', 'info' or 'never', not 3"),
    ],
)
def test_the_value_of_a_setting(rtlog: Callable, tmp_path: Path, setting: str, told: str) -> None:
    (tmp_path / "rtlog.toml").write_text(setting)

    ran = rtlog("analyze", "call", "--config", str(tmp_path / "rtlog.toml"))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert ran.err.endswith(f"rtlog.toml:1: {told}\n")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Input should be less than or equal to 5", "at most 5"),
        ("Input should be greater than 0", "more than 0"),
        ("Input should be a valid boolean, unable to interpret input", "true or false"),
        ("Input should be a valid integer, got a number with a fractional part", "a whole number"),
        ("Input should be 1", "1"),
        ("Field required", "Field required"),
    ],
)
def test_other_messages(message: str, words: str) -> None:
    assert expected(message) == words
