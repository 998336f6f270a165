"""Which rules run, when a configuration and a command line both speak."""

import pytest

from rtlog.analyzers.rule import Rule, Severity
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.selection import Selection, UnknownRuleError, choose, nearest, rule_called, select


class House(Rule):
    """A rule of somebody's own."""

    code = "ACME1"
    name = "too-many-greetings"
    severity = Severity.INFO


KNOWN = (House, *(rule for rule in RULES if rule.code in {"RT101", "RT102", "RT201", "RT202"}))


def chosen(*layers: Selection) -> set[str]:
    return {rule.code for rule in choose(layers, KNOWN)}


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ([], {"ACME1", "RT101", "RT102", "RT201", "RT202"}),
        ([Selection(["RT1"])], {"RT101", "RT102"}),
        ([Selection(["rt1", "Acme"])], {"RT101", "RT102", "ACME1"}),
        ([Selection(["too-many-greetings"])], {"ACME1"}),
        ([Selection(["ALL"], ignore=["RT"])], {"ACME1"}),
        ([Selection(["RT101"], ignore=["ALL"])], {"RT101"}),
        ([Selection(["RT1"], ignore=["RT1"])], set()),
        ([Selection(["RT1"], ignore=["RT101"])], {"RT102"}),
        ([Selection(["RT101"], ignore=["RT1"])], {"RT101"}),
        ([Selection(["RT1"], extend=["RT201"])], {"RT101", "RT102", "RT201"}),
        ([Selection([], extend=["RT201"])], {"RT201"}),
        ([Selection(ignore=["RT", "ACME"])], set()),
    ],
)
def test_within_a_layer_the_longer_selector_wins(layers: list[Selection], codes: set[str]) -> None:
    assert chosen(*layers) == codes


@pytest.mark.parametrize(
    ("later", "codes"),
    [
        (Selection(), {"RT102", "RT201"}),
        (Selection(["RT1"]), {"RT101", "RT102"}),
        (Selection(extend=["RT1"]), {"RT101", "RT102", "RT201"}),
        (Selection(extend=["RT101"]), {"RT101", "RT102", "RT201"}),
        (Selection(ignore=["RT1"]), {"RT201"}),
        (Selection(ignore=["RT202"]), {"RT102", "RT201"}),
        (Selection(extend=["RT2"], ignore=["RT201"]), {"RT102", "RT202"}),
    ],
)
def test_a_later_layer_wins_whatever_the_lengths(later: Selection, codes: set[str]) -> None:
    configured = Selection(["RT102", "RT2"], extend=["RT101"], ignore=["RT101", "RT202"])

    assert chosen(configured, later) == codes


def test_rules_keep_their_order() -> None:
    assert [rule.code for rule in choose([Selection(["RT201", "RT101"])])] == ["RT101", "RT201"]
    assert select() == RULES


@pytest.mark.parametrize("name", ["RT101", "rt101", "in-flight-delete"])
def test_a_rule_is_called_by_its_code_or_its_name(name: str) -> None:
    assert rule_called(name).code == "RT101"


@pytest.mark.parametrize("name", ["RT1", "RT", "", "ALL"])
def test_what_names_several_calls_none(name: str) -> None:
    with pytest.raises(UnknownRuleError):
        rule_called(name)


def test_an_empty_selector_matches_nothing() -> None:
    with pytest.raises(UnknownRuleError):
        select([""])


@pytest.mark.parametrize(
    ("word", "close"), [("rt102", "RT102"), ("to-many-greeting", "too-many-greetings"), ("zzz", "ACME1")]
)
def test_the_nearest_is_told_whatever_the_case(word: str, close: str) -> None:
    assert nearest(word, [rule.code for rule in KNOWN] + [rule.name for rule in KNOWN]) == close
