"""An answer as a page of its own: no script, nothing from elsewhere, wire text as text."""

from html import escape
from typing import Final, TextIO

from rtlog.cli.answering.text import lengths, shown
from rtlog.cli.fleet.asking import Answer, Cell

HEAD: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }}
body {{ margin: 2rem; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .25rem .75rem; text-align: left; border-bottom: 1px solid #8884; vertical-align: top; }}
.figure {{ text-align: right; font-variant-numeric: tabular-nums; }}
td {{ overflow-wrap: anywhere; }}
meter {{ width: 10rem; }}
pre {{ white-space: pre-wrap; }}
</style>
</head>
<body>
<h1>{title}</h1>
"""


def render(answer: Answer, stream: TextIO) -> None:
    """Print *answer*."""
    drawn = lengths(answer)
    stream.write(HEAD.format(title=escape(answer.question.title)))
    stream.write("<table>\n<thead><tr>")
    stream.writelines(f'<th scope="col">{escape(shown(column))}</th>' for column in answer.columns)
    stream.write('<th scope="col"></th></tr></thead>\n<tbody>\n' if drawn else "</tr></thead>\n<tbody>\n")
    for number, row in enumerate(answer.rows):
        cells = "".join(_cell(cell) for cell in row)
        stream.write(f"<tr>{cells}{_meter(drawn[number]) if drawn else ''}</tr>\n")
    stream.write(f"</tbody>\n</table>\n<details><summary>SQL</summary><pre>{escape(answer.question.sql.strip())}</pre>")
    stream.write("</details>\n</body>\n</html>\n")


def _cell(cell: Cell) -> str:
    figure = isinstance(cell, int | float) and not isinstance(cell, bool)
    start = '<td class="figure">' if figure else "<td>"
    return f"{start}{escape(shown(cell))}</td>"


def _meter(length: float) -> str:
    return f'<td><meter min="0" max="1" value="{length:.4f}">{length:.0%}</meter></td>'
