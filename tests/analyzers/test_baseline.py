"""Baselines over real analyses: what is known is left out, and what is left is judged and told by itself."""

from itertools import combinations

import pytest
from msgspec.structs import replace

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.baseline import Baseline, Ledger, base_of, baseline_of
from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.tape import parse

IN_FLIGHT_DELETE = """
0    < response r1
80   < output r1 fc1 call call_id=c1 name=book
82   < added fc1 call call_id=c1
110  < arguments r1 fc1 {}
112  < finished r1 completed
229  > delete fc1
434  < deleted fc1
1402 > create fco result call_id=c1
1470 < added fco result call_id=c1
1500 > create fc1 call call_id=c1 name=book
1520 < added fc1 call call_id=c1
"""
"""RT101 leads to RT404 (an output without its call) and to RT104 (the call created again)."""

LOSSY = IN_FLIGHT_DELETE.replace("1402 >", "600 gap lost=7\n1402 >")
"""The same, and the recorder lost 7 records (RT902)."""


def analyzed(tape: str, path: str = "a.jsonl") -> tuple[RecordingReport, Analysis]:
    analysis = Analysis()
    for record in parse(tape):
        analysis.feed(record)
    analysis.finish()
    return report_of(analysis, path), analysis


def codes(report: RecordingReport) -> list[str]:
    return [finding.rule for finding in report.findings]


def baseline(report: RecordingReport, *rules: str) -> Baseline:
    """Give a baseline that knows the findings of *rules* in *report*."""
    return baseline_of([finding for finding in report.findings if finding.rule in rules], "rtlog 0")


def test_what_is_known_is_left_out_counted_and_not_judged() -> None:
    report, analysis = analyzed(IN_FLIGHT_DELETE)
    assert codes(report) == ["RT101", "RT404", "RT104"]

    ledger = Ledger(baseline(report, "RT101", "RT404", "RT104"))
    told = ledger.new_of(report, analysis.doubt)

    assert (told.verdict, told.findings, told.stories, told.known, ledger.known) == ("clean", [], [], 3, 3)
    assert ledger.gone(["RT101", "RT404", "RT104"]) == []


def test_what_is_new_is_told_as_a_story_of_its_own() -> None:
    report, analysis = analyzed(IN_FLIGHT_DELETE)

    told = Ledger(baseline(report, "RT101")).new_of(report, analysis.doubt)

    assert (told.verdict, codes(told), told.known) == ("findings", ["RT404", "RT104"], 1)
    assert [finding.caused_by for finding in told.findings] == [None, None]
    assert [story.findings for story in told.stories] == [[finding.id] for finding in told.findings]


@pytest.mark.parametrize("known", [c for n in range(3) for c in combinations(["RT101", "RT404", "RT104"], n)])
def test_what_remains_is_whole(known: tuple[str, ...]) -> None:
    report, analysis = analyzed(IN_FLIGHT_DELETE)

    told = Ledger(baseline(report, *known)).new_of(report, analysis.doubt)

    ids = {finding.id: finding for finding in told.findings}
    assert set(codes(told)) == {"RT101", "RT404", "RT104"} - set(known)
    assert sorted(each for story in told.stories for each in story.findings) == sorted(ids)
    assert {story.root for story in told.stories} == {f.id for f in told.findings if f.caused_by is None}
    for finding in told.findings:
        assert all(ids[effect].caused_by == finding.id for effect in finding.leads_to)
        assert finding.caused_by is None or finding.id in ids[finding.caused_by].leads_to


def test_a_baseline_does_not_acquit_what_could_not_be_judged() -> None:
    report, analysis = analyzed(LOSSY)
    assert (report.verdict, set(codes(report))) == ("findings", {"RT101", "RT404", "RT104", "RT902"})

    told = Ledger(baseline(report, "RT101", "RT404", "RT104")).new_of(report, analysis.doubt)

    assert (told.verdict, told.reason) == ("inconclusive", "records are missing where they may matter")
    assert codes(told) == ["RT902"]


def test_more_than_is_known_is_new_and_less_is_gone() -> None:
    report, analysis = analyzed(IN_FLIGHT_DELETE)
    once = baseline(report, "RT101", "RT404", "RT104")

    ledger = Ledger(once)
    first, second = ledger.new_of(report, analysis.doubt), ledger.new_of(report, analysis.doubt)
    assert (codes(first), codes(second)) == ([], ["RT101", "RT404", "RT104"])

    twice = Ledger(baseline_of([*report.findings, *report.findings], "rtlog 0"))
    twice.new_of(report, analysis.doubt)
    assert [(known.rule, known.count) for known in twice.gone(["RT101", "RT104"])] == [("RT101", 1), ("RT104", 1)]


def test_a_baseline_survives_other_ids_and_other_times() -> None:
    report, _ = analyzed(IN_FLIGHT_DELETE)
    renamed = IN_FLIGHT_DELETE.replace("fc1", "item_9").replace("229 ", "301 ").replace("c1", "call_7")
    again, analysis = analyzed(renamed, "b.jsonl")

    assert again.findings[0].items != report.findings[0].items
    assert baseline_of(report.findings, "rtlog 0") == baseline_of(again.findings, "rtlog 0")
    assert Ledger(baseline(report, "RT101", "RT404", "RT104")).new_of(again, analysis.doubt).findings == []


def test_equal_findings_of_one_recording_are_one_kind() -> None:
    report, _ = analyzed(IN_FLIGHT_DELETE)
    numbered = [replace(report.findings[0], id=f"{report.findings[0].id}-{n}") for n in (2, 3)]

    known = baseline_of([report.findings[0], *numbered], "rtlog 0").findings

    assert [(each.id, each.rule, each.name, each.count) for each in known] == [
        (base_of(report.findings[0]), "RT101", "in-flight-delete", 3)
    ]
