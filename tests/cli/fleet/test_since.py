"""`rtlog analyze --since-baseline`: what is worse than last night fails, what is merely there does not."""

import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from rtlog.analyzers.statistics import Statistics
from rtlog.cli.fleet.since import read_statistics

SAMPLES = Path(str(files("rtlog.recordings.samples")))
RACE = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
CLEAN = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"
Rtlog = Callable[..., Any]


def night(folder: Path, races: int, clean: int, release: str = "1.8.8") -> Path:
    """Make a folder of recordings, some with a race, of one release."""
    folder.mkdir(exist_ok=True)
    for number in range(races + clean):
        sample = RACE if number < races else CLEAN
        header, rest = sample.read_text(encoding="utf-8").split("\n", 1)
        head = json.loads(header) | {"sdk": {"livekit-agents": release}}
        (folder / f"{release}-{number:03}.rtlog.jsonl").write_text(f"{json.dumps(head)}\n{rest}", encoding="utf-8")
    return folder


@pytest.fixture
def last_night(tmp_path: Path, rtlog: Rtlog) -> Path:
    """The statistics of a night in which one of 20 sessions had a race."""
    path = tmp_path / "last.json"
    rtlog("analyze", str(night(tmp_path / "last", 1, 19)), "--statistics", "--format", "json", "-o", str(path))
    return path


def test_the_same_rate_does_not_fail_though_there_are_findings(rtlog: Rtlog, last_night: Path):
    ran = rtlog("analyze", str(last_night.parent / "last"), "--since-baseline", str(last_night), "-q", "--statistics")

    assert ran.code == 0
    assert ran.err == f"rtlog: since {last_night}: none of 6 rates is higher than chance explains\n"
    assert rtlog("analyze", str(last_night.parent / "last"), "-q").code == 1


def test_a_release_that_made_it_worse_fails_and_is_named(rtlog: Rtlog, last_night: Path, tmp_path: Path):
    tonight = night(night(tmp_path / "tonight", 1, 9), 10, 0, "1.8.9")

    ran = rtlog("analyze", str(tonight), "--since-baseline", str(last_night), "--statistics", "-j", "2")
    assert ran.code == 1
    lines = ran.err.splitlines()
    assert lines[0].startswith(
        "rtlog: RT101 in-flight-delete in livekit-agents@1.8.9: 10 of 10 recordings (100 %), "
        "before, in other releases 1 of 20 recordings (5 %): "
    )
    assert all("more than chance explains (p = " in line for line in lines)
    assert "livekit-agents@1.8.8" not in ran.err
    assert "rtlog: RT101 in-flight-delete: 11 of 20 recordings (55 %), before 1 of 20 recordings (5 %)" in ran.err
    assert rtlog("analyze", str(tonight), "--since-baseline", str(last_night), "-q", "--fail-on", "never").code == 0


def test_what_is_new_is_named(rtlog: Rtlog, last_night: Path, tmp_path: Path):
    tonight = night(tmp_path / "tonight", 0, 20)
    shutil.copy(SAMPLES / "r07-delete-then-local-insert-js1903.rtlog.jsonl", tonight)

    ran = rtlog("analyze", str(tonight), "--since-baseline", str(last_night), "-q")
    assert ran.code == 0
    assert f"rtlog: new since {last_night}: RT105-" in ran.err
    assert " delete-then-local-insert in 1 recording" in ran.err


def test_what_cannot_be_read_still_fails(rtlog: Rtlog, last_night: Path):
    (last_night.parent / "last" / "empty.jsonl").touch()

    assert rtlog("analyze", str(last_night.parent / "last"), "--since-baseline", str(last_night), "-q").code == 2


def test_results_are_as_good_a_baseline_as_statistics(rtlog: Rtlog, tmp_path: Path):
    pytest.importorskip("duckdb", reason="the extra `fleet` is not installed")
    folder = night(night(tmp_path / "n", 3, 2), 1, 1, "1.8.9")
    shutil.copy(SAMPLES / "r04-xai-cascade-6392.rtlog.jsonl", folder)
    (folder / "empty.jsonl").touch()
    results = tmp_path / "r"
    rtlog(
        "analyze", str(folder), "--statistics", "--format", "json", "-o", str(tmp_path / "s"), "--results", str(results)
    )

    told = read_statistics(tmp_path / "s")
    sdks = [group for group in told.groups if group.by == "sdk"]
    assert read_statistics(results) == Statistics(**{**dict(told), "groups": sdks})


NEWER = '{"version": 99, "tool": "rtlog 9", "recordings": 0, "findings": 0, "stories": 0, "rules": []}'


@pytest.mark.parametrize("content", [None, "", "{}", '{"version": 1, "findings": []}', NEWER])
def test_what_is_no_baseline_of_a_run_is_said(rtlog: Rtlog, tmp_path: Path, content: str | None):
    path = tmp_path / "last.json"
    if content is not None:
        path.write_text(content)

    ran = rtlog("analyze", str(RACE), "--since-baseline", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"rtlog: {path}: ")
    assert ran.err.endswith(f": make one with `rtlog analyze DIR --statistics --format json -o {path}`\n")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("ALTER TABLE findings DROP COLUMN kind", "no results: findings has no column kind VARCHAR"),
        ("ALTER TABLE findings ALTER line TYPE VARCHAR", "no results: findings has no column line BIGINT"),
        ("UPDATE run SET version = 99", "results of version 99, not 1: make them anew"),
        ("DELETE FROM run", "results of version none, not 1: make them anew"),
        ("UPDATE findings SET severity = 'fatal'", "is no baseline of a run"),
    ],
)
def test_results_of_another_kind_are_no_baseline(rtlog: Rtlog, tmp_path: Path, change: str, complaint: str):
    duckdb = pytest.importorskip("duckdb", reason="the extra `fleet` is not installed")
    results = tmp_path / "last.duckdb"
    rtlog("analyze", str(RACE), "--results", str(results), "-q")
    with duckdb.connect(str(results)) as database:
        database.execute(change)

    ran = rtlog("analyze", str(RACE), "--since-baseline", str(results))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"rtlog: {results}: {complaint}")
    assert ran.err.count("\n") == 1
