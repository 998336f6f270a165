"""Verdicts, coverage, stories and the epoch."""

import re
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis, Facts, analyze
from rtlog.analyzers.detector import Detector
from rtlog.analyzers.finding import Severity, render, stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.selection import UnknownRuleError, select
from rtlog.analyzers.tape import parse
from rtlog.recordings.damage import Damage
from rtlog.recordings.reader import read

CASCADE = """
0    < added m5 user
82   < added fc1 call call_id=c1 name=book prev=m5
110  < arguments r1 fc1 {}
229  > delete fc1
434  < deleted fc1
1402 > create fco result call_id=c1 prev=m5
1470 < added fco result call_id=c1 prev=m5
1520 < added m6 user prev=fc1
2500 > create m6 user event_id=e1
2560 < error item_create_duplicate_item_id e1
"""


def analysis_of(tape: str, facts: Facts | None = None) -> Analysis:
    analysis = Analysis()
    for record in parse(tape):
        analysis.feed(record)
    analysis.finish(facts)
    return analysis


def test_one_race_is_one_story_with_its_root() -> None:
    analysis = analysis_of(CASCADE)

    (story,) = analysis.stories
    assert story.root.rule == "RT101"
    assert [f.rule for f in story.findings] == ["RT101", "RT404", "RT102", "RT104"]
    assert {f.rule: f.caused_by.rule for f in story.findings if f.caused_by} == {
        "RT404": "RT101",
        "RT102": "RT101",
        "RT104": "RT102",
    }


def test_ids_survive_a_re_run_with_other_ids_and_times() -> None:
    other = CASCADE.replace("fc1", "fc77").replace("m6", "m9").replace("1520", "1530")

    assert [f.id for f in analysis_of(CASCADE).findings] == [f.id for f in analysis_of(other).findings]


def test_equal_findings_are_numbered_in_order() -> None:
    ids = [
        f.id
        for f in analysis_of("""
        0 > delete x1 event_id=e1
        1 < error item_delete_invalid_item_id e1
        2 > delete x2 event_id=e2
        3 < error item_delete_invalid_item_id e2
        """).findings
    ]

    assert ids[1] == f"{ids[0]}-2"


def test_the_epoch_is_the_run_of_pushes_that_holds_the_root_act() -> None:
    analysis = analysis_of("""
    100  < added m1 user
    182  < added fc1 call call_id=c1 prev=m1
    210  < arguments r1 fc1 {}
    300  > create s1 system prev=root
    329  > delete fc1
    330  < added s1 system
    434  < deleted fc1
    1402 > create fco result call_id=c1
    """)

    assert analysis.findings[0].rule == "RT101"
    assert analysis.epoch == 300_000_000
    assert report_of(analysis, "x").findings[0].t_ms == 29.0


def test_a_damaged_line_has_no_time_and_is_no_epoch() -> None:
    analysis = Analysis()
    for record in parse("50 < added m1 user\n60 > respond"):
        analysis.feed(record)
    analysis.finish(Facts(damage=[Damage(1, "is no JSON object")], damaged_lines=1))

    assert [finding.rule for finding in analysis.findings] == ["RT901"]
    assert analysis.epoch == 50_000_000


def test_without_findings_the_epoch_is_the_first_record() -> None:
    assert analysis_of("50 < added m1 user\n60 > respond").epoch == 50_000_000


@pytest.mark.parametrize(
    ("tape", "verdict", "reason"),
    [
        ("0 < added m1 user\n1 > respond", "clean", None),
        ("0 < added m1 user", "inconclusive", "the recording has no client events"),
        ("bare\n0 < zzz.frob\n1 < zzz.frob", "inconclusive", "no event of the recording is one that rtlog models"),
        ("0 < added m1 user\n1 > respond\n2 gap lost=3", "inconclusive", "records are missing where they may matter"),
        (CASCADE, "findings", None),
        (f"{CASCADE}\n2600 gap lost=3", "findings", None),
    ],
)
def test_the_verdict(tape: str, verdict: str, reason: str | None) -> None:
    analysis = analysis_of(tape)

    assert (analysis.verdict, analysis.reason) == (verdict, reason)


def test_another_vocabulary_is_named() -> None:
    analysis = analysis_of("bare\n0 < zzz", Facts(foreign="Gemini Live"))

    assert analysis.reason == "this protocol is not modelled: Gemini Live"


