"""A key on a command line, as an argument or in an address, is in no line by which a command refuses it."""

import random
from pathlib import Path

import pytest
from planting import SAMPLES, Garden, printed, traces

ADDRESS = "https://me:{silent}@store.example/call.jsonl?sig={silent}&access_token={telling}"
SAMPLE = str(next(SAMPLES.glob("r01-*")))

REFUSED = [
    ["record", "--upstream", "wss://me:{silent}@host:port/v1?api-key={silent}", "--", "true"],
    ["record", "--upstream", "wss://me:{silent}@host/v1?api-key={silent}", "--", "true"],
    ["record", "--listen", "127.0.0.1:none?key={silent}", "--", "true"],
    ["record", "-o", "{telling}/", "--append", "--", "true"],
    ["record", "-o", "call.jsonl", "--", "no-such-program-{telling}", "--api-key", "{silent}"],
    ["import", ADDRESS],
    ["import", "{telling}.har"],
    *([command, ADDRESS] for command in ("analyze", "timeline", "info", "stats", "doctor", "cut", "redact", "report")),
    ["analyze", "s3://store/call.jsonl?X-Amz-Signature={silent}&X-Amz-Credential={silent}"],
    ["analyze", SAMPLE, "--select", "{telling}"],
    ["analyze", SAMPLE, "--config", "{telling}.toml"],
    ["analyze", SAMPLE, "--api-key={silent}"],
    ["timeline", SAMPLE, "--around", "{telling}"],
    ["redact", SAMPLE, "--keep", "{telling}"],
    ["export", SAMPLE, "--format", "{telling}"],
    ["merge", "{telling}.jsonl", SAMPLE],
    ["{telling}"],
]


@pytest.mark.parametrize("command", REFUSED, ids=" ".join)
def test_no_line_on_the_terminal_repeats_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]):
    monkeypatch.chdir(tmp_path)
    garden = Garden(random.Random(11))  # noqa: S311 - a reproducible choice, no cryptography

    said = printed([each.format(silent=garden.query(garden.silent()), telling=garden.telling()) for each in command])

    assert said.strip().startswith("rtlog: ")
    assert traces(said.encode(), garden.keys) == []
    assert [*tmp_path.iterdir()] == []
