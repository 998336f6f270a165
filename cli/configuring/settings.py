"""What a run does in the end: the command line wins over the configuration file, and that over the defaults."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from rtlog.analyzers.rule import Rule, Settings
from rtlog.analyzers.selection import Selection, UnknownRuleError, choose, nearest, rule_called
from rtlog.cli.configuring.config_file import ConfigFile, named, possible, working_folder
from rtlog.cli.exits import FailOn
from rtlog.cli.loading import Setup, known_rules
from rtlog.cli.printing import Format
from rtlog.recordings.errors import RtlogError

COMMAND_LINE: Final = "command line"
DEFAULT: Final = "default"
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one place says; `None` where it is silent."""

    origin: str
    select: Sequence[str] | None = None
    extend_select: Sequence[str] | None = None
    ignore: Sequence[str] | None = None
    expect: Sequence[str] | None = None
    fail_on: FailOn | None = None
    output_format: Format | None = None
    baseline: Path | None = None
    provider: str | None = None
    client: str | None = None
    options: Mapping[str, Settings] = field(default_factory=dict)
    """Options of rules, by code."""

    @property
    def selection(self) -> Selection:
        """Which rules it wants."""
        return Selection(self.select, self.extend_select or (), self.ignore or ())


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What applies, and the layers that it comes from, weakest first."""

    setup: Setup
    fail_on: FailOn
    output_format: Format
    baseline: Path | None
    expected: frozenset[str]
    """Codes of the rules that must find something."""
    layers: tuple[Layer, ...]


def words(values: Iterable[str] | None) -> list[str] | None:
    """Give the words of an option that was repeated, or written with commas; `None` where it was not given."""
    found = [word.strip() for value in values or () for word in value.split(",")]
    return [word for word in found if word] or None


def settings_for(asked: Layer, config: Path | None = None, *, isolated: bool = False) -> RunSettings:
    """Give what applies when *asked* is the command line; raises RtlogError for what makes no sense."""
    known = known_rules()
    configured = configuration(known, config, isolated=isolated)
    return settle([configured, asked] if configured else [asked], known)


def setup_for(config: Path | None = None, *, isolated: bool = False) -> Setup:
    """Give how a command analyzes that has no options for it: as the configuration says."""
    return settings_for(Layer(origin=COMMAND_LINE), config, isolated=isolated).setup


def configuration(known: Sequence[type[Rule]], config: Path | None, *, isolated: bool) -> Layer | None:
    """Give what the configuration file says, *config* or the nearest; `None` where there is none.

    Raises RtlogError for a file that is wrong.
    """
    if isolated and config is not None:
        raise RtlogError("--isolated ignores every configuration, --config names one: give one of them")
    for file in _files(config, isolated=isolated):
        from rtlog.cli.configuring.configuration import load

        layer = load(file, known, is_named=config is not None)
        if layer is not None:
            return layer
    return None


def _files(config: Path | None, *, isolated: bool) -> Iterable[ConfigFile]:
    if config is not None:
        return [named(config)]
    folder = working_folder()
    return [] if isolated or folder is None else possible(folder)


def settle(layers: Sequence[Layer], known: Sequence[type[Rule]]) -> RunSettings:
    """Give what applies once all *layers* have spoken; raises RtlogError for what makes no sense."""
    try:
        rules = choose([layer.selection for layer in layers], known)
        expected = frozenset(rule_called(name, known).code for name in _last(layer.expect for layer in layers) or ())
    except UnknownRuleError as error:
        raise RtlogError(str(error)) from error
    idle = sorted(expected - {rule.code for rule in rules})
    if idle:
        raise RtlogError(f"{idle[0]} is expected, but not selected: it cannot be found")
    provider = _last(layer.provider for layer in layers)
    client = _last(layer.client for layer in layers)
    options = {code: values for layer in layers for code, values in layer.options.items()}
    check_provider(provider)
    check_client(client)
    return RunSettings(
        setup=Setup(rules, options, provider, client),
        fail_on=_last(layer.fail_on for layer in layers) or FailOn.WARNING,
        output_format=_last(layer.output_format for layer in layers) or Format.FULL,
        baseline=_last(layer.baseline for layer in layers),
        expected=expected,
        layers=tuple(layers),
    )


def check_provider(name: str | None) -> None:
    """Raise RtlogError where no dialect goes by that name."""
    from rtlog.recordings.vocabulary.dialects import DIALECTS

    if name is not None and name not in DIALECTS:
        raise RtlogError(f"no provider is called {name!r}; the nearest is {nearest(name, list(DIALECTS))}")


def check_client(name: str | None) -> None:
    """Raise RtlogError where no client profile goes by that name."""
    if name is not None:
        from rtlog.analyzers.profiles.releases import profile_of

        profile_of(name)


def _last(values: Iterable[_Value | None]) -> _Value | None:
    return next((value for value in reversed(list(values)) if value is not None), None)
