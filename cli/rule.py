"""`rtlog rule`: what the rules look for, why it hurts and what to do."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from rtlog.cli.completing import selectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rtlog.analyzers.rule import Rule
    from rtlog.analyzers.rule_docs import RuleDoc

EXAMPLE = "Example: rtlog rule RT101"
READABLE_WIDTH = 100
"""Columns: prose is folded in a pipe and in a wide terminal too."""


class Format(StrEnum):
    """How the documentation is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def rule(
    rules: Annotated[
        list[str] | None,
        typer.Argument(metavar="RULE", help="Codes, prefixes or names; without any, a list.", autocompletion=selectors),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="How the documentation is printed.")
    ] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it here, not to stdout.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Explain every rule.")] = False,
) -> None:
    """Explain rules: what they find, why it hurts, what to do, their options, and sessions as examples.

    Exits 0, or 2 for a rule that does not exist.
    """
    from rtlog.analyzers.selection import UnknownRuleError, select
    from rtlog.cli.loading import known_rules
    from rtlog.cli.output import opened
    from rtlog.recordings.errors import RtlogError

    wanted = [] if every else [word for text in rules or () for word in text.split(",") if word]
    known = known_rules()
    try:
        chosen = select(wanted, known=known)
    except UnknownRuleError as error:
        raise RtlogError(str(error)) from error
    docs = [_document(each, known) for each in chosen]
    with opened(output) as stream:
        _print(docs, output_format, stream, listed=not wanted and not every)


def _document(rule: "type[Rule]", known: "Sequence[type[Rule]]") -> "RuleDoc":
    from rtlog.analyzers.rule_docs import document
    from rtlog.recordings.errors import RtlogError

    try:
        return document(rule, known)
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        problem = f"{type(error).__name__}: {first}"
        raise RtlogError(f"{rule.code}: its documentation or one of its tapes is broken: {problem}") from error


def _print(docs: "Sequence[RuleDoc]", output_format: Format, stream: TextIO, *, listed: bool) -> None:
    if output_format is Format.JSON:
        _print_json(docs, stream)
    elif output_format is Format.MARKDOWN:
        from rtlog.cli.rule_pages.rule_markdown import index, nowhere, pages

        stream.write(index(docs, nowhere) if listed else pages(docs))
    else:
        _print_text(docs, stream, listed=listed)


def _print_json(docs: "Sequence[RuleDoc]", stream: TextIO) -> None:
    from importlib.metadata import version

    from rtlog.analyzers.rule_docs import RuleCatalogue

    catalogue = RuleCatalogue(tool=f"rtlog {version('rtlog')}", rules=list(docs))
    stream.write(catalogue.model_dump_json(indent=2) + "\n")


def _print_text(docs: "Sequence[RuleDoc]", stream: TextIO, *, listed: bool) -> None:
    from rtlog.cli.console import console_for
    from rtlog.cli.rule_pages.rule_text import overview, page

    console = console_for(stream)
    console.width = min(console.width, READABLE_WIDTH)
    with console.capture() as captured:
        for number, doc in enumerate([] if listed else docs):
            if number:
                console.print()
            for part in page(doc):
                console.print(part, crop=False)
        for part in overview(docs) if listed else ():
            console.print(part)
    # Tables are padded to their width; who copies a line wants none of that.
    stream.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
