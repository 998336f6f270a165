"""Whatever stands in a file, it is cut, scrubbed and reported, or refused in one line; never a traceback."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest

SAMPLES = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.rtlog.jsonl"))
COUNT = 80
PIECES = (
    b"",
    b'"',
    b"{",
    b"}",
    b"[]",
    b"null",
    b"-1",
    b"1e999",
    b"\\ud800",
    b"\xff",
    b"\n",
    b"{}",
    b'{"id":1}',
    b"9" * 40,
)


def mutant(seed: int) -> bytes:
    """Give a sample of which a few pieces are replaced, doubled or moved."""
    rng = Random(seed)  # noqa: S311 - a seed must give its mutant again
    text = rng.choice(SAMPLES).read_bytes()
    for _ in range(rng.randint(1, 12)):
        start = rng.randrange(len(text))
        end = start + rng.choice((0, 1, 3, 40, 400))
        text = text[:start] + rng.choice((*PIECES, text[start : start + 200] * 2)) + text[end:]
    lines = text.splitlines(keepends=True)
    if rng.random() < 0.3:
        rng.shuffle(lines)
    return b"".join(lines)


@pytest.mark.parametrize("command", ["redact", "cut", "report", "export --format har"])
def test_a_mutant_is_copied_or_refused(rtlog: Callable, tmp_path: Path, command: str) -> None:
    original, output = tmp_path / "mutant.jsonl", tmp_path / "output"
    codes = set()
    for seed in range(COUNT if command != "report" else COUNT // 4):
        original.write_bytes(mutant(seed))

        ran = rtlog(*command.split(), str(original), "-o", str(output), "--force")

        codes.add(ran.code)
        assert ran.code == 0 or ran.err.count("\n") == 1, seed
    assert 0 in codes
    assert codes <= {0, 2}
