"""`--baseline`, `--write-baseline`, `--expect`, `--exit-zero`, `--statistics`: what fails a run, what is only said."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import msgspec
import pytest

from rtlog.analyzers.baseline import Baseline
from rtlog.analyzers.report import Report
from rtlog.analyzers.statistics import RuleStatistics, Statistics

SAMPLES = Path(str(files("rtlog.recordings.samples")))
RACE = "race.rtlog.jsonl"
"""A call deleted in flight (RT101), with what follows: RT102, RT104 three times, RT404."""
CLEAN = "clean.rtlog.jsonl"
BARGE_IN = "barge-in.rtlog.jsonl"
"""A message deleted at an interruption (RT105)."""
ONE_WAY = "one-way.jsonl"
"""No client events: inconclusive."""


class Ran(Protocol):
    """What a command left behind."""

    code: int
    out: str
    err: str


Analyze = Callable[..., Ran]


@pytest.fixture
def analyze(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rtlog: Callable[..., Ran]) -> Analyze:
    """Give `rtlog analyze`, run in a folder that holds the recordings."""
    for name, sample in {
        RACE: "r01-in-flight-delete-5021",
        CLEAN: "r02-in-flight-delete-fixed",
        BARGE_IN: "r07-delete-then-local-insert-js1903",
    }.items():
        shutil.copy(SAMPLES / f"{sample}.rtlog.jsonl", tmp_path / name)
    event = {"type": "session.created"}
    (tmp_path / ONE_WAY).write_text(json.dumps({**event, "dir": "server", "t": 0, "event": event}) + "\n")
    monkeypatch.chdir(tmp_path)
    return partial(rtlog, "analyze")


def test_what_a_baseline_knows_does_not_fail_and_is_counted(analyze: Analyze, tmp_path: Path) -> None:
    written = analyze(RACE, CLEAN, "--write-baseline", "known.json")
    assert (written.code, written.err) == (0, "rtlog: 6 findings of 2 recordings written to known.json\n")
    assert "error[RT101] in-flight-delete" in written.out

    again = analyze(CLEAN, RACE, "--baseline", "known.json", "--format", "json")
    assert (again.code, again.err) == (0, "rtlog: 6 known findings are in the baseline known.json\n")
    clean, race = msgspec.json.decode(again.out, type=Report).recordings
    assert (race.verdict, race.findings, race.known, clean.known) == ("clean", [], 6, 0)

    (tmp_path / "2026-11-21T09-00-00Z-other.rtlog.jsonl").write_bytes((tmp_path / RACE).read_bytes())
    renamed = analyze("2026-11-21T09-00-00Z-other.rtlog.jsonl", "--baseline", "known.json")
    assert renamed.code == 0


def test_the_file_is_small_and_documented(analyze: Analyze, tmp_path: Path) -> None:
    analyze(BARGE_IN, "--write-baseline", "known.json")

    written = json.loads((tmp_path / "known.json").read_text())
    assert written["version"] == 1
    assert written["tool"].startswith("rtlog ")
    (known,) = Baseline.model_validate(written).findings
    assert (known.rule, known.name, known.count) == ("RT105", "delete-then-local-insert", 1)
    assert known.id.startswith("RT105-")


def test_what_is_new_fails_and_what_has_gone_is_said(analyze: Analyze) -> None:
    analyze(RACE, "--select", "RT1", "--write-baseline", "known.json")

    new = analyze(RACE, BARGE_IN, "--baseline", "known.json", "--format", "concise")
    assert new.code == 1
    assert sorted({line.split()[1] for line in new.out.splitlines() if " [" in line}) == ["RT105", "RT404"]

    gone = analyze(CLEAN, "--baseline", "known.json")
    assert gone.code == 0
    assert gone.err.startswith("rtlog: 5 findings of the baseline known.json no longer occur: RT101-")
    assert analyze(CLEAN, "--baseline", "known.json", "--select", "RT4").err == ""


def test_what_cannot_be_read_is_not_taken_for_gone(analyze: Analyze, tmp_path: Path) -> None:
    analyze(RACE, "--write-baseline", "known.json")
    (tmp_path / RACE).write_bytes(b"")

    ran = analyze(RACE, "--baseline", "known.json")

    assert (ran.code, "no longer" in ran.err) == (2, False)


def test_a_baseline_is_found_beside_its_configuration(analyze: Analyze, tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "rtlog.toml").write_text('baseline = "known.json"\n')
    analyze(RACE, "--write-baseline", "ci/known.json")

    assert analyze(RACE, "--config", "ci/rtlog.toml").code == 0


def test_the_configuration_may_name_a_baseline_before_there_is_one(analyze: Analyze, tmp_path: Path) -> None:
    (tmp_path / "rtlog.toml").write_text('baseline = "known.json"\n')

    assert analyze(RACE).code == 2
    assert analyze(RACE, "--write-baseline", "known.json").code == 0
    assert analyze(RACE).code == 0
    renewed = analyze(RACE, BARGE_IN, "--write-baseline", "known.json", "--format", "concise")
    assert [line.split()[1] for line in renewed.out.splitlines() if " [" in line] == ["RT105"]
    assert analyze(RACE, BARGE_IN).code == 0


def test_a_baseline_acquits_no_recording_that_proves_nothing(analyze: Analyze) -> None:
    written = analyze(RACE, ONE_WAY, "--write-baseline", "known.json")
    checked = analyze(RACE, ONE_WAY, "--baseline", "known.json")

    assert (written.code, checked.code) == (3, 3)
    assert "inconclusive" in checked.out


def test_no_baseline_is_written_that_would_forget(analyze: Analyze, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")

    ran = analyze(RACE, "empty.jsonl", "--write-baseline", "known.json")

    assert ran.code == 2
    assert "known.json is not written" in ran.err
    assert not (tmp_path / "known.json").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "there is no such baseline yet: make it with --write-baseline known.json"),
        ("folder", "the baseline cannot be read: Is a directory"),
        ("hello", "is no baseline of this version: Invalid JSON"),
        ('{"version": 2, "tool": "", "findings": []}', "is no baseline of this version: version: Input should be 1"),
        (
            '{"version": 1, "tool": "", "findings": [{"id": "", "rule": "", "name": "", "count": 0}]}',
            "is no baseline of this version: findings.0.count: ",
        ),
    ],
)
def test_a_wrong_baseline_is_told_in_one_line(
    analyze: Analyze, tmp_path: Path, content: str | None, problem: str
) -> None:
    if content == "folder":
        (tmp_path / "known.json").mkdir()
    elif content is not None:
        (tmp_path / "known.json").write_text(content)

    ran = analyze(RACE, "--baseline", "known.json", "--exit-zero")

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"rtlog: known.json: {problem}")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((RACE, "--expect", "RT101"), 0, ""),
        ((RACE, CLEAN, "--expect", "in-flight-delete"), 0, ""),
        ((RACE, "--expect", "RT102,RT104", "--expect", "RT404"), 1, ""),
        ((BARGE_IN, RACE, "--expect", "RT101"), 1, ""),
        ((BARGE_IN, "--expect", "RT105,RT101"), 1, "rtlog: RT101 was expected and not found\n"),
        ((CLEAN, "--expect", "RT101", "--fail-on", "never"), 1, "rtlog: RT101 was expected and not found\n"),
        ((CLEAN, "--expect", "RT101", "--exit-zero"), 0, "rtlog: RT101 was expected and not found\n"),
        (
            (ONE_WAY, "--expect", "RT101"),
            1,
            "rtlog: RT101 was expected and not found (not judged: needs the client's events)\n",
        ),
        ((RACE, "--select", "RT4", "--expect", "RT101"), 2, "rtlog: RT101 is expected, but not selected: "),
        ((RACE, "--expect", "RT1"), 2, "rtlog: no rule is called 'RT1'; the nearest is RT"),
    ],
)
def test_what_is_expected_must_show_and_does_not_fail(
    analyze: Analyze, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = analyze(*arguments)

    assert (ran.code, bool(ran.err)) == (code, bool(said))
    assert ran.err.startswith(said)


def test_an_expected_race_is_printed_and_may_stand_in_the_baseline(analyze: Analyze) -> None:
    assert "error[RT101] in-flight-delete" in analyze(RACE, "--expect", "RT101").out
    analyze(RACE, "--write-baseline", "known.json")

    assert analyze(RACE, "--expect", "RT101", "--baseline", "known.json").code == 0


@pytest.mark.parametrize(
    ("name", "code"), [(RACE, 0), (ONE_WAY, 0), ("missing.jsonl", 2)], ids=["findings", "inconclusive", "unreadable"]
)
def test_exit_zero_forgives_findings_and_doubt_but_not_what_cannot_be_read(
    analyze: Analyze, name: str, code: int
) -> None:
    assert analyze(name, "--exit-zero").code == code


def test_statistics_stand_in_place_of_the_findings(analyze: Analyze) -> None:
    ran = analyze(RACE, BARGE_IN, "--statistics")

    assert ran.code == 1
    assert ran.out.splitlines() == [
        "findings  stories  rule   name",
        "       3        0  RT104  ghost-recreate",
        "       1        1  RT101  in-flight-delete",
        "       1        0  RT102  previous-item-not-found",
        "       1        1  RT105  delete-then-local-insert",
        "       1        0  RT404  tool-output-unknown-call",
        "",
        "findings  stories  recordings  sdk",
        "       1        1           1  @livekit/agents@1.1.0  RT105 1",
        "       6        1           1  livekit-agents@1.4.6   RT104 3, RT101 1, RT102 1, RT404 1",
    ]


def test_statistics_for_programs(analyze: Analyze, tmp_path: Path) -> None:
    whole = analyze(RACE, CLEAN, "--statistics", "--format", "json", "-o", "statistics.json")
    lines = analyze(RACE, CLEAN, "--statistics", "--format", "jsonl")

    counted = Statistics.model_validate_json((tmp_path / "statistics.json").read_bytes())
    assert (whole.out, counted.recordings, counted.findings, counted.stories) == ("", 2, 6, 1)
    assert [RuleStatistics.model_validate_json(line) for line in lines.out.splitlines()] == counted.rules


def test_statistics_of_nothing_and_without_a_form(analyze: Analyze) -> None:
    assert (analyze(CLEAN, "--statistics").code, analyze(CLEAN, "--statistics").out) == (0, "")

    formless = analyze(RACE, "--statistics", "--format", "sarif")
    assert (formless.code, formless.out) == (2, "")
    assert formless.err == "rtlog: --statistics has no sarif form: choose full, concise, json or jsonl\n"


def test_analyze_needs_a_recording(analyze: Analyze) -> None:
    assert (analyze().code, analyze().err.count("\n")) == (2, 1)