def test_damage_is_a_finding_about_the_recording_and_leaves_the_verdict_open() -> None:
    facts = Facts([Damage(7, "is no JSON object"), Damage(9, "is no JSON object")], 2, complete=False)

    analysis = analysis_of("0 < added m1 user\n1 > respond", facts)

    (finding,) = analysis.findings
    assert (finding.rule, finding.severity, finding.at.line) == ("RT901", Severity.WARNING, 7)
    assert [e.at.line for e in finding.evidence] == [7, 9]
    assert analysis.verdict == "inconclusive"


def test_rules_that_lack_what_they_need_say_so_and_do_not_make_it_inconclusive() -> None:
    analysis = analysis_of("- < added m1 user\n- > respond")

    assert analysis.coverage.not_judged["RT201"] == "needs timestamps"
    assert analysis.coverage.not_judged["RT111"] == "needs local events"
    assert analysis.verdict == "clean"


def test_a_torn_recording_is_read_to_its_last_whole_line(tmp_path: Path) -> None:
    whole = b'{"type":"session.created","dir":"server","event":{"type":"session.created"}}\n'

    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(whole + b'{"type":"response.create","dir":"cl')

    with read(torn) as reading:
        analysis = analyze(reading)

    assert [f.rule for f in analysis.findings if f.severity is Severity.WARNING] == ["RT901"]
    assert analysis.findings[-1].at.line == 2


def test_an_untimed_recording_speaks_of_lines() -> None:
    analysis = analysis_of(re.sub(r"^[0-9]+", "-", CASCADE.strip(), flags=re.MULTILINE))

    report = report_of(analysis, "x")
    assert (analysis.epoch, analysis.coverage.timed) == (None, False)
    assert {finding.t_ms for finding in report.findings} == {None}
    assert "at line 4" in report.findings[0].message


@pytest.mark.parametrize(
    ("selected", "ignored", "codes"),
    [
        (["RT101"], [], {"RT101"}),
        (["RT1"], ["RT10"], {"RT110", "RT111", "RT112", "RT113"}),
        (["in-flight-delete"], [], {"RT101"}),
        (["RT2", "RT201"], ["RT2"], {"RT201"}),
        ([], ["RT"], set()),
        ([], [], {rule.code for rule in RULES}),
    ],
)
def test_rules_are_chosen_as_in_ruff(selected: list[str], ignored: list[str], codes: set[str]) -> None:
    assert {rule.code for rule in select(selected, ignored)} == codes


def test_an_unknown_rule_is_named_with_its_nearest() -> None:
    with pytest.raises(UnknownRuleError, match=r"no rule is called 'RT199'.*RT1"):
        select(["RT199"])
    with pytest.raises(UnknownRuleError, match="in-flight-delete"):
        select(["in-fligth-delete"])


def test_stamps_are_rendered_when_the_epoch_is_known() -> None:
    at = Moment(31, 4, 182_400_000, "server", "x", 1)

    assert render(f"added at {stamp(at)}", 100_000_000) == "added at T+82"
    assert render(f"added at {stamp(at)}", 200_000_000) == "added at T-18"
    assert render(f"added at {stamp(at)}", None) == "added at line 31"


def test_a_case_is_settled_when_its_window_has_passed_in_the_recordings_own_time() -> None:
    detector = Detector(RULES)
    for record in parse(f"{CASCADE}\n30300 > respond"):
        told = [finding.rule for finding in detector.findings]
        detector.feed(record)

    assert told == []
    assert [finding.rule for finding in detector.findings] == ["RT101"]


def test_a_missing_footer_alone_is_no_damage() -> None:
    analysis = analysis_of("0 < added m1 user\n1 > respond", Facts(complete=False))

    assert (analysis.findings, analysis.coverage.lossy, analysis.verdict) == ([], False, "clean")


@pytest.mark.parametrize(("facts", "certainty"), [(Facts(), "proven"), (Facts(complete=False), "likely")])
def test_a_recording_that_just_stops_does_not_prove_that_nobody_continued_the_session(
    facts: Facts, certainty: str
) -> None:
    analysis = analysis_of("0 > respond\n10 < response r1\n3600000 < error session_expired", facts)

    assert [f.certainty for f in analysis.findings if f.rule == "RT501"] == [certainty]


def test_a_few_foreign_events_name_a_session_that_holds_no_items_and_no_responses() -> None:
    facts = Facts(hint="OpenAI Translation")

    session = analysis_of("0 > update\n1 < updated\n2 > delete m1\n3 < error item_delete_invalid_item_id", facts)
    talk = analysis_of("0 > respond\n1 < response r1\n2 < finished r1 completed", facts)

    assert (session.findings, session.reason) == ([], "this protocol is not modelled: OpenAI Translation")
    assert (talk.verdict, talk.reason) == ("clean", None)
