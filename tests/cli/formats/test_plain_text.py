"""Text without rich: where nothing is found it is, letter by letter, what rich would have printed into a pipe."""

import base64
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from rtlog.analyzers.analysis import analyze
from rtlog.analyzers.reporting import report_of
from rtlog.cli.formats.plain_text import nothing_found
from rtlog.recordings.reader import read

SAMPLES = Path(str(files("rtlog.recordings.samples")))
CLEAN = (SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl").read_bytes()
HEAD = b'{"rtlog":1,"id":"01JD","client":"livekit-agents/1.4.6 \\u001b[31m"}\n'
CREATED = b'{"type":"session.created","dir":"server","seq":%d,"t":%d,"event":{"type":"session.created"}}\n'
UPDATE = b'{"type":"session.update","dir":"client","seq":2,"t":2,"event":{"type":"session.update"}}\n'
FILES = {
    "clean": CLEAN,
    "one direction": HEAD + CREATED % (1, 1),
    "damage": HEAD + CREATED % (1, 1) + b"torn\n" * 5 + UPDATE + b'{"end":true,"records":9,"dropped":7}\n',
    "no header": CREATED % (1, 1) + UPDATE,
    "of another vocabulary": b'{"setup":{"model":"models/gemini"}}\n{"serverContent":{"turnComplete":true}}\n' * 3,
}
PLAIN = ("clean", "no header")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("file_name", ["a.rtlog.jsonl", "größe  .rtlog.jsonl", "a\tb\x1b[1m.rtlog.jsonl"])
def test_either_way_prints_the_same(
    rtlog: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file_name: str
):
    path = tmp_path / file_name
    path.write_bytes(FILES[name])
    plain = rtlog("analyze", str(path))
    monkeypatch.setenv("TTY_COMPATIBLE", "0")  # asks rich for what a pipe gets

    assert plain == rtlog("analyze", str(path))
    assert base64.b16encode(plain.out.encode()).count(b"1B") == 0


@pytest.mark.parametrize("name", FILES)
def test_what_needs_no_more_than_plain_lines_gets_them(tmp_path: Path, name: str):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_bytes(FILES[name])
    with read(path) as reading:
        lines = nothing_found(report_of(analyze(reading), "a.rtlog.jsonl", "01JD"))

    assert (lines is not None) is (name in PLAIN)
