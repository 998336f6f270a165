"""`rtlog diff` as a person runs it: two releases, formats, exit codes, one clear line for what cannot be compared."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.timelines.diffing.document import DiffDocument

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = str(SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl")
R2 = str(SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl")

Rtlog = Callable[..., "Ran"]
Ran = tuple[int, str, str]


def test_the_summary_says_first_what_a_fix_changed(rtlog: Rtlog) -> None:
    code, out, err = rtlog("diff", R1, R2)
    summary = out.partition("@@")[0]

    assert (code, err) == (0, "")
    assert summary.splitlines()[:2] == [
        f"--- A {R1}: 1 story (1 error), 5 consequences",
        f"+++ B {R2}: clean",
    ]
    assert "turn 3, only B at T+83ms: local.placeholder_added  a placeholder for FC1 behind msg5" in summary
    assert "70 the same, 4 changed, 10 only in A, 3 only in B" in summary
    assert "6 only in A, none only in B, none in both" in summary
    assert "1.4.6 in A, 1.5.0 in B" in summary
    assert "- RT101 in-flight-delete (error, proven, RT101-" in summary


def test_both_sides_count_from_the_race_that_one_of_them_has(rtlog: Rtlog) -> None:
    out = rtlog("diff", R1, R2).out

    assert "   T+82ms   T+82ms  ←  conversation.item.added  FC1 (lookup_order) behind msg5" in out
    assert "-  T+229ms           →  conversation.item.delete  FC1" in out


def test_a_recording_against_itself_is_one_line(rtlog: Rtlog) -> None:
    assert rtlog("diff", R1, R1) == (0, "same: 4 turns, 84 steps\n", "")


@pytest.mark.parametrize(
    ("b", "options", "code"),
    [(R1, ["--exit-code"], 0), (R2, ["--exit-code"], 1), (R2, [], 0), (R2, ["--wire-only", "--exit-code"], 1)],
)
def test_the_exit_code_tells_a_difference_to_who_asks(rtlog: Rtlog, b: str, options: list[str], code: int) -> None:
    assert rtlog("diff", R1, b, *options).code == code


def test_steps_around_a_difference_are_as_many_as_wished(rtlog: Rtlog) -> None:
    def same(out: str) -> int:
        return sum(line.startswith("  ") for line in out.partition("@@")[2].splitlines())

    assert same(rtlog("diff", R1, R2, "-U", "0").out) == 0
    assert 0 < same(rtlog("diff", R1, R2, "-U1").out) < same(rtlog("diff", R1, R2).out)


def test_json_holds_every_difference_and_follows_its_model(rtlog: Rtlog) -> None:
    document = DiffDocument.model_validate_json(rtlog("diff", R1, R2, "--output-format", "json").out)

    assert (document.a, document.b, document.same) == (R1, R2, False)
    assert {(finding.rule, finding.where) for finding in document.findings} == {
        ("RT101", "a"), ("RT102", "a"), ("RT104", "a"), ("RT404", "a"),
    }  # fmt: skip
    assert len(document.rows) == sum(count for kind, count in document.counts.items() if kind != "same")
    assert document.parts is not None
    assert document.parts.b is not None
    assert (document.parts.b.type, document.parts.b.t_ms) == ("local.placeholder_added", 83.0)
    assert [(turn.a, turn.b) for turn in document.turns] == [(number, number) for number in range(5)]
    assert (document.turns[1].waits_a.response_ms, document.turns[1].waits_a.sound_ms) == (70.0, 90.0)


def test_markdown_names_files_and_not_folders_and_keeps_words_private(rtlog: Rtlog) -> None:
    out = rtlog("diff", R1, R2, "--format", "markdown").out

    assert out.startswith(f"### `{Path(R1).name}` (A, `-`) and `{Path(R2).name}` (B, `+`)\n")
    assert str(SAMPLES) not in out
    assert "Are you still there" not in out
    assert "\n```diff\n@@ turn 3 -" in out


def test_real_ids_are_shown_on_demand(rtlog: Rtlog) -> None:
    out = rtlog("diff", R1, R2, "--ids").out

    assert "FC1" not in out.partition("@@")[2].replace("`FC1`", "")
    assert "item_" in out


def test_words_count_for_the_strict(rtlog: Rtlog, tmp_path: Path) -> None:
    other = tmp_path / "other.rtlog.jsonl"
    other.write_text(Path(R2).read_text(encoding="utf-8").replace("Where is it now?", "Where has it got to?"))

    assert rtlog("diff", R2, str(other), "--exit-code") == (0, "same: 4 turns, 77 steps (1 in other words)\n", "")
    assert rtlog("diff", R2, str(other), "--exit-code", "--strict").code == 1


def test_how_far_turns_drift_apart_is_shown_and_is_no_difference(rtlog: Rtlog, tmp_path: Path) -> None:
    slow = tmp_path / "slow.rtlog.jsonl"
    slow.write_text("".join(map(_later, Path(R2).read_text(encoding="utf-8").splitlines(keepends=True))))
    code, out, _ = rtlog("diff", R2, str(slow), "--exit-code", "--time", "100")

    assert code == 0
    assert out.startswith("same: ")
    assert "(+400 ms in its turn)" in out


def _later(line: str) -> str:
    """Let everything from the first response on come 400 ms later."""
    record = json.loads(line)
    if record.get("t", 0) >= 1_850_000_000:
        record["t"] += 400_000_000
    return json.dumps(record) + "\n"


def test_without_local_events_on_one_side_the_person_is_told_what_helps(rtlog: Rtlog, tmp_path: Path) -> None:
    wire = tmp_path / "wire.rtlog.jsonl"
    lines = Path(R2).read_text(encoding="utf-8").splitlines(keepends=True)
    wire.write_text("".join(line for line in lines if '"dir":"local"' not in line))

    assert "only A has local events: --wire-only compares without them" in rtlog("diff", R2, str(wire)).out


def test_one_side_may_come_from_standard_input(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    command = [sys.executable, "-m", "rtlog.cli", "diff", "-", R1, "-o", str(out)]
    ran = subprocess.run(command, input=Path(R1).read_bytes(), capture_output=True, check=True)

    assert (ran.stdout, ran.stderr) == (b"", b"")
    assert out.read_text(encoding="utf-8") == "same: 4 turns, 84 steps\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([R1, "nowhere.jsonl"], "rtlog: nowhere.jsonl: no such file or folder\n"),
        ([R1, "empty.jsonl"], "empty.jsonl"),
        (["-", "-"], "rtlog: diff - -: standard input holds one recording; name a file for the other\n"),
        (["two", R1], "rtlog: two: means 2 recordings; name one on each side\n"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(
    rtlog: Rtlog, arguments: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "two").mkdir()
    shutil.copy(R1, tmp_path / "two")
    shutil.copy(R2, tmp_path / "two")
    code, out, err = rtlog("diff", *arguments, "--exit-code")

    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("output_format", ["text", "markdown"])
def test_ascii_terminals_get_ascii(output_format: str) -> None:
    command = [sys.executable, "-m", "rtlog.cli", "diff", R1, R2, "--format", output_format]
    ran = subprocess.run(
        command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "100"}
    )
    text = ran.stdout.decode("ascii")

    assert "-> conversation.item.delete  FC1" in text
    assert "\\u" not in text
