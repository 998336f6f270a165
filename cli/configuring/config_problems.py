"""What is wrong in a configuration, in one line a person can act on, and where it stands."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic_core import ErrorDetails

from rtlog.analyzers.rule import Rule
from rtlog.analyzers.selection import UnknownRuleError, nearest, rule_called
from rtlog.cli.expected import expected

SHOWN: Final = 60
"""Characters of a wrong value that are repeated to its author."""


def wrong_value(error: ErrorDetails, inside: str, key: str) -> str:
    """Say what *key* of the table *inside* should be."""
    given = error["input"]
    value = repr(given) if isinstance(given, str | list | dict) else str(given).lower()
    shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    wanted = "a table" if error["type"] == "model_type" else expected(error["msg"])
    return f"{key}{inside} should be {wanted}, not {shown}"


def unknown_key(keys: tuple[str, ...], inside: str, settings: Sequence[str], known: Sequence[type[Rule]]) -> str:
    """Say that the last of *keys*, of the table *inside*, is not among *settings*, the rules or a rule's options."""
    match keys:
        case [key]:
            return f"unknown key {key!r}{inside}; the nearest is {nearest(key, settings)!r}"
        case ["rules", spelling]:
            return f"no rule is called {spelling!r}{inside}; the nearest is {UnknownRuleError(spelling, known).nearest}"
    *_, spelling, key = keys
    rule = rule_called(spelling, known)
    options = [option.name for option in rule.options]
    if not options:
        return f"unknown key {key!r}{inside}: {rule.code} has no options"
    return f"unknown key {key!r}{inside}; the nearest is {nearest(key, options)!r}"


def inside(table: tuple[str, ...]) -> str:
    """Name *table* as a place: ` in [tool.rtlog]`, nothing for the top of a file."""
    return f" in [{'.'.join(table)}]" if table else ""


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """Give the 1-based line where *keys* is set, else the innermost of its tables that can be found.

    A search by eye: it reads headers and the left sides of assignments, for the parser keeps no positions.
    """
    best, depth = None, 0
    for number, path in _assignments(text):
        shared = _shared(path, keys)
        if shared == len(path) and shared > depth:
            best, depth = number, shared
    return best


def _assignments(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            header = _path(line)
            if header is not None:
                table = header
                yield number, table
        elif "=" in line:
            assigned = _path(f"{line.partition('=')[0]}=0")
            if assigned is not None:
                yield number, (*table, *assigned)


def _path(line: str) -> tuple[str, ...] | None:
    """Give the keys that a line of TOML names, `None` where it is none by itself."""
    try:
        content: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path = []
    while isinstance(content, Mapping) and content:
        key, content = next(iter(content.items()))
        path.append(str(key))
    return tuple(path)


def _shared(path: tuple[str, ...], keys: tuple[str, ...]) -> int:
    return next((n for n, (a, b) in enumerate(zip(path, keys, strict=False)) if a != b), min(len(path), len(keys)))
