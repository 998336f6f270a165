"""Two runs compared: what rose, in which release, and what is merely new."""

from rtlog.analyzers.finding import Severity
from rtlog.analyzers.fleet.comparison import Comparison, compare
from rtlog.analyzers.statistics import GroupStatistics, RuleStatistics, Statistics

Counts = dict[str, tuple[int, int]]
"""Recordings in which RT101 spoke, and all, by SDK release."""


def rules(found: int, severity: str = "error", rule: str = "RT101") -> list[RuleStatistics]:
    told = {"rule": rule, "name": "x", "findings": found, "stories": found, "recordings": found, "severity": severity}
    return [RuleStatistics.model_validate(told | {"kinds": {f"{rule}-abcd": found}})] if found else []


def run(releases: Counts, **options: object) -> Statistics:
    found, total = (sum(counts[place] for counts in releases.values()) for place in (0, 1))
    groups = [
        GroupStatistics(by="sdk", value=sdk, recordings=n, findings=k, stories=k, rules=rules(k))
        for sdk, (k, n) in releases.items()
    ]
    told = {"tool": "t", "recordings": total, "findings": found, "stories": found, "rules": rules(found)}
    return Statistics.model_validate(told | {"ran": ["RT101"], "groups": groups} | options)


def compared(now: Statistics, before: Statistics, least: Severity = Severity.WARNING) -> Comparison:
    return compare(now, before, least)


def test_a_new_release_that_made_it_worse_is_named():
    before = run({"a@1.8.8": (12, 2500)})
    now = run({"a@1.8.8": (10, 2100), "a@1.8.9": (58, 400)})

    rises = {(rise.sdk, rise.is_new_release) for rise in compared(now, before).risen}
    assert rises == {(None, False), ("a@1.8.9", True)}


def test_a_release_is_held_against_itself_where_the_baseline_has_it():
    before = run({"a@1": (100, 1000), "a@2": (1, 1000)})
    now = run({"a@1": (100, 1000), "a@2": (30, 1000)})

    (release,) = (rise for rise in compared(now, before).risen if rise.sdk)
    assert (release.sdk, release.is_new_release, release.before.judged) == ("a@2", False, 1000)


def test_what_chance_explains_and_what_fell_is_no_rise():
    before = run({"a@1": (50, 1000)})

    assert compared(run({"a@1": (60, 1000)}), before).risen == []
    assert compared(run({"a@1": (5, 1000)}), before).risen == []
    assert compared(before, before).risen == []
    assert compared(before, before).compared == 2


def test_a_rule_that_never_spoke_before_may_rise_from_nothing():
    quiet = run({"a@1": (0, 1000)})
    told = compared(run({"a@1": (12, 1000)}), quiet)

    assert {rise.sdk for rise in told.risen} == {None, "a@1"}
    assert [(new.kind, new.recordings) for new in told.new] == [("RT101-abcd", 12)]
    once = compared(run({"a@1": (1, 1000)}), quiet)
    assert (once.risen, len(once.new)) == ([], 1)


def test_recordings_that_could_not_be_judged_or_read_are_not_counted():
    before = run({}, recordings=2000, not_judged={"RT101": 1000})
    now = run({}, recordings=1100, unreadable=100, rules=rules(30))

    (rise,) = compared(now, before).risen
    assert (rise.now.judged, rise.before.judged) == (1000, 1000)


def test_rules_that_did_not_run_before_or_matter_little_are_not_tested():
    now = run({}, recordings=1000, rules=rules(500))

    other = compared(now, run({}, recordings=1000, ran=["RT202"]))
    assert (other.risen, other.compared, other.not_compared, other.new) == ([], 0, ["RT101"], [])
    mild = run({}, recordings=1000, rules=rules(500, "info"))
    assert compared(mild, run({}, recordings=1000)).compared == 0
    assert len(compared(mild, run({}, recordings=1000), Severity.INFO).risen) == 1


def test_sessions_of_an_unknown_release_are_no_release():
    told = compared(run({"unknown": (500, 1000)}), run({"unknown": (1, 1000)}))

    assert [rise.sdk for rise in told.risen] == [None]
