"""How often each rule spoke, over several recordings."""

from importlib.resources import files
from pathlib import Path

from msgspec.structs import replace

from rtlog.analyzers.fleet.origin import Origin
from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.statistics import statistics_of
from rtlog.cli.loading import report_file

SAMPLES = Path(str(files("rtlog.recordings.samples")))


def test_findings_are_counted_by_their_rule_and_stories_by_their_root() -> None:
    race = report_file(SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl")
    clean = report_file(SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl")
    unreadable = RecordingReport(path="x", id="", verdict="unreadable")

    counted = statistics_of(map(Sheet, [race, clean, race, unreadable]), "rtlog 0")

    assert (counted.recordings, counted.findings, counted.stories) == (4, 12, 2)
    assert [(rule.rule, rule.findings, rule.stories) for rule in counted.rules] == [
        ("RT104", 6, 0),
        ("RT101", 2, 2),
        ("RT102", 2, 0),
        ("RT404", 2, 0),
    ]
    assert counted.rules[1].name == "in-flight-delete"


def test_recordings_are_counted_by_release_provider_and_day() -> None:
    race = report_file(SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl")
    clean = report_file(SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl")
    old = Origin(None, "2026-11-20", "openai", "livekit-agents@1.4.6")
    new = Origin(None, "2026-11-21", "openai", "livekit-agents@1.5.0")
    unreadable = RecordingReport(path="x", id="", verdict="unreadable")

    counted = statistics_of(
        [Sheet(race, old), Sheet(clean, new), Sheet(race, new), Sheet(unreadable)], "rtlog 0", ["RT101", "RT111"]
    )

    assert [(each.by, each.value, each.recordings, each.findings, each.stories) for each in counted.groups] == [
        ("sdk", "livekit-agents@1.4.6", 1, 6, 1),
        ("sdk", "livekit-agents@1.5.0", 2, 6, 1),
        ("provider", "openai", 3, 12, 2),
        ("day", "2026-11-20", 1, 6, 1),
        ("day", "2026-11-21", 2, 6, 1),
    ]
    (ghosts,) = (rule for rule in counted.groups[1].rules if rule.rule == "RT104")
    assert (ghosts.findings, ghosts.recordings, ghosts.judged) == (3, 1, 2)
    assert set(ghosts.kinds.values()) == {1}
    assert (counted.ran, counted.unreadable) == (["RT101", "RT111"], 1)


def test_rules_that_could_not_judge_a_recording_have_no_rate_over_it() -> None:
    race = report_file(SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl")
    coverage = race.coverage
    assert coverage is not None
    silent = replace(race, findings=[], stories=[], coverage=replace(coverage, not_judged={"RT101": "why"}))

    counted = statistics_of([Sheet(race), Sheet(silent)], "rtlog 0")

    assert {rule.rule: (rule.recordings, rule.judged) for rule in counted.rules}["RT101"] == (1, 1)
    assert {rule.rule: (rule.recordings, rule.judged) for rule in counted.rules}["RT104"] == (1, 2)
