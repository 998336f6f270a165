"""Whatever stands in two files, they are merged, examined, repaired and listed, or refused; never a traceback."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import read

STORY = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
HEADER, *LINES = STORY.read_bytes().splitlines(keepends=True)
WIRE = [line for line in LINES if b'"dir":"local"' not in line]
PROGRAM = [line.replace(b'"src":"wire"', b'"src":"sdk"') for line in LINES if b'"dir":' in line]
OTHER = HEADER.replace(b'"id":"', b'"id":"OTHER', 1)
ODD = (None, -1, 2**70, "x", [], {}, 1.5, True, "\ud800", {"a": [{}]})
COUNT = 40


def mutant(lines: list[bytes], rng: Random, header: bytes = HEADER) -> bytes:
    """Give a recording of which some lines are gone, doubled, cut, or have members of other types."""
    lines = [header, *lines]
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(lines))
        line = lines[place]
        lines[place : place + 1] = rng.choice([
            [], [line, line], [line[: rng.randrange(len(line) + 1)]], [*lines[place : place + 9], line],
            [changed(line, rng)], [changed(line, rng)],
        ])  # fmt: skip
    return b"".join(lines)


def changed(line: bytes, rng: Random) -> bytes:
    try:
        record = json.loads(line)
    except ValueError:
        return b"\xff" + line
    holder = record["event"] if isinstance(record.get("event"), dict) and rng.random() < 0.5 else record
    holder[rng.choice([*holder, "elided", "kind", "lost"])] = rng.choice(ODD)
    return json.dumps(record).encode() + b"\n"


@pytest.mark.parametrize("command", ["merge", "doctor", "repair", "list"])
def test_a_mutant_is_worked_on_or_refused(rtlog: Callable, tmp_path: Path, command: str) -> None:
    wire, program, output = tmp_path / "wire.jsonl", tmp_path / "program.jsonl", tmp_path / "out" / "copy.jsonl"
    commands = {
        "merge": ("merge", str(wire), str(program), "-o", str(output), "--force"),
        "doctor": ("doctor", str(wire)),
        "repair": ("doctor", str(wire), "--repair", "-o", str(output), "--force"),
        "list": ("list", str(tmp_path)),
    }
    codes = []
    for seed in range(COUNT):
        rng = Random(seed)  # noqa: S311 - a seed must give its mutant again
        wire.write_bytes(mutant(WIRE, rng))
        program.write_bytes(mutant(PROGRAM, rng, OTHER))

        ran = rtlog(*commands[command])

        codes.append(ran.code)
        assert (ran.code in {0, 1}) or ran.err.count("\n") == 1 or command == "doctor", (seed, ran.err)
        if ran.code == 0 and command in {"merge", "repair"}:
            assert wrong(output) == [], seed
    assert codes.count(2) < COUNT // 2


def wrong(path: Path) -> list[str]:
    """Give what is wrong with the numbers and times of a recording that we have written."""
    try:
        with read(path) as reading:
            list(reading)
    except RecordingError as error:
        return [str(error)]
    return [damage.problem for damage in reading.damage if damage.kind in {"unreadable", "numbers", "backwards"}]
