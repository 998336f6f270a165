"""`docs/format.md` is the specification: its example must read, and its tables must be the program's."""

import io
import re
from pathlib import Path

import pytest

from rtlog.recordings.format import RECORD_KINDS, Footer, Header
from rtlog.recordings.reader import read
from rtlog.recordings.vocabulary.events import LOCAL_EVENTS

DOCUMENT = Path(__file__).parents[2] / "docs" / "format.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


def section(title: str) -> str:
    """Give the text under the heading *title*, up to the next heading."""
    return re.split(r"^#+ ", TEXT.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(title: str) -> set[str]:
    """Give the code words in the first column of the table under *title*."""
    rows = [row for row in section(title).splitlines() if row.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_the_example_is_a_recording_without_a_flaw():
    example = TEXT.split("```jsonl\n")[1].split("```")[0].encode()
    reading = read(io.BytesIO(example), strict=True)
    records = list(reading)
    assert [record.seq for record in records] == [1, 2, 3, 4, 5]
    assert (reading.has_header, reading.complete, reading.timed) == (True, True, True)
    assert (len(reading.damage), reading.malformed, reading.missing) == (0, 0, 0)
    assert reading.header.more == {}


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("The header", set(Header.__struct_fields__) - {"more"}),
        ("The footer", set(Footer.__struct_fields__) - {"more"}),
        ("Kinds", set(RECORD_KINDS)),
        ("Local events", set(LOCAL_EVENTS)),
    ],
)
def test_the_tables_name_what_the_program_names(title: str, names: set[str]):
    assert first_cells(title) - {"kind"} == names
