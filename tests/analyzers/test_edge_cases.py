"""The edges of each rule's conditions: tapes that are too odd to document the rule with."""

import tomllib
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse

CASES = tomllib.loads(Path(__file__).with_name("edge_cases.toml").read_text(encoding="utf-8"))
BY_CODE = {rule.code: rule for rule in RULES}


@pytest.mark.parametrize(
    ("code", "case"),
    [pytest.param(code, case, id=f"{code}: {case['title']}") for code in CASES for case in CASES[code]],
)
def test_a_rule_says_exactly_this(code: str, case: dict[str, object]) -> None:
    analysis = Analysis([BY_CODE[code]], {code: case.get("settings", {})}, client=case.get("client"))
    for record in parse(str(case["tape"])):
        analysis.feed(record)
    analysis.finish()

    given = [f"{f.at.line} {f.severity.value} {f.certainty}" for f in analysis.findings]
    assert given == case.get("finds", []), [f.message for f in analysis.findings]
    if "items" in case:
        assert [list(f.items) for f in analysis.findings] == case["items"]


def test_every_edge_case_is_of_a_rule() -> None:
    assert set(CASES) <= set(BY_CODE)
