"""`rtlog merge` as a person runs it: the proxy's recording of a call and the program's own."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.cli.merging import merge_files

STORY = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
SOON_NS = 40_000


@pytest.fixture
def call(tmp_path: Path) -> tuple[Path, Path]:
    """A call as the proxy saw it, and as the program did, which began a second before."""
    header, *lines = [json.loads(line) for line in STORY.read_text().splitlines() if '"end":true' not in line]
    wire = [line for line in lines if line.get("dir") != "local"]
    late = {"client": -SOON_NS, "server": SOON_NS, "local": 0}
    program = [
        line | {"src": "sdk", "t": line["t"] + 1_000_000_000 + late[line["dir"]]} for line in lines if "dir" in line
    ]
    program.sort(key=lambda line: line["t"])
    started = {"proxy.jsonl": "2026-11-21T03:08:15.000000001Z", "agent.jsonl": "2026-11-21T03:08:14.000000001Z"}
    for (name, began), each in zip(started.items(), (wire, program), strict=True):
        told = header | {"started": began, "tap": name.partition(".")[0], "id": name}
        numbered = [line | {"seq": number} for number, line in enumerate(each, 1)]
        footer = {"end": True, "records": len(each), "dropped": 0}
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in (told, *numbered, footer)))
    return tmp_path / "proxy.jsonl", tmp_path / "agent.jsonl"


def found(rtlog: Callable, path: Path) -> list[str]:
    ran = rtlog("analyze", str(path), "--output-format", "json")
    return [finding["id"] for finding in json.loads(ran.out)["recordings"][0]["findings"]]


def test_both_together_tell_the_story(rtlog: Callable, call: tuple[Path, Path], tmp_path: Path) -> None:
    wire, program = call
    ran = rtlog("merge", str(wire), str(program))

    merged = tmp_path / "proxy.merged.jsonl"
    assert ran.code == 0
    assert "clocks -1000.000 ms apart by the headers, and the events agree (±0.040 ms)" in ran.err
    assert found(rtlog, merged) == found(rtlog, STORY)
    header = json.loads(merged.read_text().splitlines()[0])
    assert header["tap"] == "proxy+agent"
    assert header["merged"]["of"] == [{"id": "proxy.jsonl"}, {"id": "agent.jsonl"}]
    assert (header["id"], header["merged"]["offset_ns"]) != ("proxy.jsonl", 0)
    assert (merged.stat().st_mode & 0o777) == 0o600


def test_an_event_that_both_tell_counts_once(rtlog: Callable, call: tuple[Path, Path], tmp_path: Path) -> None:
    merged = tmp_path / "merged.jsonl"
    rtlog("merge", *map(str, call), "-o", str(merged))

    report, story = (
        json.loads(rtlog("analyze", str(path), "--output-format", "json").out)["recordings"][0]["coverage"]
        for path in (merged, STORY)
    )
    info = json.loads(rtlog("info", str(merged), "--output-format", "json").out)["recordings"][0]
    assert (report["events"], report["modelled"]) == (story["events"], story["modelled"])
    assert report["events"] == sum(info["events"].values()) == info["coverage"]["events"]
    assert info["kinds"]["sdk copy"] == sum(info["events"].values()) - info["events"]["local"]


def test_the_merged_recording_is_cut_and_scrubbed_as_any_other(
    rtlog: Callable, call: tuple[Path, Path], tmp_path: Path
) -> None:
    merged = tmp_path / "merged.jsonl"
    rtlog("merge", *map(str, call), "-o", str(merged))

    for command in ("cut", "redact"):
        copy = tmp_path / f"{command}.jsonl"
        assert rtlog(command, str(merged), "-o", str(copy)).code == 0
        assert sorted(found(rtlog, copy)) == sorted(found(rtlog, merged))
        assert rtlog("doctor", str(copy)).code == 0
        assert json.loads(copy.read_text().splitlines()[0])["merged"]["of"][0] == {"id": "proxy.jsonl"}


def test_every_line_of_the_merged_recording_fits_the_schema_of_one(
    rtlog: Callable, call: tuple[Path, Path], tmp_path: Path
) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to load

    rtlog("merge", *map(str, call))
    validator = Draft202012Validator(json.loads(rtlog("schema", "recording").out))
    lines = (tmp_path / "proxy.merged.jsonl").read_text().splitlines()
    assert [error.message for line in lines for error in validator.iter_errors(json.loads(line))] == []


def test_a_merge_in_the_place_of_a_recording_keeps_its_id(call: tuple[Path, Path], tmp_path: Path) -> None:
    merge_files(*call, tmp_path / "kept.jsonl", keep_id=True)
    merge_files(*call, tmp_path / "new.jsonl")

    kept, new = (
        json.loads((tmp_path / name).read_text().splitlines()[0])["id"] for name in ("kept.jsonl", "new.jsonl")
    )
    assert kept == "proxy.jsonl"
    assert len(new) == 26


def test_what_is_in_a_recording_already_is_not_merged_into_it(
    rtlog: Callable, call: tuple[Path, Path], tmp_path: Path
) -> None:
    wire, program = call
    merged = tmp_path / "merged.jsonl"
    rtlog("merge", str(wire), str(program), "-o", str(merged))

    for both in ((wire, wire), (merged, program), (wire, merged), (merged, merged)):
        ran = rtlog("merge", *map(str, both), "-o", str(tmp_path / "doubled.jsonl"))
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert "already" in ran.err


def test_a_recording_is_never_written_over(rtlog: Callable, call: tuple[Path, Path]) -> None:
    before = [path.read_bytes() for path in call]

    for path in call:
        assert rtlog("merge", *map(str, call), "-o", str(path), "--force").code == 2
    rtlog("merge", *map(str, call))
    assert "already exists" in rtlog("merge", *map(str, call)).err
    assert [path.read_bytes() for path in call] == before


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"type":"response.done"}', "has no header"),
        ('{"rtlog":1}\n{"type":"response.done","dir":"server","event":{"type":"response.done"}}', "has no times"),
        ('{"rtlog":1}', "has no record"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_merged_is_told_in_one_line(
    rtlog: Callable, call: tuple[Path, Path], tmp_path: Path, line: str, problem: str
) -> None:
    odd = tmp_path / "odd.jsonl"
    odd.write_text(line)

    ran = rtlog("merge", str(call[0]), str(odd))
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert problem in ran.err


def test_a_torn_recording_of_the_program_is_merged_as_far_as_it_goes(
    rtlog: Callable, call: tuple[Path, Path], tmp_path: Path
) -> None:
    wire, program = call
    program.write_bytes(program.read_bytes()[:-60])
    assert rtlog("merge", str(wire), str(program), "-o", str(tmp_path / "merged.jsonl.gz")).code == 0

    ran = rtlog("info", str(tmp_path / "merged.jsonl.gz"), "--format", "json")
    [info] = json.loads(ran.out)["recordings"]
    assert info["complete"] is False
    assert info["coverage"]["damage"] == []
