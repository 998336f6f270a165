"""Which rules run: codes, prefixes and names, as in ruff."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from rtlog.analyzers.rule import Rule
from rtlog.analyzers.rules import RULES


class UnknownRuleError(ValueError):
    """A selector names no rule; `nearest` is the closest that exists."""

    def __init__(self, selector: str) -> None:
        self.selector = selector
        known = [rule.code for rule in RULES] + [rule.name for rule in RULES]
        self.nearest = next(iter(get_close_matches(selector, known, n=1, cutoff=0.3)), known[0])
        super().__init__(f"no rule is called {selector!r}; the nearest is {self.nearest}")


def select(selected: Sequence[str] = (), ignored: Sequence[str] = ()) -> tuple[type[Rule], ...]:
    """Give the rules that *selected* names and *ignored* does not; the longer code wins where both match.

    Raises UnknownRuleError for a selector that matches nothing.
    """
    wanted = _lengths(selected or ("RT",))
    unwanted = _lengths(ignored)
    return tuple(rule for rule in RULES if wanted.get(rule.code, 0) > unwanted.get(rule.code, 0))


def _lengths(selectors: Iterable[str]) -> dict[str, int]:
    """Give for every matched code the length of the most specific selector that matches it."""
    lengths: dict[str, int] = {}
    for selector in selectors:
        matches = [rule for rule in RULES if rule.name == selector or rule.code.startswith(selector.upper())]
        if not matches or not selector:
            raise UnknownRuleError(selector)
        for rule in matches:
            specific = len(rule.code) if rule.name == selector else len(selector)
            lengths[rule.code] = max(lengths.get(rule.code, 0), specific)
    return lengths
