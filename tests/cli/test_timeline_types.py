"""`rtlog timeline --type`: a type that nothing has is told, with the nearest that there are."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

R01 = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"


@pytest.mark.parametrize("output_format", ["text", "json", "mermaid"])
def test_a_type_that_nothing_has_is_told_in_one_line(rtlog: Callable, output_format: str) -> None:
    told = rtlog("timeline", str(R01), "--format", output_format, "--type", "error", "--type", "respons.creatd")

    assert told.code == 0
    assert told.err.startswith(f"rtlog: {R01}: no record is of type 'respons.creatd'; nearest: response.created, ")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("name", ["error", "response", "*.deleted", "close"])
def test_a_type_a_beginning_a_glob_and_a_kind_are_found(rtlog: Callable, name: str) -> None:
    assert rtlog("timeline", str(R01), "--type", name).err == ""
