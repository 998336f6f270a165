"""The sample recordings R1-R10 and their twins give exactly the findings of `expected.json`."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding
from rtlog.analyzers.rules import RULES
from rtlog.recordings.reader import read

SAMPLES = Path(str(files("rtlog.recordings.samples")))
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())
CODES = {rule.code for rule in RULES}


def analyze(name: str, *, local: bool) -> Analysis:
    analysis = Analysis()
    for record in read(SAMPLES / name):
        if local or record.dir != "local":
            analysis.feed(record)
    analysis.finish()
    return analysis


def told(finding: Finding) -> tuple[object, ...]:
    return (
        finding.at.line,
        finding.rule,
        finding.severity.value,
        finding.certainty,
        finding.items[:1],
        finding.caused_by.rule if finding.caused_by else None,
    )


def expected(entry: dict[str, object]) -> tuple[object, ...]:
    cause = str(entry["caused_by"]).partition("(")[0] if entry["caused_by"] else None
    items = tuple(entry["items"])[:1]  # type: ignore[arg-type]
    return (entry["line"], entry["rule"], entry["severity"], entry["certainty"], items, cause)


CASES = [
    pytest.param(name, lane, id=f"{name.partition('.')[0]} {lane}")
    for name, entry in EXPECTED.items()
    for lane in ("wire", "local")
    if lane in entry
]


@pytest.mark.parametrize(("name", "lane"), CASES)
def test_a_sample_gives_exactly_its_expected_findings(name: str, lane: str) -> None:
    analysis = analyze(name, local=lane == "local")

    wanted = [expected(e) for e in EXPECTED[name][lane]["findings"] if e["rule"] in CODES]
    # Losses that dropping the local records tore into `seq` are the test's own doing.
    given = [told(f) for f in analysis.findings if lane == "local" or f.rule != "RT902"]
    assert given == wanted


def test_every_sample_file_has_its_expectations() -> None:
    assert sorted(path.name for path in SAMPLES.glob("*.rtlog.jsonl")) == sorted(EXPECTED)
