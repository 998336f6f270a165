"""Stories: which finding explains which, where many name the same things."""

from rtlog.analyzers.finding import Evidence, Finding, Severity
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.story import tell

LEADS_TO = {"RT101": ("RT104",), "RT102": ("RT104",)}


def finding(rule: str, seq: int, *, severity: Severity = Severity.ERROR, **names: tuple[str, ...]) -> Finding:
    at = Moment(seq, seq, None, "client", "conversation.item.delete", 1)
    return Finding(rule, rule, severity, "proven", f"{rule} at {seq}", at, (Evidence(at, "its act"),), **names)


def cause_of(effect: Finding, *others: Finding) -> Finding | None:
    tell(sorted((*others, effect), key=lambda each: each.order), LEADS_TO)
    return effect.caused_by


def test_the_same_subject_wins_over_a_later_finding():
    effect = finding("RT104", 9, items=("a", "b"))
    same, later = finding("RT101", 2, items=("a",)), finding("RT102", 5, items=("c", "b"))
    assert cause_of(effect, same, later) is same


def test_of_those_about_another_subject_the_latest_wins():
    effect = finding("RT104", 9, items=("a",), calls=("call",))
    earlier, later = finding("RT101", 2, items=("c", "a")), finding("RT102", 5, items=("d",), calls=("call",))
    assert cause_of(effect, earlier, later) is later


def test_where_no_items_are_named_those_without_items_are_about_the_same():
    effect = finding("RT104", 9, responses=("r",))
    alike, other = finding("RT101", 2, responses=("r",)), finding("RT102", 5, items=("a",), responses=("r",))
    assert cause_of(effect, alike, other) is alike


def test_what_begins_after_the_last_evidence_explains_nothing():
    effect = finding("RT104", 3, items=("a",))
    assert cause_of(effect, finding("RT101", 5, items=("a",))) is None


def test_mere_information_explains_information_only():
    note = finding("RT101", 2, severity=Severity.INFO, items=("a",))
    assert cause_of(finding("RT104", 9, items=("a",)), note) is None
    assert cause_of(finding("RT104", 9, severity=Severity.INFO, items=("a",)), note) is note


def test_what_names_nothing_in_common_belongs_to_no_story():
    effect = finding("RT104", 9, items=("a",), calls=("c",), responses=("r",))
    assert cause_of(effect, finding("RT101", 2, items=("c",), calls=("r",), responses=("a",))) is None


def test_each_of_thousands_about_one_item_finds_its_own_cause():
    causes = [finding("RT101", 2 * n + 1, items=("a",)) for n in range(2_000)]
    effects = [finding("RT104", 2 * n + 2, items=("a",)) for n in range(2_000)]
    tell(sorted((*causes, *effects), key=lambda each: each.order), LEADS_TO)
    assert [effect.caused_by for effect in effects] == causes
