"""All tapes, and the files they become."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rtlog.recordings.format import SUFFIX
from rtlog.recordings.samples import r01, r02, r03, r04, r05, r06, r07, r08, r09, r10
from rtlog.recordings.samples.expectations import expected_json
from rtlog.recordings.samples.lines import recording
from rtlog.recordings.samples.tape import Tape

FOLDER: Final = Path(__file__).parent
EXPECTED: Final = "expected.json"
MAKERS: Final = (
    r01.tape,
    r02.tape,
    r03.tape,
    r04.tape,
    r05.tape,
    r05.twin,
    r06.tape,
    r06.twin,
    r07.tape,
    r08.tape,
    r08.twin,
    r09.tape,
    r10.tape,
)


def tapes() -> list[Tape]:
    """Give every tape, fresh."""
    return [make() for make in MAKERS]


def files() -> Iterator[tuple[str, bytes]]:
    """Give the name and content of every file that the tapes become, `expected.json` last."""
    made = tapes()
    for tape in made:
        yield f"{tape.name}{SUFFIX}", recording(tape)
    yield EXPECTED, expected_json(made, SUFFIX)
