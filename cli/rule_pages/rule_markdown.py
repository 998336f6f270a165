"""A rule's documentation in markdown: a page a rule, and the index that says which finding explains which."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from rtlog.analyzers.rule_docs import ExampleDoc, ReferenceDoc, RelatedRule, RuleDoc
from rtlog.cli.rule_pages.rule_words import TAPE_KEY, certainties, groups, needs, settings, tape, value
from rtlog.timelines.markdown_text import code, code_block, plain

Link = Callable[[str], str | None]
"""Gives where a rule is documented, by its code; None where it is not."""

EXPLAINING: Final = (
    "Findings that follow from one another are one story. A finding is told as a consequence of an earlier one when "
    "the earlier one's rule explains its rule, and both are about the same items, calls or responses."
)
_CODE: Final = re.compile(r"(`[^`]+`)")


def nowhere(_code: str) -> None:
    """Link to no rule."""


def page(doc: RuleDoc, link: Link) -> str:
    """Give what one rule documents."""
    return _text(_page(doc, link, "#"))


def pages(docs: Sequence[RuleDoc]) -> str:
    """Give what several rules document as one text; those that are in it are linked."""
    anchors = {doc.code: f"#{_heading(doc).replace(':', '').replace(' ', '-').lower()}" for doc in docs}
    if len(docs) == 1:
        return page(docs[0], nowhere)
    return "# Rules\n\n" + "\n".join(_text(_page(doc, anchors.get, "##")) for doc in docs)


def index(docs: Sequence[RuleDoc], link: Link) -> str:
    """Give all rules by hundred, and which finding explains which."""
    return _text(_index(docs, link))


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _page(doc: RuleDoc, link: Link, level: str) -> Iterator[str]:
    yield f"{level} {_heading(doc)}"
    yield ""
    yield _prose(doc.summary)
    yield ""
    yield "| severity, at most | certainty | needs |"
    yield "|---|---|---|"
    yield f"| {doc.severity} | {certainties(doc)} | {needs(doc)} |"
    for heading, text in (("What it is", doc.what), ("Why it hurts", doc.why), ("What to do", doc.remedy)):
        yield from _section(level, heading, [_prose(text)])
    yield from _section(level, "What looks like it and is not reported", _bullets(map(_prose, doc.look_alikes)))
    yield from _section(level, "Options", _options(doc))
    yield from _section(level, "In a story", _bullets(_relations(doc, link)))
    yield from _examples(level, "Found in", doc.bad)
    yield from _examples(level, "Not found in", doc.good)
    yield from _section(level, "Reported in", _bullets(map(_reference, doc.references)))


def _heading(doc: RuleDoc) -> str:
    return f"{doc.code}: {doc.name}"


def _section(level: str, heading: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", f"{level}# {heading}", "", *told)


def _prose(text: str) -> str:
    """Give a rule's own words; what it does not mark as code and a reader would obey is marked."""
    return "".join(part if _CODE.fullmatch(part) else plain(part) for part in _CODE.split(text))


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _bullets(texts: Iterable[str]) -> list[str]:
    return [f"- {text}" for text in texts]


def _options(doc: RuleDoc) -> Iterator[str]:
    if not doc.options:
        return
    yield from ("| option | default | meaning |", "|---|---|---|")
    for option in doc.options:
        cells = (code(option.name), code(value(option.default)), _prose(option.help))
        yield f"| {' | '.join(map(_cell, cells))} |"
    first = doc.options[0]
    yield from ("", "In `pyproject.toml`:", "", "```toml")
    yield from (f"[tool.rtlog.rules.{doc.code}]", f"{first.name} = {value(first.default)}", "```")


def _relations(doc: RuleDoc, link: Link) -> Iterator[str]:
    if doc.leads_to:
        yield f"It explains {_names(doc.leads_to, link)}."
    if doc.explained_by:
        yield f"It is explained by {_names(doc.explained_by, link)}."


def _names(related: Iterable[RelatedRule], link: Link) -> str:
    return ", ".join(f"{_linked(rule.code, link)} {rule.name or ''}".rstrip() for rule in related)


def _linked(rule_code: str, link: Link) -> str:
    target = link(rule_code)
    return f"[{rule_code}]({target})" if target else rule_code


def _reference(reference: ReferenceDoc) -> str:
    return f"[{reference.text}]({reference.url})" if reference.url else plain(reference.text)


def _examples(level: str, heading: str, examples: Sequence[ExampleDoc]) -> Iterator[str]:
    if not examples:
        return
    yield from ("", f"{level}# {heading}")
    if any(example.evidence for example in examples):
        yield from ("", TAPE_KEY)
    for example in examples:
        yield from ("", f"{level}## {_prose(example.title)}", "")
        if settings(example):
            yield from (f"With {code(settings(example))}:", "")
        yield from code_block(tape(example))
        if example.message:
            yield from ("", f"**{example.severity}, {example.certainty}**: {_prose(example.message)}")


def _index(docs: Sequence[RuleDoc], link: Link) -> Iterator[str]:
    yield from ("# Rules", "", f"{len(docs)} rules, by hundred. `rtlog rule CODE` says the same in a terminal.")
    for heading, members in groups(docs).items():
        yield from _section("#", heading, _listed(members, link))
    yield from _section("#", "Which finding explains which", [EXPLAINING, "", *_explaining(docs, link)])


def _listed(docs: Iterable[RuleDoc], link: Link) -> Iterator[str]:
    yield from ("| code | name | at most | certainty | needs | what it finds |", "|---|---|---|---|---|---|")
    for doc in docs:
        facts = (_linked(doc.code, link), doc.name, doc.severity, certainties(doc), needs(doc) if doc.needs else "")
        yield f"| {' | '.join(facts)} | {_cell(_prose(doc.summary.removesuffix('.')))} |"


def _explaining(docs: Iterable[RuleDoc], link: Link) -> Iterator[str]:
    yield from ("| a finding of | explains findings of | is explained by findings of |", "|---|---|---|")
    for doc in docs:
        if doc.leads_to or doc.explained_by:
            explains, explained = _codes(doc.leads_to, link), _codes(doc.explained_by, link)
            yield f"| {_linked(doc.code, link)} {doc.name} | {explains} | {explained} |"


def _codes(related: Iterable[RelatedRule], link: Link) -> str:
    return ", ".join(_linked(rule.code, link) for rule in related)
