"""A scrubbed recording gives the same findings: every sample, every rule's examples, edges, generated sessions."""

import io
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sessions.acts import choose
from sessions.planting import planted
from sessions.plants import PLANTS
from sessions.recorder import file_of
from sessions.session import play, seeded

from rtlog.analyzers.analysis import Analysis, analysis_for, facts_of
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.tape import parse
from rtlog.cli.scrubbing import words_of_rules
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record
from rtlog.recordings.scrubbing import Scrubber

SAMPLES = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.rtlog.jsonl"))
EDGES = tomllib.loads(Path(__file__).with_name("edge_cases.toml").read_text(encoding="utf-8"))
BY_CODE = {rule.code: rule for rule in RULES}
KEYS = (b"one", b"another")


def scrubbed(recording: bytes, key: bytes) -> bytes:
    scrubber = Scrubber(key, words=words_of_rules())
    return b"".join(scrubber.line(line) for line in io.BytesIO(recording))


def findings(recording: bytes, make: Any = None) -> tuple[object, ...]:  # noqa: ANN401 - a header to an analysis
    with read(io.BytesIO(recording)) as reading:
        analysis: Analysis = make() if make else analysis_for(reading.header)
        for record in reading:
            analysis.feed(record)
        analysis.finish(facts_of(reading))
    told = [
        (f.id, f.at.line, f.severity, f.certainty, f.items, f.responses, f.calls, f.subject, f.tool, _proof(f))
        for f in analysis.findings
    ]
    return analysis.verdict, told, analysis.coverage.not_judged


def _proof(finding: Finding) -> list[tuple[int, str]]:
    return [(evidence.at.line, evidence.at.type) for evidence in finding.evidence]


def same_before_and_after(recording: bytes, make: Any = None) -> bool:  # noqa: ANN401
    before = findings(recording, make)
    return all(findings(scrubbed(recording, key), make) == before for key in KEYS)


def file_of_tape(tape: str) -> bytes:
    """Write a tape as the file of a recording."""
    return b'{"rtlog":1}\n' + b"".join(map(line_of, parse(tape)))


def line_of(record: Record) -> bytes:
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    return (
        msgspec.json.encode({name: value for name, value in fields.items() if value is not None and value != ""})
        + b"\n"
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name.partition(".")[0])
def test_a_sample(sample: Path) -> None:
    assert same_before_and_after(sample.read_bytes())


@pytest.mark.parametrize("code", BY_CODE)
def test_the_examples_of_a_rule(code: str) -> None:
    rule = BY_CODE[code]

    for example in (*rule.bad, *rule.good):
        assert same_before_and_after(file_of_tape(example.tape), lambda: Analysis([rule])), example.title


@pytest.mark.parametrize("code", EDGES)
def test_the_edges_of_a_rule(code: str) -> None:
    for case in EDGES[code]:
        settings, client = {code: case.get("settings", {})}, case.get("client")
        make: Any = lambda s=settings, c=client: Analysis([BY_CODE[code]], s, client=c)  # noqa: E731
        assert same_before_and_after(file_of_tape(case["tape"]), make), case["title"]


@pytest.mark.parametrize("seed", range(40))
def test_a_healthy_session(seed: int) -> None:
    rng, habits = seeded(seed)
    session = play(seed, choose, habits, rng)

    assert same_before_and_after(file_of(session.lines, session.provider))


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.code} {plant.act.__name__}")
def test_a_planted_session(plant: Any) -> None:  # noqa: ANN401
    for seed in range(3):
        session = planted(seed, plant)
        assert same_before_and_after(file_of(session.lines, session.provider))
