"""The catalogue: one file a rule, found by scanning this folder. Adding a rule is adding one file."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from rtlog.analyzers.rule import Rule


def _scan() -> tuple[type[Rule], ...]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    rules = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Rule)
        and value is not Rule
        and value.__module__ == module.__name__
    ]
    return tuple(sorted(rules, key=lambda rule: rule.code))


RULES: Final[tuple[type[Rule], ...]] = _scan()
"""Every rule, in order of code."""
