"""`rtlog doctor` on recordings that went wrong: what it says, how it exits, and what its copy holds."""

import gzip
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

STORY = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
LINES = STORY.read_bytes().splitlines(keepends=True)
KEY = "sk-proj-0123456789abcdefghijklmnop"


def told(rtlog: Callable, path: Path) -> tuple[int, dict[str, Any]]:
    """Give the exit code, and the complaints by name."""
    ran = rtlog("doctor", str(path), "--format", "json")
    [recording] = json.loads(ran.out)["recordings"]
    return ran.code, {each["name"]: each for each in recording["complaints"]}


def analyzed(rtlog: Callable, path: Path) -> dict[str, Any]:
    return json.loads(rtlog("analyze", str(path), "--output-format", "json").out)["recordings"][0]


def races(report: dict[str, Any]) -> set[str]:
    return {found["rule"] for found in report["findings"]} - {"RT901", "RT902"}


def changed_line(line: bytes, **changed: object) -> bytes:
    record = json.loads(line)
    return json.dumps({**record, **changed}).encode() + b"\n"


def behind(line: bytes) -> bytes:
    return changed_line(line, t=json.loads(LINES[9])["t"] - 5_000_000)


DAMAGED = {
    "torn": [*LINES[:-2], LINES[-2][:40]],
    "no-footer": LINES[:-1],
    "unreadable": [*LINES[:20], b"{broken\n", *LINES[21:]],
    "hole": [*LINES[:20], *LINES[23:]],
    "numbers": [*LINES[:20], LINES[19], *LINES[20:]],
    "numbers that go back": [*LINES[:20], *LINES[10:]],
    "backwards": [*LINES[:10], behind(LINES[10]), *LINES[11:]],
    "odd": [*LINES[:10], LINES[10].replace(b'"event":{', b'"event":{"odd":NaN,'), *LINES[11:]],
    "malformed": [*LINES[:10], changed_line(LINES[10], n="many"), *LINES[11:]],
    "gap": [
        *LINES[:10],
        b'{"kind":"gap","seq":13,"t":%d,"conn":1,"lost":4}\n' % json.loads(LINES[13])["t"],
        *LINES[14:],
    ],
    "behind-footer": [*LINES, changed_line(LINES[-2], seq=len(LINES) - 1)],
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_wrong_is_named_and_gone_from_the_repaired_copy(rtlog: Callable, tmp_path: Path, name: str) -> None:
    path, copy = tmp_path / "damaged.rtlog.jsonl", tmp_path / "damaged.repaired.rtlog.jsonl"
    path.write_bytes(b"".join(DAMAGED[name]))
    before = path.read_bytes()

    code, complaints = told(rtlog, path)
    assert (code, name.split(maxsplit=1)[0] in complaints) == (1, True), complaints
    assert rtlog("doctor", str(path), "--repair").code == 0

    _, left = told(rtlog, copy)
    # What was lost stays lost, and says so; a member of the wrong type is the recording's own.
    assert set(left) <= {"gap", "malformed"}
    assert ("gap" in left) == (name in {"torn", "unreadable", "hole", "numbers that go back", "gap"}), left
    assert path.read_bytes() == before
    # Nothing that could be read is missing from the copy.
    original, repaired = analyzed(rtlog, path), analyzed(rtlog, copy)
    assert repaired["coverage"]["events"] == original["coverage"]["events"]
    assert races(repaired) == races(original)


def test_a_gap_counts_what_is_missing(rtlog: Callable, tmp_path: Path) -> None:
    path, copy = tmp_path / "holed.jsonl", tmp_path / "copy.jsonl.gz"
    path.write_bytes(b"".join([*LINES[:20], b"{broken\n", *LINES[24:-2], LINES[-2][:40]]))

    ran = rtlog("doctor", str(path), "--repair", "-o", str(copy))

    assert "a gap for 5 that cannot" in ran.err
    lines = [json.loads(line) for line in gzip.decompress(copy.read_bytes()).splitlines()]
    assert [line["lost"] for line in lines if line.get("kind") == "gap"] == [4, 1]
    assert lines[-1] == {"end": True, "records": len(lines) - 2, "dropped": 5}
    assert [line["seq"] for line in lines[1:-1]] == list(range(1, len(lines) - 1))


def test_a_healthy_recording_is_told_to_be(rtlog: Callable) -> None:
    ran = rtlog("doctor", str(STORY))

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{STORY}: healthy, {len(LINES) - 2} records\n"


def test_every_sample_is_healthy(rtlog: Callable) -> None:
    assert rtlog("doctor", str(STORY.parent)).code == 0


def test_what_another_tool_leaves_of_a_secret_is_found_without_being_shown(rtlog: Callable, tmp_path: Path) -> None:
    path = tmp_path / "leaky.jsonl"
    request = {"target": "/v1/realtime?model=m&api_key=abcdef123456", "headers": {"Authorization": f"Bearer {KEY}"}}
    leaking = [
        {"rtlog": 1, "upstream": f"wss://host/v1/realtime?token={KEY}"},
        {"kind": "open", "seq": 1, "t": 0, "conn": 1, "request": request, "response": {"status": 101}},
        {"type": "error", "dir": "server", "seq": 2, "t": 1, "conn": 1, "event": {
            "type": "error", "error": {"message": f"wrong key {KEY}"}}},
        {"kind": "mark", "seq": 3, "t": 2, "conn": 1, "text": f"used {KEY}"},
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in leaking) + '{"end":true,"records":3,"dropped":0}\n')

    shown = rtlog("doctor", str(path))
    assert (shown.code, KEY in shown.out) == (1, False)
    assert "lines 1, 2, 3, 4: a secret in upstream, request.target, request.headers.Authorization," in shown.out
    assert rtlog("doctor", str(path), "--repair", "-o", str(tmp_path / "copy.jsonl")).code == 0

    copy = (tmp_path / "copy.jsonl").read_text()
    assert KEY not in copy
    assert "abcdef123456" not in copy
    assert told(rtlog, tmp_path / "copy.jsonl") == (0, {})


