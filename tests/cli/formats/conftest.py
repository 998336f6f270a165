"""What the tests of formats share: the command as CI runs it, and recordings that try to break out of a report."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.selection import select
from rtlog.cli.loading import Setup, report_file

SAMPLES = Path(str(files("rtlog.recordings.samples")))
ANALYZE = [sys.executable, "-m", "rtlog.cli", "analyze", "--isolated"]
RULES = "RT1,RT2,RT301,RT4,RT904"
"""Enough for these tests, and what other rules come to say of the samples is no matter of formats."""
LOCAL_ERROR = "update_chat_ctx timed out."
"""The one text in r03 that a report quotes word for word."""
HOSTILE = (
    "a|b\\|c`d``e <img src=x onerror=alert(1)> [link](https://evil.example) @everyone #1 GH-2 %0A::error::owned\r\n"
    "## heading ]]> --> &amp; \x1b]0;title\x07 \x00 \x0b \ufffe \u202e {0} ::set-output name=x::y ##[add-mask]z"
)

Rtlog = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def analyze(tmp_path: Path) -> Rtlog:
    """Run `rtlog analyze` in *cwd*, without what the machine's own environment would change."""

    def run(
        *arguments: str | Path, cwd: Path = tmp_path, stdin: bytes = b"", **variables: str
    ) -> "subprocess.CompletedProcess[bytes]":
        own = {"FORCE_COLOR", "COLUMNS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY"}
        environment = {name: value for name, value in os.environ.items() if name not in own} | variables
        rules = () if "--select" in arguments else ("--select", RULES)
        command = [*ANALYZE, *rules, *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False)

    return run


@pytest.fixture
def sample() -> Callable[[str], Path]:
    """Give the sample recording whose name starts so."""

    def find(prefix: str) -> Path:
        (path,) = SAMPLES.glob(f"{prefix}-*.jsonl")
        return path

    return find


@pytest.fixture
def report(sample: Callable[[str], Path]) -> Callable[[str], RecordingReport]:
    """Give the report of the sample whose name starts so."""
    setup = Setup(rules=select(RULES.split(",")))
    return lambda prefix: report_file(sample(prefix), setup)


@pytest.fixture
def hostile(tmp_path: Path, sample: Callable[[str], Path]) -> Path:
    """Give a recording whose name and whose error text are made to break out of every format."""
    whole = sample("r03").read_text()
    assert LOCAL_ERROR in whole
    path = tmp_path / "a,b:c%d|e`f <g>\n::error::h & \"i'.rtlog.jsonl"
    path.write_text(whole.replace(LOCAL_ERROR, json.dumps(HOSTILE)[1:-1]))
    return path


@pytest.fixture
def unjudged(tmp_path: Path) -> Path:
    """Give a recording that proves nothing: it lacks the client's events."""
    path = tmp_path / "one-way.jsonl"
    path.write_text('{"type":"session.created","dir":"server","t":0,"event":{"type":"session.created"}}\n')
    return path
