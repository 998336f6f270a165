"""An answer for programs."""

import json
from typing import TextIO

from rtlog.cli.fleet.asking import Answer


def render(answer: Answer, stream: TextIO) -> None:
    """Print *answer* as one document, a row an object; beyond ASCII everything is escaped."""
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    told = {"question": answer.question.name, "sql": answer.question.sql.strip(), "columns": answer.columns}
    stream.write(json.dumps({**told, "rows": rows}, indent=2, allow_nan=False) + "\n")
