"""Two runs over many recordings: which rules speak more often than before, and what is new."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rtlog.analyzers.finding import Severity
from rtlog.analyzers.fleet.chance import discoveries, fisher_greater
from rtlog.analyzers.fleet.origin import UNKNOWN
from rtlog.analyzers.statistics import GroupStatistics, RuleStatistics, Statistics

LEVEL: Final = 0.01
"""A nightly job compares: of a hundred nights in which nothing changed, at most one is called worse."""


@dataclass(frozen=True, slots=True)
class Rate:
    """In how many of the recordings that it could judge a rule spoke."""

    found: int
    judged: int

    @property
    def percent(self) -> float:
        """The same of a hundred."""
        return 100 * self.found / self.judged if self.judged else 0.0


@dataclass(frozen=True, slots=True)
class Rise:
    """A rate that is compared with the one before, of all recordings or of one SDK release."""

    rule: str
    name: str
    sdk: str | None
    now: Rate
    before: Rate
    is_new_release: bool
    """The baseline has no recording of the release: it is compared with all of the baseline."""
    probability: float
    """That chance alone makes a rate so much higher."""


@dataclass(frozen=True, slots=True)
class NewKind:
    """A kind of finding that the baseline has not."""

    kind: str
    name: str
    recordings: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a run has come to since its baseline."""

    risen: list[Rise]
    """Those that chance does not explain, the surest first."""
    compared: int
    """Rates that were compared."""
    new: list[NewKind]
    not_compared: list[str]
    """Rules that spoke now and did not run in the baseline."""


def compare(now: Statistics, before: Statistics, least: Severity) -> Comparison:
    """Compare *now* with *before*; rules of which no finding is as severe as *least* are not tested."""
    ran = set(before.ran) or {rule.rule for rule in now.rules}
    spoken = [rule for rule in now.rules if rule.rule in ran]
    grave = [rule for rule in spoken if Severity(rule.severity).rank >= least.rank]
    tested = [rise for rule in grave for rise in _rises(rule, now, before)]
    standing = discoveries([rise.probability for rise in tested], LEVEL)
    risen = [rise for rise, stands in zip(tested, standing, strict=True) if stands]
    return Comparison(
        risen=sorted(risen, key=lambda rise: (rise.probability, rise.rule, rise.sdk or "")),
        compared=len(tested),
        new=list(_new_kinds(spoken, before)),
        not_compared=sorted(rule.rule for rule in now.rules if rule.rule not in ran),
    )


def _rises(rule: RuleStatistics, now: Statistics, before: Statistics) -> Iterator[Rise]:
    everywhere = _rate(before, rule.rule)
    if everywhere.judged:
        yield _rise(rule, None, _rate(now, rule.rule), everywhere, is_new_release=False)
    earlier = {group.value: group for group in before.groups if group.by == "sdk"}
    for group in now.groups:
        if group.by != "sdk" or group.value == UNKNOWN:
            continue
        known = earlier.get(group.value)
        reference = _rate(known, rule.rule) if known else everywhere
        if reference.judged:
            yield _rise(rule, group.value, _rate(group, rule.rule), reference, is_new_release=known is None)


def _rise(rule: RuleStatistics, sdk: str | None, now: Rate, before: Rate, *, is_new_release: bool) -> Rise:
    probability = fisher_greater(now.found, now.judged, before.found, before.judged)
    return Rise(rule.rule, rule.name, sdk, now, before, is_new_release, probability)


def _rate(counted: Statistics | GroupStatistics, code: str) -> Rate:
    found = next((rule.recordings for rule in counted.rules if rule.rule == code), 0)
    unreadable = counted.unreadable if isinstance(counted, Statistics) else 0
    return Rate(found, counted.recordings - unreadable - counted.not_judged.get(code, 0))


def _new_kinds(spoken: list[RuleStatistics], before: Statistics) -> Iterator[NewKind]:
    known = {kind for rule in before.rules for kind in rule.kinds}
    for rule in spoken:
        for kind, recordings in rule.kinds.items():
            if kind not in known:
                yield NewKind(kind, rule.name, recordings)
