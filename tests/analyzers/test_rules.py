"""Every rule against every example in its own file: one loop for every rule that will ever be written."""

from dataclasses import replace
from itertools import chain

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding, Severity
from rtlog.analyzers.rule import Example, Rule
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse


def cases(kind: str) -> list[pytest.ParameterSet]:
    return [
        pytest.param(rule, example, id=f"{rule.code}: {example.title}")
        for rule in RULES
        for example in getattr(rule, kind)
    ]


def findings_of(rule: type[Rule], example: Example) -> list[Finding]:
    """Run *rule* alone: an example shows what one rule says."""
    analysis = Analysis([rule], {rule.code: example.settings}, client=example.client)
    for record in parse(example.tape):
        analysis.feed(record)
    analysis.finish()
    assert rule.code not in analysis.coverage.not_judged, "an example that the rule cannot judge shows nothing"
    return analysis.findings


@pytest.mark.parametrize(("rule", "example"), cases("bad"))
def test_a_bad_example_gives_its_finding_with_its_evidence(rule: type[Rule], example: Example) -> None:
    (finding,) = findings_of(rule, example)

    assert f"{finding.severity.value} {finding.certainty}" == example.finds
    assert tuple(evidence.at.line for evidence in finding.evidence) == example.evidence
    assert finding.at.line in example.evidence


@pytest.mark.parametrize(("rule", "example"), cases("good"))
def test_a_look_alike_is_not_accused(rule: type[Rule], example: Example) -> None:
    assert [finding.message for finding in findings_of(rule, example)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_documents_itself(rule: type[Rule]) -> None:
    assert rule.__module__.rpartition(".")[2].startswith(f"{rule.code.lower()}_")
    assert rule.name.replace("-", "_") in rule.__module__
    assert min(len(rule.what), len(rule.why), len(rule.remedy)) > 40
    assert rule.bad or rule.code == "RT901", "a rule without a bad example cannot be shown to work"
    assert rule.good or rule.code == "RT901", "a rule without a near miss cannot be trusted"
    assert rule.__doc__


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


def test_a_rule_explains_only_findings_that_a_rule_can_give_or_a_later_catalogue_will() -> None:
    explained = set(chain.from_iterable(rule.leads_to for rule in RULES))

    assert all(code.startswith("RT") and len(code) == 5 for code in explained)
    assert not any(rule.code in rule.leads_to for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_says_the_gravest_that_it_can_find(rule: type[Rule]) -> None:
    found = [Severity(example.finds.partition(" ")[0]) for example in rule.bad]

    assert max((severity.rank for severity in found), default=rule.severity.rank) == rule.severity.rank


def excused_by_options() -> list[pytest.ParameterSet]:
    """Give the look-alikes that an option excuses, not those that share lowered thresholds with a bad example."""
    lowered = {(rule, frozenset(example.settings)) for rule in RULES for example in rule.bad}
    excused = [case for case in cases("good") if case.values[1].settings]
    return [case for case in excused if (case.values[0], frozenset(case.values[1].settings)) not in lowered]


@pytest.mark.parametrize(("rule", "example"), excused_by_options())
def test_an_option_is_what_makes_the_difference(rule: type[Rule], example: Example) -> None:
    assert findings_of(rule, replace(example, settings={})) != []
