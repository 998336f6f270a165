"""What a rule says of itself, as programs and people get it; `rtlog rule --output-format json` prints it."""

from collections.abc import Iterable, Sequence
from inspect import cleandoc
from textwrap import dedent
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Certainty, render
from rtlog.analyzers.rule import Example, Need, Option, Rule
from rtlog.analyzers.tape import parse

CATALOGUE_VERSION: Final = 1
CERTAINTIES: Final[tuple[Certainty, ...]] = ("proven", "likely", "possible")
NEEDS: Final[tuple[Need, ...]] = ("time", "client", "local")
TRACKER: Final = "https://github.com/"

SeverityName = Literal["error", "warning", "info"]
Value = bool | int | float | str | list[str]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class OptionDoc(_Model):
    """A threshold that the configuration can set."""

    name: str
    default: Value
    help: str


class ExampleDoc(_Model):
    """A session as a tape, and what the rule makes of it."""

    title: str
    tape: list[str]
    options: Annotated[dict[str, Value], Field(description="Options that differ from their defaults.")]
    client: Annotated[str | None, Field(description="The client profile that the tape is read with.")]
    severity: Annotated[SeverityName | None, Field(description="Null where nothing is found.")]
    certainty: Certainty | None
    evidence: Annotated[list[int], Field(description="1-based lines of the tape that prove the finding.")]
    message: Annotated[str | None, Field(description="What is found, in the finding's own words.")]


class ReferenceDoc(_Model):
    """Where the race was reported."""

    text: str
    url: str | None


class RelatedRule(_Model):
    """A rule whose findings explain, or are explained by, another's."""

    code: str
    name: Annotated[str | None, Field(description="Null where no rule has the code.")]


class RuleDoc(_Model):
    """Everything that a rule documents."""

    code: str
    name: str
    summary: str
    severity: Annotated[SeverityName, Field(description="The gravest that its findings can be.")]
    certainties: Annotated[list[Certainty], Field(description="Those of its examples.")]
    needs: Annotated[list[Need], Field(description="What a recording must hold for the rule to judge it.")]
    what: str
    why: str
    remedy: str
    look_alikes: list[str]
    options: list[OptionDoc]
    leads_to: Annotated[list[RelatedRule], Field(description="Rules whose findings this one explains.")]
    explained_by: Annotated[list[RelatedRule], Field(description="Rules whose findings explain this one's.")]
    references: list[ReferenceDoc]
    bad: Annotated[list[ExampleDoc], Field(description="Sessions in which it finds something.")]
    good: Annotated[list[ExampleDoc], Field(description="Look-alikes in which it finds nothing.")]


class RuleCatalogue(_Model):
    """What `rtlog rule --output-format json` prints."""

    version: int = CATALOGUE_VERSION
    tool: str
    rules: list[RuleDoc]


def document(rule: type[Rule], known: Sequence[type[Rule]]) -> RuleDoc:
    """Give what *rule* documents; *known* are the rules that it can be related to."""
    bad = [_found(rule, example) for example in rule.bad]
    given = {example.certainty for example in bad}
    explaining = [other.code for other in known if rule.code in other.leads_to]
    return RuleDoc(
        code=rule.code,
        name=rule.name,
        summary=cleandoc(rule.__doc__ or "").partition("\n")[0],
        severity=rule.severity.value,
        certainties=[certainty for certainty in CERTAINTIES if certainty in given],
        needs=[need for need in NEEDS if need in rule.needs],
        what=rule.what,
        why=rule.why,
        remedy=rule.remedy,
        look_alikes=list(rule.look_alikes),
        options=[_option(option) for option in rule.options],
        leads_to=_related(sorted(rule.leads_to), known),
        explained_by=_related(explaining, known),
        references=[_reference(text) for text in rule.references],
        bad=bad,
        good=[_example(example) for example in rule.good],
    )


def _option(option: Option) -> OptionDoc:
    return OptionDoc(name=option.name, default=_value(option.default), help=option.help)


def _value(value: float | tuple[str, ...]) -> Value:
    return list(value) if isinstance(value, tuple) else value


def _related(codes: Iterable[str], known: Iterable[type[Rule]]) -> list[RelatedRule]:
    names = {rule.code: rule.name for rule in known}
    return [RelatedRule(code=code, name=names.get(code)) for code in codes]


def _reference(text: str) -> ReferenceDoc:
    """Give `owner/repository#12` its address: GitHub leads from issues to pull requests by itself."""
    if text.startswith(("https://", "http://")):
        return ReferenceDoc(text=text, url=text)
    repository, separator, number = text.partition("#")
    numbered = bool(separator) and number.isdigit() and repository.count("/") == 1
    return ReferenceDoc(text=text, url=f"{TRACKER}{repository}/issues/{number}" if numbered else None)


def _example(example: Example, message: str | None = None) -> ExampleDoc:
    severity, _, certainty = example.finds.partition(" ")
    return ExampleDoc.model_validate(
        {
            "title": example.title,
            "tape": dedent(example.tape).strip("\n").splitlines(),
            "options": {name: _value(value) for name, value in example.settings.items()},
            "client": example.client,
            "severity": severity or None,
            "certainty": certainty or None,
            "evidence": example.evidence,
            "message": message,
        }
    )


def _found(rule: type[Rule], example: Example) -> ExampleDoc:
    """Give *example* with what *rule* finds in it, told as in a report whose T+0 is the tape's."""
    analysis = Analysis([rule], {rule.code: example.settings}, client=example.client)
    for record in parse(example.tape):
        analysis.feed(record)
    analysis.finish()
    messages = [render(finding.message, epoch=0) for finding in analysis.findings]
    return _example(example, messages[0] if messages else None)
