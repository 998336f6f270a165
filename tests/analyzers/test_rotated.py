"""A healthy session that was recorded in several files is accused in none of them."""

import io
from random import Random

import msgspec
from sessions.acts import choose
from sessions.recorder import Json
from sessions.session import play, seeded

from rtlog.analyzers.analysis import analyze
from rtlog.analyzers.finding import Severity
from rtlog.recordings.reader import read

SEEDS = range(120)


def parts_of(lines: list[Json], rng: Random) -> list[list[Json]]:
    """Cut a session into three files at random places, as a recorder that rotates does."""
    first, second = sorted(rng.sample(range(1, len(lines)), 2))
    return [lines[:first], lines[first:second], lines[second:]]


def file_of(part: list[Json], provider: str | None, *, last: bool) -> bytes:
    header = {"rtlog": 1, "id": "part", "tap": "proxy", "provider": provider}
    numbered = [line | {"seq": number, "t": line["t"] - part[0]["t"]} for number, line in enumerate(part, 1)]
    footer = {"end": True, "records": len(part), "dropped": 0} | ({} if last else {"continued": "next"})
    return b"".join(msgspec.json.encode(line) + b"\n" for line in (header, *numbered, footer))


def test_no_part_is_accused() -> None:
    accused = []
    for seed in SEEDS:
        rng, habits = seeded(seed)
        session = play(seed, choose, habits, rng)
        parts = parts_of(session.lines, Random(seed))  # noqa: S311 - a place to cut
        for number, part in enumerate(parts):
            with read(io.BytesIO(file_of(part, session.provider, last=number == 2))) as reading:
                analysis = analyze(reading)
            accused += [
                (seed, number, found.rule) for found in analysis.findings if found.severity is not Severity.INFO
            ]
            assert analysis.coverage.complete == (number == 2)

    assert accused == []
