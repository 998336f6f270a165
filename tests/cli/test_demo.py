"""`rtlog demo`, whole: a server, a proxy and a client on the loopback, in the story's own time."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rtlog.cli.loading import analyze_file
from rtlog.recordings.taps.proxy import Options
from rtlog.simulator.demonstration import demonstrate

RACE = ["RT101", "RT102", "RT104", "RT104", "RT104", "RT404"]


def run(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "rtlog.cli", "demo", *arguments]
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_demo_records_the_race_and_tells_its_story(tmp_path: Path):
    ran = run(folder=tmp_path)

    (path,) = (tmp_path / "recordings").iterdir()
    assert ran.returncode == 0
    assert f"rtlog: recorded recordings/{path.name}" in ran.stderr.splitlines()
    assert "1 story (1 error), 5 consequences" in ran.stdout
    drawn, _, told = ran.stdout.partition("error[RT101] in-flight-delete")
    assert "local.ctx_push_begin  pushes" in drawn
    assert "! RT101 in-flight-delete" in drawn
    assert "what would have prevented it:" in told
    assert path.stat().st_mode & 0o777 == 0o600

    _, analysis = analyze_file(path)
    assert sorted(finding.rule for finding in analysis.findings) == RACE
    assert {finding.certainty for finding in analysis.findings} == {"proven"}
    (story,) = analysis.stories
    assert story.root.rule == "RT101"


def test_one_recording_holds_the_wire_and_what_the_client_tells(tmp_path: Path):
    path = asyncio.run(demonstrate(Options(output=tmp_path / "demo.rtlog.jsonl"), pace=0))

    header, *records, footer = map(json.loads, path.read_text().splitlines())
    assert (header["tap"], header["client"]) == ("proxy", "rtlog scripted client")
    assert {record["dir"] for record in records if "dir" in record} == {"client", "server", "local"}
    assert {record["src"] for record in records if record.get("dir") == "local"} == {"sdk"}
    assert footer == {"end": True, "records": len(records), "dropped": 0}


def test_the_recorded_server_keeps_every_invariant_but_the_one_of_the_race(tmp_path: Path):
    path = asyncio.run(demonstrate(Options(output=tmp_path / "demo.rtlog.jsonl"), pace=0))

    _, analysis = analyze_file(path)

    assert sorted({finding.rule for finding in analysis.findings}) == sorted(set(RACE))


def test_an_existing_file_is_not_overwritten(tmp_path: Path):
    taken = tmp_path / "taken.rtlog.jsonl"
    taken.write_text("mine")

    ran = run("-o", str(taken), folder=tmp_path)

    assert (ran.returncode, ran.stdout, taken.read_text()) == (2, "", "mine")
    assert ran.stderr == f"rtlog: {taken}: already exists; use --force to overwrite it, or another -o\n"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_has_an_example(tmp_path: Path, option: str):
    ran = run(option, folder=tmp_path)

    assert ran.returncode == 0
    assert "Example: rtlog demo" in ran.stdout
