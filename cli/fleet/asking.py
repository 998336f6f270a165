"""Asks results: a ready question by its name, or a person's own SQL, which can read the tables and nothing else."""

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rtlog.analyzers.selection import nearest
from rtlog.cli.fleet.duck import rows, saying
from rtlog.cli.fleet.questions import QUESTIONS, Question
from rtlog.cli.fleet.results import opened
from rtlog.recordings.errors import RtlogError

OWN: Final = "query"
Cell = str | int | float | bool | None | list[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question."""

    question: Question
    columns: list[str]
    rows: list[list[Cell]]

    @property
    def bar(self) -> int | None:
        """The column that is drawn as bars."""
        return self.columns.index(self.question.bar) if self.question.bar in self.columns else None


def question_of(text: str) -> Question:
    """Give the ready question of that name, or one that holds *text* as SQL; raises RtlogError for neither."""
    ready = QUESTIONS.get(text)
    if ready is not None:
        return ready
    if len(text.split()) > 1:
        return Question(OWN, OWN, text)
    raise RtlogError(
        f"no question is called {text!r}; the nearest is {nearest(text, list(QUESTIONS))}. "
        "See: rtlog query (or ask in SQL)"
    )


def ask(question: Question, results: Path) -> Answer:
    """Ask *results*; raises RtlogError for what are none, and for SQL that is no single query or wrong."""
    with opened(results) as database:
        import duckdb  # not before: `opened` says what to install where it is missing

        with saying("the query is wrong"):
            statements = database.extract_statements(question.sql)
            if [each.type for each in statements] != [duckdb.StatementType.SELECT]:
                raise RtlogError("a query is one SELECT: results are read, and nothing else")
            found = [[_plain(cell) for cell in row] for row in rows(database, statements[0])]
            columns = [str(column[0]) for column in database.description or ()]
    return Answer(question, _distinct(columns), found)


def _distinct(names: list[str]) -> list[str]:
    """Name the second `id` of a join `id_1`, as DuckDB does in a subquery: a row in JSON has one cell of a name."""
    given: list[str] = []
    for name in names:
        number, free = 0, name
        while free in given or (free != name and free in names):
            number += 1
            free = f"{name}_{number}"
        given.append(free)
    return given


def _plain(cell: object) -> Cell:
    """Give *cell* as something that JSON can say."""
    match cell:
        case None | bool() | int() | str():
            return cell
        case float():
            return cell if math.isfinite(cell) else None
        case dt.datetime() | dt.date():
            return cell.isoformat()
        case list() | tuple():
            return [_plain(each) for each in cell]
        case _:
            return str(cell)
