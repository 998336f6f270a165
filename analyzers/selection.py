"""Which rules run: codes, prefixes and names, as in ruff.

Selections come in layers (a configuration file, a command line); a later layer wins over an earlier one, and within a
layer the longer selector wins over the shorter.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from msgspec import Struct

from rtlog.analyzers.rule import Rule
from rtlog.analyzers.rules import RULES

ALL: Final = "ALL"
"""Selects every rule, whatever letters its code begins with."""


class UnknownRuleError(ValueError):
    """A selector names no rule; `nearest` is the closest that exists."""

    def __init__(self, selector: str, known: Iterable[type[Rule]] = RULES) -> None:
        self.selector = selector
        rules = tuple(known)
        self.nearest = nearest(selector, [rule.code for rule in rules] + [rule.name for rule in rules])
        super().__init__(f"no rule is called {selector!r}; the nearest is {self.nearest}")


class Selection(Struct, frozen=True):
    """What one layer says; `select=None` builds on the layers before, anything else starts anew."""

    select: Sequence[str] | None = None
    extend: Sequence[str] = ()
    ignore: Sequence[str] = ()


def nearest(word: str, known: Sequence[str]) -> str:
    """Give the one of *known* that *word* is most likely a slip of; the first of them where none is close."""
    folded = {each.casefold(): each for each in reversed(known)}
    return next((folded[each] for each in get_close_matches(word.casefold(), folded, n=1, cutoff=0.3)), known[0])


def select(
    selected: Sequence[str] = (), ignored: Sequence[str] = (), known: Sequence[type[Rule]] = RULES
) -> tuple[type[Rule], ...]:
    """Give the rules of *known* that *selected* names (all where it is empty) and *ignored* does not.

    Raises UnknownRuleError for a selector that matches nothing.
    """
    return choose([Selection(selected or None, (), ignored)], known)


def choose(layers: Iterable[Selection], known: Sequence[type[Rule]] = RULES) -> tuple[type[Rule], ...]:
    """Give the rules of *known* that run once every layer has spoken.

    Raises UnknownRuleError for a selector that matches nothing.
    """
    chosen = {rule.code for rule in known}
    for layer in layers:
        base = chosen if layer.select is None else set()
        wanted = _lengths([*(layer.select or ()), *layer.extend], known)
        unwanted = _lengths(layer.ignore, known)
        kept = base - unwanted.keys()
        chosen = kept | {code for code, length in wanted.items() if length > unwanted.get(code, 0)}
    return tuple(rule for rule in known if rule.code in chosen)


def rule_called(name: str, known: Sequence[type[Rule]] = RULES) -> type[Rule]:
    """Give the one rule with the code or the name *name*; raises UnknownRuleError where there is none."""
    found = next((rule for rule in known if name.upper() == rule.code.upper() or name == rule.name), None)
    if found is None:
        raise UnknownRuleError(name, known)
    return found


def _lengths(selectors: Iterable[str], known: Sequence[type[Rule]]) -> dict[str, int]:
    """Give for every matched code the length of the most specific selector that matches it."""
    lengths: dict[str, int] = {}
    for selector in selectors:
        matched = {rule.code: _length(selector, rule) for rule in known}
        if not any(matched.values()):
            raise UnknownRuleError(selector, known)
        lengths |= {code: max(length, lengths.get(code, 0)) for code, length in matched.items() if length}
    return lengths


def _length(selector: str, rule: type[Rule]) -> int:
    """Give how specific *selector* is about *rule*, 0 where it does not match: ALL less than any prefix of a code."""
    if selector == rule.name:
        return 1 + len(rule.code)
    if selector.upper() == ALL:
        return 1
    return 1 + len(selector) if selector and rule.code.upper().startswith(selector.upper()) else 0
