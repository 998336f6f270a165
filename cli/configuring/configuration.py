"""`[tool.rtlog]` of a pyproject.toml, or an rtlog.toml: what may stand there, and how it is read.

Loaded only where such a file is found or asked for.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from rtlog.analyzers.rule import Rule, Settings
from rtlog.analyzers.selection import Selection, UnknownRuleError, choose, rule_called
from rtlog.cli.configuring.config_file import ConfigFile, shown
from rtlog.cli.configuring.config_problems import inside, line_of, unknown_key, wrong_value
from rtlog.cli.configuring.settings import Layer, check_client, check_provider
from rtlog.cli.exits import FailOn
from rtlog.cli.loading import known_rules
from rtlog.cli.printing import Format
from rtlog.recordings.errors import RtlogError

TABLE: Final = ("tool", "rtlog")
TOML_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)$")
RULES_HELP: Final = "Options of rules: a table for each, by its code or name."
_Value = TypeVar("_Value")


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Table(BaseModel):
    """A table that knows all of its keys."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=_kebab,
        protected_namespaces=(),
    )


class RuleTables(_Table):
    """Options of rules: a table for each rule, by its code or its name."""


class Configuration(_Table):
    """The settings of rtlog: `[tool.rtlog]` in pyproject.toml, or the top of rtlog.toml."""

    select: Annotated[list[str], Field(description="The rules that run: codes, prefixes, names or ALL.")] = ["ALL"]
    extend_select: Annotated[list[str], Field(description="Rules that run beside the selected ones.")] = []
    ignore: Annotated[list[str], Field(description="Rules that do not run; the longer of two prefixes wins.")] = []
    expect: Annotated[
        list[str], Field(description="Rules that must find something: they do not fail the run, their absence does.")
    ] = []
    fail_on: Annotated[FailOn, Field(strict=False, description="The least severity that makes the exit code 1.")] = (
        FailOn.WARNING
    )
    output_format: Annotated[Format, Field(strict=False, description="How `rtlog analyze` prints its report.")] = (
        Format.FULL
    )
    baseline: Annotated[
        str, Field(description="A file of known findings, relative to the folder of the configuration.")
    ] = ""
    provider: Annotated[str, Field(description="Whose dialect the servers speak.")] = ""
    client: Annotated[str, Field(description="Which client it is, as `livekit-agents@1.4.6`.")] = ""
    rules: Annotated[RuleTables, Field(description=RULES_HELP)] = RuleTables()


def configuration_model(rules: Iterable[type[Rule]]) -> type[Configuration]:
    """Give the model of a configuration that may set the options of *rules*."""
    tables: dict[str, Any] = {}  # pydantic's own signature
    for rule in rules:
        options = _options_model(rule)
        for spelling in (rule.code, rule.name):
            tables[f"table_{len(tables)}"] = (options, Field(default_factory=options, alias=spelling))
    model = create_model("RuleTables", __base__=RuleTables, __doc__=RuleTables.__doc__, **tables)
    field: Any = (model, Field(default_factory=model, description=RULES_HELP))
    return create_model("Configuration", __base__=Configuration, __doc__=Configuration.__doc__, rules=field)


def config_schema() -> dict[str, Any]:
    """Give the JSON Schema of a configuration, with every option of every known rule."""
    return configuration_model(known_rules()).model_json_schema()


def load(file: ConfigFile, known: Sequence[type[Rule]], *, is_named: bool) -> Layer | None:
    """Read *file*; gives `None` for a pyproject.toml without `[tool.rtlog]`, unless a person named it.

    Raises RtlogError, with the line where it can be told, for what is wrong in it.
    """
    content, text = _parsed(file)
    table = _section(content) if file.is_pyproject else content
    if table is None:
        if is_named:
            raise _error(file, f"has no [{'.'.join(TABLE)}]")
        return None
    if not isinstance(table, dict):
        raise _error(file, f"[{'.'.join(TABLE)}] must be a table", line_of(text, TABLE))
    reader = _Reader(file, text, known)
    return reader.layer(table)


