"""A recording cut at any byte, or with any line damaged, is analyzed to the end, and the damage is reported."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.analysis import Analysis, analyze
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import read

R1 = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
LINES = R1.read_bytes().splitlines(keepends=True)
CODES = ["RT101", "RT404", "RT102", "RT104", "RT104", "RT104"]


def analysis_of(path: Path, content: bytes) -> Analysis:
    path.write_bytes(content)
    with read(path) as reading:
        return analyze(reading)


def flipped(line: bytes) -> bytes:
    return bytes([line[0] ^ 0x80]) + line[1:]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "flipped": flipped,
    "cut short": lambda line: line[: len(line) // 3] + b"\n",
    "replaced by garbage": lambda line: b"\x00\xff" * (len(line) // 2) + b"\n",
    "another JSON value": lambda _: b"[1,2,3]\n",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_any_damaged_line_is_reported_and_the_rest_is_judged(tmp_path: Path, damage: str) -> None:
    for number in range(1, len(LINES)):
        damaged = [*LINES[:number], DAMAGES[damage](LINES[number]), *LINES[number + 1 :]]

        analysis = analysis_of(tmp_path / "damaged.jsonl", b"".join(damaged))

        told = {d.line for d in analysis.coverage.damage}
        assert number + 1 in told, f"line {number + 1} {damage}: {analysis.coverage.damage}"
        assert "RT901" in {f.rule for f in analysis.findings}


def test_a_recording_cut_at_any_byte_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    content = b"".join(LINES)
    ends = {0}
    for line in LINES:
        ends.add(max(ends) + len(line))
    cuts = [*range(0, len(content), 211), *range(len(content) - 400, len(content) + 1)]
    for cut in cuts:
        if cut < len(LINES[0]) - 1:
            with pytest.raises(RecordingError):
                analysis_of(tmp_path / "cut.jsonl", content[:cut])
            continue
        analysis = analysis_of(tmp_path / "cut.jsonl", content[:cut])
        torn = cut not in ends and cut + 1 not in ends
        assert torn == any(f.rule == "RT901" for f in analysis.findings), f"cut at {cut}"
        found = [f.rule for f in analysis.findings if f.rule[:3] != "RT9"]
        assert set(found) <= {*CODES, "RT401", "RT106"}
        assert cut < len(content) or found == CODES


def test_a_missing_line_is_a_counted_loss(tmp_path: Path) -> None:
    analysis = analysis_of(tmp_path / "hole.jsonl", b"".join([*LINES[:50], *LINES[51:]]))

    (finding,) = [f for f in analysis.findings if f.rule == "RT902"]
    assert (finding.at.line, analysis.coverage.holes, analysis.coverage.lossy) == (51, 1, True)
