"""Prints the settings that apply, as an rtlog.toml that would give the same, with where each comes from."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from rtlog.cli.configuring.settings import DEFAULT, Layer, RunSettings
from rtlog.cli.formats.wording import printable

if TYPE_CHECKING:
    from rtlog.analyzers.rule import Option, Rule

COMMENTS: Final = 40
"""The column that origins begin in, where a value leaves room."""


def settings_text(settings: RunSettings, known: "Sequence[type[Rule]]") -> Iterator[str]:
    """Give the lines of *settings*; *known* are the rules that there are."""
    layers, setup = settings.layers, settings.setup
    yield f"# Settings of rtlog {version('rtlog')}: {len(setup.rules)} of {len(known)} rules run."
    yield from _selection(layers)
    yield _row("expect", sorted(settings.expected), _origin({each.origin: each.expect for each in layers}))
    yield _row("fail-on", settings.fail_on.value, _origin({each.origin: each.fail_on for each in layers}))
    formats = {each.origin: each.output_format for each in layers}
    yield _row("output-format", settings.output_format.value, _origin(formats))
    baseline = None if settings.baseline is None else str(settings.baseline)
    yield _row("baseline", baseline, _origin({each.origin: each.baseline for each in layers}))
    yield _row("provider", setup.provider, _origin({each.origin: each.provider for each in layers}))
    yield _row("client", setup.client, _origin({each.origin: each.client for each in layers}))
    for rule in setup.rules:
        yield from _rule(rule, settings)


def _selection(layers: Sequence[Layer]) -> Iterator[str]:
    """Give what is selected: a layer that selects makes those before it silent."""
    starts = [number for number, layer in enumerate(layers) if layer.select is not None]
    heard = layers[starts[-1] :] if starts else layers
    selects = {each.origin: each.select for each in heard}
    yield _row("select", next((v for v in selects.values() if v is not None), ["ALL"]), _origin(selects))
    for key, said in (
        ("extend-select", {each.origin: each.extend_select for each in heard}),
        ("ignore", {each.origin: each.ignore for each in heard}),
    ):
        origins = [origin for origin, values in said.items() if values is not None]
        yield _row(key, [word for values in said.values() for word in values or ()], ", ".join(origins) or DEFAULT)


def _rule(rule: "type[Rule]", settings: RunSettings) -> Iterator[str]:
    if not rule.options:
        return
    yield ""
    yield f"[rules.{rule.code}]  # {rule.name}"
    for option in rule.options:
        yield _option(rule, option, settings)


def _option(rule: "type[Rule]", option: "Option", settings: RunSettings) -> str:
    value = settings.setup.options.get(rule.code, {}).get(option.name, option.default)
    said = {layer.origin: layer.options.get(rule.code, {}).get(option.name) for layer in settings.layers}
    return _row(option.name, _whole(value), _origin(said))


def _whole(value: float | tuple[str, ...]) -> float | list[str]:
    if isinstance(value, tuple):
        return list(value)
    return int(value) if value == int(value) else value


def _origin(said: Mapping[str, object]) -> str:
    """Give the last origin that says something."""
    return next((origin for origin, value in reversed(list(said.items())) if value is not None), DEFAULT)


def _row(key: str, value: float | str | Iterable[str] | None, origin: str) -> str:
    if value is None:
        return f"# {key} is not set"
    shown = value if isinstance(value, str | int | float) else list(value)
    # JSON's numbers, texts and lists of texts are TOML's.
    return f"{f'{key} = {json.dumps(shown, ensure_ascii=False)}':<{COMMENTS}} # {printable(origin)}"