class _Reader:
    """Reads one table and says where in its file something is wrong."""

    def __init__(self, file: ConfigFile, text: str, known: Sequence[type[Rule]]) -> None:
        self._file, self._text, self._known = file, text, known
        self._table = TABLE if file.is_pyproject else ()

    def layer(self, table: Mapping[str, object]) -> Layer:
        """Give what *table* says; raises RtlogError."""
        said = self._validated(table)
        self._check(said)

        def given(name: str, value: _Value) -> _Value | None:
            return value if name in said.model_fields_set else None

        return Layer(
            origin=shown(self._file.path),
            select=given("select", said.select),
            extend_select=given("extend_select", said.extend_select),
            ignore=given("ignore", said.ignore),
            expect=given("expect", said.expect),
            fail_on=given("fail_on", said.fail_on),
            output_format=given("output_format", said.output_format),
            baseline=self._file.path.parent / said.baseline if said.baseline else None,
            provider=said.provider or None,
            client=said.client or None,
            options=self._options(said.rules),
        )

    def _validated(self, table: Mapping[str, object]) -> Configuration:
        """Check *table* with a model of only the rules that it names: one of all would cost what no run needs."""
        rules = table.get("rules")
        spelled = set(rules) if isinstance(rules, dict) else set()
        model = configuration_model(rule for rule in self._known if spelled & {rule.code, rule.name})
        try:
            return model.model_validate(table)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            keys = tuple(str(key) for key in first["loc"] if isinstance(key, str))
            raise self._wrong(keys, self._problem(first, keys)) from error

    def _problem(self, error: ErrorDetails, keys: tuple[str, ...]) -> str:
        place = inside((*self._table, *keys[:-1]))
        if error["type"] != "extra_forbidden":
            return wrong_value(error, place, keys[-1])
        return unknown_key(keys, place, [_kebab(name) for name in Configuration.model_fields], self._known)

    def _check(self, said: Configuration) -> None:
        """Hold the words to what they may name."""
        checks: dict[str, Callable[[], object]] = {
            "select": lambda: choose([Selection(said.select)], self._known),
            "extend-select": lambda: choose([Selection(said.extend_select)], self._known),
            "ignore": lambda: choose([Selection(said.ignore)], self._known),
            "expect": lambda: [rule_called(name, self._known) for name in said.expect or ()],
            "provider": lambda: check_provider(said.provider or None),
            "client": lambda: check_client(said.client or None),
        }
        for key, check in checks.items():
            try:
                check()
            except (UnknownRuleError, RtlogError) as error:
                raise self._wrong((key,), f"{key}: {error}") from error

    def _options(self, tables: RuleTables) -> dict[str, Settings]:
        options: dict[str, Settings] = {}
        for spelling, table in _said(tables):
            code = rule_called(spelling, self._known).code
            if code in options:
                raise self._wrong(("rules", spelling), f"the options of {code} stand here a second time")
            options[code] = {name: _setting(value) for name, value in _said(table)}
        return options

    def _wrong(self, keys: tuple[str, ...], problem: str) -> RtlogError:
        return _error(self._file, problem, line_of(self._text, (*self._table, *keys)))


def _parsed(file: ConfigFile) -> tuple[dict[str, object], str]:
    try:
        text = file.content.decode("utf-8-sig")
        return tomllib.loads(text), text
    except UnicodeDecodeError as error:
        raise _error(file, "is no UTF-8 text", file.content.count(b"\n", 0, error.start) + 1) from error
    except tomllib.TOMLDecodeError as error:
        line = TOML_LINE.search(str(error))
        problem = f"is no TOML: {TOML_LINE.sub('', str(error))}"
        raise _error(file, problem, int(line[1]) if line else None) from error
    except (RecursionError, ValueError) as error:
        raise _error(file, "is no TOML that can be read: it is nested too deeply, or a number is too long") from error


def _section(content: Mapping[str, object]) -> object:
    tool = content.get(TABLE[0])
    return tool.get(TABLE[1]) if isinstance(tool, dict) else None


def _options_model(rule: type[Rule]) -> type[BaseModel]:
    # Fields are numbered: an option's name may be no identifier, or shadow a method of the model.
    fields: dict[str, Any] = {
        f"option_{number}": (
            list[str] if isinstance(option.default, tuple) else Annotated[float, Field(ge=0, allow_inf_nan=False)],
            Field(
                list(option.default) if isinstance(option.default, tuple) else option.default,
                alias=option.name,
                description=option.help,
            ),
        )
        for number, option in enumerate(rule.options)
    }
    return create_model(rule.code, __base__=_Table, __doc__=f"Options of {rule.code} {rule.name}.", **fields)


def _said(table: BaseModel) -> Iterator[tuple[str, Any]]:
    """Give the keys that stand in the file, as they are written there, with their values."""
    for name, field in type(table).model_fields.items():
        if name in table.model_fields_set:
            yield field.alias or name, getattr(table, name)


def _setting(value: float | list[str]) -> float | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else value


def _error(file: ConfigFile, problem: str, line: int | None = None) -> RtlogError:
    return RtlogError(f"{shown(file.path)}:{f'{line}:' if line else ''} {problem}")
