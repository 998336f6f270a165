"""What rules document, as values: the built-in ones and one that somebody else wrote."""

import pytest

from rtlog.analyzers.reconciler.changes import ItemDeleteSent
from rtlog.analyzers.rule import Evidence, Example, Option, Rule, Severity, on
from rtlog.analyzers.rule_docs import document
from rtlog.analyzers.rules import RULES


class NoDeletes(Rule):
    """A client of ours deletes an item.

    Ours never should.
    """

    code = "ACME1"
    name = "no-deletes"
    severity = Severity.WARNING
    needs = frozenset({"time", "client"})
    leads_to = ("RT107", "ACME9", "RT102")
    what = "An item is deleted."
    why = "Our auditors read whole conversations."
    remedy = "Keep it."
    references = ("https://acme.example/audit", "acme/voice#12", "the handbook, page 3")
    options = (Option("after-ms", 10, "how soon"), Option("spared", ("s1",), "ids that may go"))
    bad = (
        Example(
            "deleted",
            """
            0 > create m1 user text=hello
            5 < added m1 user
            9 > delete m1
            """,
            "warning likely",
            (3,),
            {"after-ms": 1},
        ),
    )
    good = (Example("kept", "0 > create m1 user text=hello"),)

    @on(ItemDeleteSent)
    def delete_sent(self, change: ItemDeleteSent) -> None:
        evidence = [Evidence(change.at, "deleted")]
        self.report(f"{change.item.label} was deleted", change.at, evidence, certainty="likely")


DOC = document(NoDeletes, (*RULES, NoDeletes))


def test_a_rule_says_what_its_class_says():
    assert (DOC.code, DOC.name, DOC.severity) == ("ACME1", "no-deletes", "warning")
    assert DOC.summary == "A client of ours deletes an item."
    assert DOC.needs == ["time", "client"]
    assert DOC.certainties == ["likely"]
    assert [(option.name, option.default) for option in DOC.options] == [("after-ms", 10), ("spared", ["s1"])]


def test_an_example_shows_what_the_rule_really_finds_in_it():
    (bad,), (good,) = DOC.bad, DOC.good

    assert (bad.severity, bad.certainty, bad.message) == ("warning", "likely", "msg1 was deleted")
    assert (bad.tape[2], bad.evidence, bad.options) == ("9 > delete m1", [3], {"after-ms": 1})
    assert (good.severity, good.certainty, good.message, good.evidence) == (None, None, None, [])


def test_related_rules_are_named_where_they_exist():
    assert [(rule.code, rule.name) for rule in DOC.leads_to] == [
        ("ACME9", None),
        ("RT102", "previous-item-not-found"),
        ("RT107", "unknown-item"),
    ]
    unknown_item = next(rule for rule in RULES if rule.code == "RT107")
    assert "ACME1" in [rule.code for rule in document(unknown_item, (*RULES, NoDeletes)).explained_by]
    assert "ACME1" not in [rule.code for rule in document(unknown_item, RULES).explained_by]


def test_references_lead_somewhere_where_they_can():
    assert [reference.url for reference in DOC.references] == [
        "https://acme.example/audit",
        "https://github.com/acme/voice/issues/12",
        None,
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_reference_of_our_own_rules_is_a_link(rule: type[Rule]):
    assert [reference.text for reference in document(rule, RULES).references if reference.url is None] == []
