"""A rule that raises, wherever it does, has judged nothing, is said to, and keeps no other from judging."""

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding, Severity
from rtlog.analyzers.reconciler.changes import ItemDeleteSent
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.rule import Engine, Evidence, Rule, Settings, on
from rtlog.analyzers.tape import parse

DELETED_TWICE = """
0    < added m1 user
10   < added m2 user prev=m1
20   > delete m1
30   < deleted m1
200  > delete m2
210  < deleted m2
"""
CLEAN = "0 > create m1 user\n9 < added m1 user"


class Documented(Rule):
    severity = Severity.WARNING
    what = why = remedy = "…"


class Sound(Documented):
    code, name = "ZZ2", "sound"

    @on(ItemDeleteSent)
    def deleted(self, change: ItemDeleteSent) -> None:
        self.report("deleted", change.at, [Evidence(change.at, "deleted")], certainty="proven")


class RaisesInTheConstructor(Documented):
    code, name = "ZZ1", "broken"

    def __init__(self, engine: Engine, settings: Settings | None = None) -> None:
        super().__init__(engine, settings)
        raise KeyError("what was said")


class RaisesInAListener(Sound):
    code, name = "ZZ1", "broken"

    @on(ItemDeleteSent)
    def deleted(self, change: ItemDeleteSent) -> None:
        super().deleted(change)
        if change.item.id == "m2":
            raise ValueError("what was said")


class RaisesAtADeadline(Sound):
    code, name = "ZZ1", "broken"

    @on(ItemDeleteSent)
    def deleted(self, change: ItemDeleteSent) -> None:
        self.engine.later(change.at, 100, self.expired)
        self.engine.later(change.at, 101, self.expired)

    def expired(self) -> None:
        raise RuntimeError("what was said")


class RaisesAtTheEnd(Sound):
    code, name = "ZZ1", "broken"

    def finish(self) -> None:
        raise ZeroDivisionError("what was said")


class Exits(Sound):
    code, name = "ZZ1", "broken"

    @on(ItemDeleteSent)
    def deleted(self, change: ItemDeleteSent) -> None:
        raise SystemExit(len(change.item.id))


class HearsAChangeThatIsNone(Documented):
    code, name = "ZZ1", "broken"

    @on(["ItemDeleteSent"])  # type: ignore[arg-type]
    def deleted(self, change: ItemDeleteSent) -> None:
        """Hear nothing."""


def analysis_of(tape: str, *rules: type[Rule]) -> Analysis:
    analysis = Analysis(rules)
    for record in parse(tape):
        analysis.feed(record)
    analysis.finish()
    return analysis


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (RaisesInTheConstructor, "raised KeyError at the start (test_broken_rules.py:"),
        (RaisesInAListener, "raised ValueError at line 5 (test_broken_rules.py:"),
        (RaisesAtADeadline, "raised RuntimeError at line 5 (test_broken_rules.py:"),
        (RaisesAtTheEnd, "raised ZeroDivisionError at the end (test_broken_rules.py:"),
        (Exits, "raised SystemExit at line 3 (test_broken_rules.py:"),
        (HearsAChangeThatIsNone, "raised TypeError at the start"),
    ],
)
@pytest.mark.parametrize("place", ["first", "last"])
def test_a_rule_that_raises_is_not_judged_and_the_others_are(broken: type[Rule], said: str, place: str):
    rules = (broken, Sound) if place == "first" else (Sound, broken)

    report = report_of(analysis_of(DELETED_TWICE, *rules), "tape")

    assert [(finding.rule, finding.line) for finding in report.findings] == [("ZZ2", 3), ("ZZ2", 5)]
    assert report.coverage is not None
    assert list(report.coverage.not_judged) == ["ZZ1"]
    assert report.coverage.not_judged["ZZ1"].startswith(said)
    assert "what was said" not in str(report)


def test_a_clean_recording_with_a_broken_rule_is_inconclusive():
    report = report_of(analysis_of(CLEAN, RaisesAtTheEnd), "tape")

    assert report.verdict == "inconclusive"
    assert str(report.reason).startswith("ZZ1 raised ZeroDivisionError at the end")


def found(**fields: object) -> type[Rule]:
    """Give a rule whose finding has *fields* that differ from sound ones."""

    class Untyped(Documented):
        code, name = "ZZ1", "untyped"

        @on(ItemDeleteSent)
        def deleted(self, change: ItemDeleteSent) -> None:
            sound = {"rule": "ZZ1", "name": "untyped", "severity": Severity.INFO, "certainty": "proven"}
            sound |= {"message": "…", "at": change.at, "evidence": (Evidence(change.at, "deleted"),)}
            self.engine.found(Finding(**(sound | fields)))

    return Untyped


def test_a_sound_finding_of_the_same_making_is_taken():
    report = report_of(analysis_of(DELETED_TWICE, found()), "tape")

    assert [finding.rule for finding in report.findings] == ["ZZ1", "ZZ1"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"rule": "RT101"}, "ValueError"),
        ({"certainty": "sure"}, "ValueError"),
        ({"severity": "error"}, "TypeError"),
        ({"message": 7}, "TypeError"),
        ({"at": 12}, "TypeError"),
        ({"items": ["m1"]}, "TypeError"),
        ({"items": (7,)}, "TypeError"),
        ({"evidence": ("m1",)}, "AttributeError"),
        ({"evidence": ()}, "ValueError"),
        ({"before": "[m1, m2]"}, "TypeError"),
    ],
)
def test_a_finding_that_no_report_could_hold_is_its_rules_fault(fields: dict[str, object], error: str):
    report = report_of(analysis_of(DELETED_TWICE, found(**fields), Sound), "tape")

    assert [finding.rule for finding in report.findings] == ["ZZ2", "ZZ2"]
    assert report.coverage is not None
    assert report.coverage.not_judged["ZZ1"].startswith(f"raised {error} at line 3 (test_broken_rules.py:")
