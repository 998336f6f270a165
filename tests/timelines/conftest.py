"""Timelines of tapes and of sample recordings."""

from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.tape import parse
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.model import Timeline

SAMPLES = Path(str(files("rtlog.recordings.samples")))


def built(records: Iterable[Record], *, real_ids: bool = False) -> Timeline:
    analysis, builder = Analysis(), TimelineBuilder()
    for record in records:
        builder.feed(record, analysis.feed(record))
    analysis.finish()
    return builder.build(analysis, real_ids=real_ids)


@pytest.fixture
def of_tape() -> Callable[..., Timeline]:
    """A function that gives the timeline of a tape."""

    def build(tape: str, *, real_ids: bool = False) -> Timeline:
        return built(parse(tape), real_ids=real_ids)

    return build


@pytest.fixture
def of_sample() -> Callable[[str], Timeline]:
    """A function that gives the timeline of a sample recording by the start of its name."""

    def build(name: str) -> Timeline:
        (path,) = SAMPLES.glob(f"{name}-*.rtlog.jsonl")
        with read(path) as reading:
            return built(reading)

    return build


@pytest.fixture(params=sorted(path.name.partition("-")[0] for path in SAMPLES.glob("*.rtlog.jsonl")))
def sample(request: pytest.FixtureRequest) -> str:
    """The start of the name of each sample recording in turn."""
    return str(request.param)
