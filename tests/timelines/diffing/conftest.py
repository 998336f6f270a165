"""Comparisons of tapes, of sample recordings and of generated sessions."""

from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.tape import parse
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.timelines.builder import TimelineBuilder
from rtlog.timelines.diffing.comparison import Comparison, compare
from rtlog.timelines.diffing.merging import Wishes
from rtlog.timelines.diffing.occurrences import Session, session_of

SAMPLES = Path(str(files("rtlog.recordings.samples")))
SAMPLE_NAMES = sorted(path.name.partition("-")[0] for path in SAMPLES.glob("*.rtlog.jsonl"))


def session(records: Iterable[Record], provider: str | None = None) -> Session:
    analysis, builder = Analysis(provider=provider), TimelineBuilder()
    for record in records:
        builder.feed(record, analysis.feed(record))
    analysis.finish()
    return session_of(builder.build(analysis))


def sample_session(name: str) -> Session:
    (path,) = SAMPLES.glob(f"{name}-*.rtlog.jsonl")
    with read(path) as reading:
        return session(reading)


@pytest.fixture
def of_samples() -> Callable[..., Comparison]:
    """A function that compares two sample recordings by the starts of their names."""
    return lambda a, b, **wishes: compare(sample_session(a), sample_session(b), Wishes(**wishes))


@pytest.fixture
def of_tapes() -> Callable[..., Comparison]:
    """A function that compares two tapes."""
    return lambda a, b, **wishes: compare(session(parse(a)), session(parse(b)), Wishes(**wishes))


@pytest.fixture(scope="session")
def of_records() -> Callable[..., Session]:
    """A function that gives the session that records make."""
    return session


@pytest.fixture(params=SAMPLE_NAMES)
def sample(request: pytest.FixtureRequest) -> str:
    """The start of the name of each sample recording in turn."""
    return str(request.param)
