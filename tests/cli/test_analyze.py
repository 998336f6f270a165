"""`rtlog analyze` as a person runs it: output, exit codes, one clear line for bad input."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from rtlog.analyzers.report import Report

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
R2 = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"
ONE_WAY = '{"type":"session.created","dir":"server","t":0,"event":{"type":"session.created"}}\n'


def rtlog(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in {"FORCE_COLOR", "COLUMNS"}}
    done = subprocess.run(
        [sys.executable, "-m", "rtlog.cli", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_story_of_5021_is_told_with_its_proof() -> None:
    done = rtlog("analyze", R1)

    assert done.returncode == 1
    assert "1 story (1 error), 5 consequences" in done.stdout
    assert (
        "FC1 was deleted while its call was open: the server added it at T+82, the client deleted it at T+229 "
        "(acknowledged 352 ms after it was added), its output was sent at T+1402"
    ) in done.stdout
    confirmed = next(line for line in done.stdout.splitlines() if line.rstrip().endswith(":131"))
    assert confirmed.split()[:4] == ["then", "T+434", "←", "conversation.item.deleted"]
    assert f"--> {R1}:128" in done.stdout
    assert "the server confirms: FC1 is gone" in confirmed
    assert "previous_item_id not found: the server put msg6 behind FC1, deleted 1,086 ms before" in done.stdout
    assert "[sys1, msg1, msg2, msg3, msg4, msg5, FC1] becomes [sys1, msg3, msg4, msg5]" in done.stdout
    assert "livekit/agents#5114" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_clean_recording_exits_0() -> None:
    done = rtlog("analyze", R2)

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{R2}: clean" in done.stdout


def test_concise_is_a_line_a_finding() -> None:
    done = rtlog("analyze", R1, "--output-format", "concise", "--select", "RT101,RT404")

    lines = done.stdout.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"{R1}:128", f"{R1}:135"]
    assert lines[0].startswith(f"{R1}:128: RT101 [error, proven] FC1 was deleted")


def test_json_is_the_documented_report() -> None:
    done = rtlog("analyze", R1, R2, "--format", "json")

    report = msgspec.json.decode(done.stdout, type=Report)
    assert [r.verdict for r in report.recordings] == ["findings", "clean"]
    first = report.recordings[0].findings[0]
    assert (first.rule, first.line, first.t_ms, first.certainty) == ("RT101", 128, 229.0, "proven")
    assert [(e.line, e.t_ms) for e in first.evidence][:2] == [(111, 82.0), (125, 228.0)]
    assert report.recordings[0].stories[0].findings[0] == first.id


def test_jsonl_is_a_recording_a_line() -> None:
    done = rtlog("analyze", R1, R2, "--format", "jsonl")

    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["findings", "clean"]


def test_several_recordings_are_summed_up() -> None:
    done = rtlog("analyze", R1, R2)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "2 recordings: 1 story; 1 with findings, 1 clean"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "error"], 1),
        (["--fail-on", "never"], 0),
        (["--exit-zero"], 0),
        (["--ignore", "RT"], 0),
        (["--select", "in-flight-delete"], 1),
        (["--select", "RT9"], 0),
    ],
)
def test_what_fails_is_the_callers_choice(options: list[str], code: int) -> None:
    assert rtlog("analyze", R1, *options).returncode == code


def test_quiet_prints_only_what_has_findings() -> None:
    assert rtlog("analyze", R2, "-q").stdout == ""
    assert "1 story" in rtlog("analyze", R1, "-q").stdout


def test_the_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    done = rtlog("analyze", R1, "-o", tmp_path / "report.txt")

    assert (done.returncode, done.stdout) == (1, "")
    assert "1 story" in (tmp_path / "report.txt").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["report.txt"]


def test_standard_input_is_a_recording() -> None:
    done = rtlog("analyze", "-", stdin=R1.read_bytes())

    assert (done.returncode, "1 story (1 error), 5 consequences" in done.stdout) == (1, True)


def test_a_recording_that_proves_nothing_is_inconclusive(tmp_path: Path) -> None:
    (tmp_path / "one-way.jsonl").write_text(ONE_WAY)

    done = rtlog("analyze", tmp_path / "one-way.jsonl")

    assert done.returncode == 3
    assert "inconclusive: the recording has no client events" in done.stdout
    assert rtlog("analyze", tmp_path / "one-way.jsonl", "--exit-zero").returncode == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.jsonl", None),
        ("empty.jsonl", b""),
        ("binary.jsonl", bytes(range(256)) * 40),
        ("wrong.jsonl", b"[1, 2, 3]\nhello\n"),
        ("folder", "folder"),
    ],
)
def test_bad_input_gives_one_line_and_exit_2(tmp_path: Path, name: str, content: bytes | str | None) -> None:
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)

    done = rtlog("analyze", path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("rtlog: ")
    assert name in done.stderr


def test_one_unreadable_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")

    done = rtlog("analyze", tmp_path / "empty.jsonl", R1)

    assert done.returncode == 2
    assert "1 story (1 error), 5 consequences" in done.stdout


def test_an_unknown_rule_or_option_is_a_usage_error(tmp_path: Path) -> None:
    unknown = rtlog("analyze", R1, "--select", "RT999")
    option = rtlog("analyze", R1, "--frobnicate")
    (tmp_path / "file").write_text("")
    unwritable = rtlog("analyze", R1, "-o", tmp_path / "file" / "report.txt")

    assert (unknown.returncode, option.returncode, unwritable.returncode) == (2, 2, 2)
    assert "no rule is called 'RT999'; the nearest is RT" in unknown.stderr
    assert "cannot be written" in unwritable.stderr
    assert unknown.stdout == ""


def test_wire_text_cannot_command_the_terminal(tmp_path: Path) -> None:
    hostile = R1.read_text().replace("call_SVI47n47uVGOsSd9", "call_\\u001b]0;owned\\u0007")
    (tmp_path / "hostile.jsonl").write_text(hostile)

    done = rtlog("analyze", tmp_path / "hostile.jsonl")

    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
