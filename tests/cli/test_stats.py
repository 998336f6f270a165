"""`rtlog stats` as a person runs it."""

import csv
import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

SAMPLES = Path(str(files("rtlog.recordings.samples")))
SAMPLE = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
HOSTILE = "=HYPERLINK(1)\x1b[31m\u202eabc"


def rtlog(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "rtlog.cli", *map(str, arguments)]
    plain = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR"}}
    return subprocess.run(command, capture_output=True, check=False, env=plain | environment)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A turn whose words would run in a spreadsheet, and obey a terminal; untimed, with a record missing."""
    path = tmp_path / "hostile.jsonl"
    events = [
        {"type": "session.created", "session": {"id": "s1"}},
        {"type": "input_audio_buffer.speech_stopped", "item_id": "u1"},
        {"type": "input_audio_buffer.committed", "item_id": "u1"},
        {"type": "conversation.item.input_audio_transcription.completed", "item_id": "u1", "transcript": HOSTILE},
        {"type": "response.created", "response": {"id": "r1"}},
    ]
    lines = [json.dumps({"dir": "server", "event": event}) for event in events]
    path.write_text("\n".join([*lines, '{"dir": "server", "event": {"ty', '{"type": "session.updated"}']) + "\n")
    return path


def test_the_figures_of_one_recording_and_its_turns():
    ran = rtlog("stats", SAMPLE, "--turns")
    text = ran.stdout.decode()

    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "end of turn → first audio       3     90  1,370  1,370" in text
    assert "Where is it now?" in text
    assert "lookup_order" in text


def test_the_words_can_be_left_out():
    for how in ("text", "json", "csv"):
        ran = rtlog("stats", SAMPLE, "--turns", "--no-spoken", "--output-format", how)
        assert ran.returncode == 0
        assert b"Where is it" not in ran.stdout


def test_several_recordings_are_pooled_and_told_apart():
    report = json.loads(rtlog("stats", SAMPLES, "--output-format", "json").stdout)
    pooled = {(each["kind"], each["of"]): each["count"] for each in report["latencies"]}
    each = [latency for recording in report["recordings"] for latency in recording["latencies"]]

    assert len(report["recordings"]) > 1
    assert all(sum(o["count"] for o in each if (o["kind"], o["of"]) == key) == pooled[key] for key in pooled)
    text = rtlog("stats", SAMPLES, COLUMNS="1000").stdout.decode()
    assert all(recording["path"] in text for recording in report["recordings"])


def test_the_document_follows_its_schema():
    schema = json.loads(rtlog("schema", "stats").stdout)
    report = json.loads(rtlog("stats", SAMPLE, "--output-format", "json").stdout)

    assert list(Draft202012Validator(schema).iter_errors(report)) == []
    assert list(Draft202012Validator(schema).iter_errors({**report, "version": 2})) != []


def test_a_row_a_measurement(tmp_path: Path):
    target = tmp_path / "stats.csv"
    assert rtlog("stats", SAMPLE, "--output-format", "csv", "-o", target).stdout == b""
    rows = list(csv.DictReader(target.read_text().splitlines()))

    assert [row["ms"] for row in rows if row["kind"] == "user-to-first-audio"] == ["90.0", "90.0", "1370.0"]
    assert {row["of"] for row in rows if row["kind"] == "ack"} >= {"session.update", "conversation.item.delete"}


def test_words_of_the_wire_run_nowhere(hostile: Path):
    [row] = csv.DictReader(rtlog("stats", hostile, "--turns", "--format", "csv").stdout.decode().splitlines())
    text = rtlog("stats", hostile, "--turns").stdout.decode()

    assert row["said"] == "'=HYPERLINK(1)\\x1b[31m\\u202eabc"
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "=HYPERLINK(1)\\x1b[31m\\u202eabc" in text


def test_untimed_and_lossy_recordings_say_so(hostile: Path):
    text = rtlog("stats", hostile).stdout.decode()

    assert "records have no time: counts only" in text
    assert "records are missing" in text
    assert "end of turn → response        1    -    -    -" in text


@pytest.mark.parametrize("width", ["60", "80", "120", "200"])
def test_it_fits_and_no_figure_is_cut(width: str):
    ran = rtlog("stats", SAMPLE, "--turns", COLUMNS=width)
    lines = ran.stdout.decode().splitlines()
    table = lines[lines.index(next(line for line in lines if line.startswith("turn "))) :]

    assert all(len(line) <= int(width) for line in lines if not line.startswith(("Turns of", str(SAMPLE))))
    assert any(line.split()[:4] == ["4", "9.13", "1,340", "1,370"] for line in table)


def test_ascii_terminals_get_ascii():
    ran = rtlog("stats", SAMPLE, PYTHONIOENCODING="ascii")

    assert ran.stdout.isascii()
    assert b"end of turn -> first audio" in ran.stdout
    assert b"####" in ran.stdout


def test_what_cannot_be_read_is_one_line_and_the_others_go_on(tmp_path: Path):
    broken = tmp_path / "broken.jsonl"
    broken.write_text("nothing\n")
    ran = rtlog("stats", broken, SAMPLE)

    assert ran.returncode == 2
    assert len(ran.stderr.splitlines()) == 1
    assert b"4 turns" in ran.stdout
