"""How often each rule spoke, over several recordings."""

from importlib.resources import files
from pathlib import Path

from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.statistics import statistics_of
from rtlog.cli.loading import report_file

SAMPLES = Path(str(files("rtlog.recordings.samples")))


def test_findings_are_counted_by_their_rule_and_stories_by_their_root() -> None:
    race = report_file(SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl")
    clean = report_file(SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl")
    unreadable = RecordingReport(path="x", id="", verdict="unreadable")

    counted = statistics_of([race, clean, race, unreadable], "rtlog 0")

    assert (counted.recordings, counted.findings, counted.stories) == (4, 12, 2)
    assert [(rule.rule, rule.findings, rule.stories) for rule in counted.rules] == [
        ("RT104", 6, 0),
        ("RT101", 2, 2),
        ("RT102", 2, 0),
        ("RT404", 2, 0),
    ]
    assert counted.rules[1].name == "in-flight-delete"
