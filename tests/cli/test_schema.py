"""`rtlog schema`: what it prints is a schema, and what rtlog writes follows it."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rtlog.recordings.format import FORMAT_VERSION, RECORD_KINDS, AudioPolicy, Header
from rtlog.recordings.record import Record
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.schema import RECORDS
from rtlog.recordings.writer import Gap, Writer

NAMES = ("report", "recording", "config", "stats")
SAMPLES = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.rtlog.jsonl"))
FORMAT = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")


def rtlog(*arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "rtlog.cli", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    return {name: json.loads(rtlog("schema", name).stdout) for name in NAMES}


def problems(schema: dict[str, Any], value: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(value)]


def lines_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_says_its_version(name: str, schemas: dict[str, Any]):
    schema = schemas[name]

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["$id"] == f"urn:rtlog:schema:{name}:{schema['version']}"
    assert schema["title"]


def test_a_schema_that_does_not_exist_is_a_usage_error():
    ran = rtlog("schema", "reports")

    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"'report', 'recording', 'config'" in ran.stderr


def test_a_schema_may_go_to_a_file(tmp_path: Path, schemas: dict[str, Any]):
    target = tmp_path / "report.schema.json"

    assert rtlog("schema", "report", "--output", str(target)).stdout == b""
    assert json.loads(target.read_text()) == schemas["report"]


def test_reports_follow_the_schema_whatever_the_verdict(tmp_path: Path, schemas: dict[str, Any]):
    empty, other = tmp_path / "empty.jsonl", tmp_path / "other.jsonl"
    empty.touch()
    other.write_text('{"dir":"server","event":{"setupComplete":{}}}\n')
    ran = rtlog("analyze", "--output-format", "json", *map(str, [*SAMPLES, empty, other]))

    report = json.loads(ran.stdout)
    verdicts = {recording["verdict"] for recording in report["recordings"]}
    assert verdicts == {"findings", "clean", "inconclusive", "unreadable"}
    assert problems(schemas["report"], report) == []
    assert problems(schemas["report"], {**report, "version": 2}) != []
    assert problems(schemas["report"], {"version": 1, "tool": "rtlog"}) != []


def test_a_line_of_a_jsonl_report_follows_its_part_of_the_schema(schemas: dict[str, Any]):
    part = {**schemas["report"], "$ref": "#/$defs/RecordingReport"}
    part = {key: value for key, value in part.items() if key not in {"properties", "required"}}
    lines = rtlog("analyze", "--output-format", "jsonl", str(SAMPLES[0])).stdout.splitlines()

    assert [problems(part, json.loads(line)) for line in lines] == [[]]
    assert problems(part, {"path": "x"}) != []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_every_line_of_a_sample_follows_the_schema(sample: Path, schemas: dict[str, Any]):
    header, *records, footer = lines_of(sample)

    assert (header["rtlog"], footer["end"]) == (FORMAT_VERSION, True)
    for line in (header, *records, footer):
        assert problems(schemas["recording"], line) == [], line


@pytest.mark.parametrize("audio", ["meta", "keep"])
def test_every_kind_of_line_that_is_written_follows_the_schema(
    audio: AudioPolicy, tmp_path: Path, schemas: dict[str, Any]
):
    path = tmp_path / "kinds.rtlog.jsonl"
    with Writer(path, Header(id="01JD", audio=audio), clock=lambda: 0) as writer:
        recorder = Recorder(writer, src="wire")
        recorder.record("open", {"request": {"method": "GET"}, "response": {"status": 101}})
        recorder.client({"type": "input_audio_buffer.append", "audio": "A" * 64})
        recorder.server('{"type":\n"session.created"}')
        recorder.server({"setupComplete": {}})
        recorder.local({"type": "local.log", "level": "info", "message": "hello"})
        recorder.server("no JSON")
        recorder.binary("client", b"\x00\x01")
        recorder.record("ping", {"dir": "client", "n": 0})
        recorder.record("pong", {"dir": "server", "n": 0})
        recorder.mark("look here")
        recorder.oversize("server", 100_000_000)
        recorder.gap("server", "the compressed stream is broken")
        writer.write(Gap(2))
        recorder.closed("server", 1001, "session expired")

    lines = lines_of(path)
    assert {line["kind"] for line in lines if "kind" in line} == RECORD_KINDS
    for line in lines:
        assert problems(schemas["recording"], line) == [], line


def test_what_a_pipe_brings_is_recorded_as_the_schema_says(tmp_path: Path, schemas: dict[str, Any]):
    path = tmp_path / "piped.rtlog.jsonl"
    events = b'{"type":"response.create"}\n{"dir":"local","event":{"type":"local.log"}}\n'
    others = b'no JSON\n{"kind":"mark","text":"x"}\n'
    assert rtlog("record", "-o", str(path), "-", stdin=events + others).returncode == 0

    lines = lines_of(path)
    assert [line.get("kind") or line.get("dir") for line in lines] == [None, "client", "local", "data", "mark", None]
    for line in lines:
        assert problems(schemas["recording"], line) == [], line


EVENT = {"type": "x", "dir": "client", "n": 2, "seq": 1, "t": 0, "conn": 1, "src": "wire", "event": {"type": "x"}}


@pytest.mark.parametrize(
    "line",
    [
        {key: value for key, value in EVENT.items() if key != "dir"},
        {**EVENT, "dir": "sideways"},
        {**EVENT, "t": -1},
        {**EVENT, "t": 0.5},
        {**EVENT, "seq": 0},
        {**EVENT, "event": "text"},
        {**EVENT, "rtlog": 1, "dir": None},
        {"kind": "unheard of", "seq": 1, "t": 0, "conn": 1},
        {"kind": "close", "seq": 1, "t": 0, "conn": 1, "by": "server"},
        {"id": "01JD"},
        {"end": False, "records": 3},
        {"end": True},
        [],
    ],
    ids=str,
)
def test_what_is_no_line_of_a_recording_is_refused(line: object, schemas: dict[str, Any]):
    assert problems(schemas["recording"], EVENT) == []
    assert problems(schemas["recording"], line) != []


def test_an_untimed_line_with_keys_of_its_own_is_allowed(schemas: dict[str, Any]):
    assert problems(schemas["recording"], {"tag": "mine"} | {k: v for k, v in EVENT.items() if k != "t"}) == []


def test_the_schema_and_the_reader_and_the_specification_name_the_same_keys():
    written = {name for record in RECORDS for name in record.__struct_fields__}
    read = set(Record.__struct_fields__) - {"kind", "line", "folded", "until", "output_t", "audio_t"}

    assert written - read == {"elided", "respaced", "sha256", "base64", "was"}
    assert read - written == set()
    assert [name for name in written if f"`{name}`" not in FORMAT] == []


def test_the_configuration_schema_takes_settings_and_refuses_slips(schemas: dict[str, Any]):
    schema = schemas["config"]

    assert problems(schema, {"select": ["RT1"], "rules": {"RT101": {"call-window-ms": 10}}}) == []
    assert problems(schema, {"selekt": ["RT1"]}) != []
    assert problems(schema, {"rules": {"RT101": {"call-window-ms": "long"}}}) != []
    assert problems(schema, {"rules": {"RT101": {"call-windows-ms": 10}}}) != []
