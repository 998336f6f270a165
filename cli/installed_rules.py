"""Rules that other packages bring: the entry points of the group `rtlog.rules`.

An entry point names a `Rule` subclass, or a module (a package too) with some. A broken one ends the command: a run
without a rule that somebody installed would be green for the wrong reason.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Final, get_args

from rtlog.analyzers.rule import Example, Need, Option, Rule, Severity
from rtlog.recordings.errors import RtlogError

GROUP: Final = "rtlog.rules"
RESERVED: Final = "RT"
CODE: Final = re.compile(r"[A-Z]+[0-9]+")
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TEXTS: Final = ("what", "why", "remedy")
LISTS: Final[dict[str, type]] = {
    "options": Option,
    "bad": Example,
    "good": Example,
    "leads_to": str,
    "look_alikes": str,
    "references": str,
}
NEEDS: Final = frozenset(get_args(Need))


def installed_rules(built_in: Sequence[type[Rule]] = ()) -> tuple[type[Rule], ...]:
    """Give the rules that installed packages bring, in order of code.

    Raises RtlogError, naming the distribution, for what cannot be loaded or clashes with another or with *built_in*.
    """
    points = sorted(entry_points(group=GROUP), key=lambda point: (_distribution(point), point.name))
    found: dict[type[Rule], EntryPoint] = {}
    for point in points:
        for rule in _rules(point):
            found.setdefault(rule, point)  # a module and a class in it may both be named
    taken = {word: "rtlog" for rule in built_in for word in (rule.code, rule.name)}
    for rule, point in found.items():
        _check(rule, point)
        for word in (rule.code, rule.name):
            if word in taken:
                raise _error(point, f"the rule {word} is {taken[word]}'s already")
            taken[word] = _distribution(point)
    _check_consequences(found)
    return tuple(sorted(found, key=lambda rule: rule.code))


def _rules(point: EntryPoint) -> list[type[Rule]]:
    try:
        named = point.load()
    except (Exception, SystemExit) as error:
        first = (str(error).splitlines() or [""])[0]
        raise _error(point, f"cannot be loaded: {type(error).__name__}{f': {first}' if first else ''}") from error
    if isinstance(named, type) and issubclass(named, Rule):
        return [named]
    rules = list(_inside(named)) if isinstance(named, ModuleType) else []
    if not rules:
        raise _error(point, "is neither a Rule nor a module with one")
    return rules


def _inside(module: ModuleType) -> Iterator[type[Rule]]:
    """Give the rules that *module*, or a submodule of it, defines; what it imports from elsewhere is not its own."""
    for name, value in vars(module).items():
        own = isinstance(value, type) and f"{value.__module__}.".startswith(f"{module.__name__}.")
        if own and issubclass(value, Rule) and not name.startswith("_"):
            yield value


def _check(rule: type[Rule], point: EntryPoint) -> None:
    problem = next(_problems(rule), None)
    if problem is not None:
        raise _error(point, f"{rule.__qualname__}: {problem}")


def _check_consequences(found: Mapping[type[Rule], EntryPoint]) -> None:
    """Refuse rules that explain one another in a circle: a story has a root."""
    owners = {rule.code: point for rule, point in found.items()}
    try:
        TopologicalSorter({rule.code: rule.leads_to for rule in found}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        raise _error(owners[circle[0]], f"leads_to goes in a circle: {', '.join(circle)}") from error


def _problems(rule: type[Rule]) -> Iterator[str]:
    code, name = getattr(rule, "code", None), getattr(rule, "name", None)
    if not isinstance(code, str) or not CODE.fullmatch(code) or code.startswith(RESERVED):
        yield f"code must be capital letters other than {RESERVED}... and a number, as ACME1"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield "name must be words in lower case with hyphens, as tool-call-too-slow"
    if not isinstance(getattr(rule, "severity", None), Severity):
        yield "severity must be a Severity"
    if not all(isinstance(getattr(rule, text, None), str) for text in TEXTS):
        yield f"{', '.join(TEXTS)} must be texts"
    if not frozenset(_listed(rule.needs)) <= NEEDS:
        yield f"needs must be a set of {', '.join(sorted(NEEDS))}"
    for attribute, kind in LISTS.items():
        if not _is_tuple_of(getattr(rule, attribute), kind):
            yield f"{attribute} must be a tuple of {kind.__name__}"
    for option in rule.options:
        if not isinstance(option.default, (int, float)) and not _is_tuple_of(option.default, str):
            yield f"option {option.name} must have a number or a tuple of str as its default"


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, (set, frozenset)) else (value,)


def _is_tuple_of(value: object, kind: type) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, kind) for each in value)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an installed package"


def _error(point: EntryPoint, problem: str) -> RtlogError:
    owner = _distribution(point)
    return RtlogError(f"{owner}: entry point {point.name!r} of {GROUP}: {problem}; repair or uninstall {owner}")
