"""`--output-format json` and `jsonl`: the report itself."""

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import msgspec
import pytest

from rtlog.analyzers.report import RecordingReport, Report

Analyze = Callable[..., CompletedProcess[bytes]]
Sample = Callable[[str], Path]


def test_json_is_utf_8_whatever_the_terminal_speaks(analyze: Analyze, sample: Sample, tmp_path: Path):
    (tmp_path / "é.jsonl").write_bytes(sample("r03").read_bytes())

    done = analyze("é.jsonl", "--output-format", "json", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="latin-1")

    (report,) = msgspec.json.decode(done.stdout.decode(), type=Report).recordings
    assert report.path == "é.jsonl"


@pytest.mark.parametrize("output_format", ["json", "jsonl"])
def test_the_name_of_a_file_may_be_any_bytes(analyze: Analyze, sample: Sample, tmp_path: Path, output_format: str):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.jsonl")).write_bytes(sample("r03").read_bytes())

    done = analyze(tmp_path, "--output-format", output_format)

    text = done.stdout.decode()
    reports = [msgspec.json.decode(text, type=RecordingReport)] if output_format == "jsonl" else None
    (report,) = reports or msgspec.json.decode(text, type=Report).recordings
    assert done.returncode == 1
    assert report.path.endswith(r"bad\xff.jsonl")
