"""Scenarios by name: each module here has one, as `SCENARIO`."""

from importlib import import_module
from pkgutil import iter_modules

from rtlog.recordings.errors import RtlogError
from rtlog.simulator.scenario import Scenario


def names() -> list[str]:
    """Give the names of all scenarios."""
    return sorted(module.name for module in iter_modules(__path__))


def load(name: str) -> Scenario:
    """Give the scenario called *name*; raises RtlogError where there is none."""
    if name not in names():
        raise RtlogError(f"no scenario is called {name}; there are {', '.join(names())}")
    scenario: Scenario = import_module(f"{__name__}.{name}").SCENARIO
    return scenario
