"""The rules that occurred, as SARIF describes them."""

from collections.abc import Iterable
from typing import Final

from rtlog.analyzers.report import FindingReport
from rtlog.analyzers.rule import Rule
from rtlog.cli.formats.sarif_model import (
    DescriptorProperties,
    Level,
    Multiformat,
    ReportingConfiguration,
    ReportingDescriptor,
)
from rtlog.cli.loading import known_rules
from rtlog.timelines.markdown_text import plain

TAGS: Final = ("race", "realtime")
LEVELS: Final[dict[str, Level]] = {"error": "error", "warning": "warning", "info": "note"}


def descriptors(findings: Iterable[FindingReport]) -> list[ReportingDescriptor]:
    """Give one for each rule that *findings* name, in order of their codes."""
    names = {finding.rule: finding.name for finding in findings}
    rules = {rule.code: rule for rule in known_rules()}
    return [_described(rules[code]) if code in rules else _named(code, names[code]) for code in sorted(names)]


def _named(code: str, name: str) -> ReportingDescriptor:
    return ReportingDescriptor(id=code, name=name)


def _described(rule: type[Rule]) -> ReportingDescriptor:
    sentence = (rule.__doc__ or rule.name).partition("\n")[0]
    return ReportingDescriptor(
        id=rule.code,
        name=rule.name,
        short_description=_both(sentence),
        full_description=_both(f"{rule.what} {rule.why}"),
        help=_help(rule),
        default_configuration=ReportingConfiguration(level=LEVELS[rule.severity.value]),
        properties=DescriptorProperties(tags=list(TAGS)),
    )


def _both(text: str) -> Multiformat:
    return Multiformat(text=_literal(text))


def _help(rule: type[Rule]) -> Multiformat:
    parts = [("What it is", rule.what), ("Why it hurts", rule.why), ("What to do", rule.remedy)]
    lists = [("Not to be confused with", rule.look_alikes), ("Reported in", rule.references)]
    text = [f"{title}: {told}" for title, told in parts]
    text += [f"{title}: {'; '.join(several)}" for title, several in lists if several]
    markdown = [f"**{title}.** {told}" for title, told in parts]
    markdown += ["\n".join([f"**{title}:**", "", *(f"* {plain(t)}" for t in each)]) for title, each in lists if each]
    return Multiformat(text=_literal("\n".join(text)), markdown=_literal("\n\n".join(markdown)))


def _literal(text: str) -> str:
    # Braces mark placeholders in every message string of SARIF [3.11.5].
    return text.replace("{", "{{").replace("}", "}}")
