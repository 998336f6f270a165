"""A collector listens to the reconciler's changes as a rule does (`@on`), and measures instead of accusing."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rtlog.analyzers.rule import Settings
from rtlog.analyzers.rules import RULES

if TYPE_CHECKING:
    from rtlog.analyzers.latency.measurement import Measurement, NearMiss


class Collector:
    """Base of what measures: `measured` is complete after `finish`."""

    def __init__(self) -> None:
        self.measured: list[Measurement] = []

    def finish(self) -> None:
        """Measure what could not be before the end."""


class Thresholds:
    """Where the lines of the rules are, and how near to one is near (ms); *settings* are options by code of a rule."""

    def __init__(self, near_ms: float, settings: Mapping[str, Settings] | None = None) -> None:
        self.near_ms = near_ms
        self._settings = settings or {}
        self._defaults = {(rule.code, option.name): option.default for rule in RULES for option in rule.options}

    def of(self, code: str, option: str) -> float:
        """Give the number that *option* of the rule *code* is set to."""
        value = self._settings.get(code, {}).get(option, self._defaults[code, option])
        return 0.0 if isinstance(value, tuple) else float(value)


class NearCollector:
    """Base of what looks for near misses: `found` is complete after `finish`."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        self.found: list[NearMiss] = []

    def is_near(self, margin_ms: float) -> bool:
        """Say whether *margin_ms* is on the right side of the line, and near it."""
        return 0 <= margin_ms <= self.thresholds.near_ms

    def finish(self) -> None:
        """Settle what only the end can tell."""
