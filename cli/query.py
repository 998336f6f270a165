"""`rtlog query`: asks the results of a run over many recordings."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = 'Example: rtlog query rates results · rtlog query "SELECT rule, count(*) FROM findings GROUP BY rule" results'


class Format(StrEnum):
    """How the answer is printed: each is written by the module of its name in `rtlog.cli.answering`."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def query(
    question: Annotated[
        str | None,
        typer.Argument(metavar="NAME|SQL", help="A ready question, or a SELECT; without it they are listed."),
    ] = None,
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="What `rtlog analyze --results` wrote.")] = Path(
        "results"
    ),
    *,
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="How the answer is printed.")
    ] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here, not to stdout.")] = None,
    show_sql: Annotated[bool, typer.Option("--show-sql", help="Print the question's SQL, to be changed.")] = False,
) -> None:
    """Ask results: rates by SDK release, first seen, worst sessions, near misses, unanswered calls, latencies.

    SQL can read the tables, which docs/fleet.md describes, and nothing else.
    """
    from importlib import import_module

    from rtlog.cli.output import opened

    if question is None:
        sys.stdout.writelines(f"{line}\n" for line in _ready())
        return
    from rtlog.cli.fleet.asking import ask, question_of

    asked = question_of(question)
    if show_sql:
        print(asked.sql.strip())
        return
    answer = ask(asked, results)
    held = list(results.iterdir()) if results.is_dir() else [results]
    with opened(output, held) as stream:
        import_module(f"rtlog.cli.answering.{output_format}").render(answer, stream)


def _ready() -> Iterator[str]:
    from rtlog.cli.fleet.questions import QUESTIONS

    width = max(map(len, QUESTIONS))
    return (f"{question.name:<{width}}  {question.title}" for question in QUESTIONS.values())