@pytest.mark.parametrize("odd", [b"NaN", b'"\\ud800"', b'"\xff"', b"[" * 300 + b"]" * 300])
def test_a_secret_is_found_in_a_line_that_is_no_strict_json(rtlog: Callable, tmp_path: Path, odd: bytes) -> None:
    path, copy = tmp_path / "odd.jsonl", tmp_path / "copy.jsonl"
    event = b'{"type":"error","odd":%b,"message":"wrong key %b"}' % (odd, KEY.encode())
    line = b'{"type":"error","dir":"server","seq":1,"t":0,"conn":1,"src":"wire","event":%b}\n' % event
    path.write_bytes(b'{"rtlog":1}\n' + line + b'{"type":"error","event":{"message":"%b' % KEY.encode())

    _, complaints = told(rtlog, path)
    assert complaints["secret"]["lines"] == [2, 3]
    assert rtlog("doctor", str(path), "--repair", "-o", str(copy)).code == 0
    assert KEY not in copy.read_text()
    assert set(told(rtlog, copy)[1]) == {"gap"}


def test_a_recording_of_ours_keeps_what_stands_for_a_secret(rtlog: Callable, tmp_path: Path) -> None:
    path = tmp_path / "ours.jsonl"
    request = {"target": "/v1/realtime?api_key=[redacted]", "headers": {"authorization": "Bearer [redacted]"}}
    opened = {"kind": "open", "seq": 1, "t": 0, "conn": 1, "request": request, "response": {"status": 101}}
    path.write_text("\n".join(['{"rtlog":1}', json.dumps(opened), '{"end":true,"records":1,"dropped":0}\n']))

    assert told(rtlog, path) == (0, {})


def test_oddities_of_the_text_are_notes(rtlog: Callable, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"".join(LINES).replace(b"\n", b"\r\n") + b"\r\n")

    ran = rtlog("doctor", str(path))
    assert ran.code == 0
    for oddity in ("byte order mark", "line breaks are CRLF (", "blank lines"):
        assert oddity in ran.out


def test_another_tools_lines_are_healthy_and_said_to_have_no_header(rtlog: Callable, tmp_path: Path) -> None:
    path = tmp_path / "bare.jsonl"
    path.write_text('{"type":"response.done"}\n')

    code, complaints = told(rtlog, path)
    assert (code, set(complaints)) == (0, {"no-header", "untimed"})
    ran = rtlog("doctor", str(path), "--repair")
    assert (ran.code, "has no header" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b'{"rtlog":99}\n', "newer rtlog"),
        (b"no object\n", "no complete JSON object"),
        ("{}\n".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b broken", "gzip"),
    ],
)
def test_what_cannot_be_read_does_not_keep_the_others_from_being_told(
    rtlog: Callable, tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)

    ran = rtlog("doctor", str(path), str(STORY))
    assert ran.code == 2
    assert "unreadable" in ran.out
    assert problem in ran.out
    assert "healthy" in ran.out


def test_a_compressed_recording_that_is_cut_off_is_repaired_as_far_as_it_goes(rtlog: Callable, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(STORY.read_bytes())[:-2000])

    code, complaints = told(rtlog, path)
    assert (code, "cannot be read further" in complaints["unreadable"]["what"]) == (1, True)
    assert rtlog("doctor", str(path), "--repair").code == 0
    _, left = told(rtlog, tmp_path / "cut.repaired.jsonl.gz")
    assert set(left) == {"gap"}
    assert (
        "inconclusive"
        in rtlog("analyze", str(tmp_path / "cut.repaired.jsonl.gz"), "--exit-zero", "--select", "RT9").out
    )


def test_the_terminal_is_not_commanded_by_what_a_recording_says(rtlog: Callable, tmp_path: Path) -> None:
    path = tmp_path / "hostile.jsonl"
    path.write_text('{"rtlog":1}\n{"kind":"\\u001b]0;owned\\u0007","seq":1,"t":0}\n{"end":true,"records":1}\n')

    ran = rtlog("doctor", str(path))
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "unknown kinds" in ran.out


def test_only_one_recording_is_repaired_at_a_time(rtlog: Callable) -> None:
    assert rtlog("doctor", str(STORY), str(STORY), "--repair").code == 2
    assert rtlog("doctor", "-").code == 2
