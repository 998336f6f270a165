"""`rtlog cut` keeps a part of a recording, and the same findings come of it."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from rtlog.cli import cutting
from rtlog.cli.loading import Setup
from rtlog.cli.rendering.wishes import Wishes

SAMPLES = Path(str(files("rtlog.recordings.samples")))
STORY = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())
FOUND = {
    name: [found["rule"] for found in lanes["local"]["findings"]]
    for name, lanes in EXPECTED.items()
    if "local" in lanes and lanes["local"]["findings"]
}
CODES = sorted({(name, code) for name, codes in FOUND.items() for code in codes})

Known = tuple[object, ...]


def report(rtlog: Callable, path: Path) -> Any:  # noqa: ANN401 - a report
    (told,) = json.loads(rtlog("analyze", str(path), "--output-format", "json").out)["recordings"]
    return told


def records(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def known(told: Any, line_of: Callable[[int], int]) -> set[Known]:  # noqa: ANN401
    """Give what a report finds, by the lines of the recording that was cut."""
    return {
        (
            f["rule"], f["severity"], f["certainty"], f["t_ms"], line_of(f["line"]), *f["items"],
            *(line_of(each["line"]) for each in f["evidence"]),
        )
        for f in told["findings"]
    }  # fmt: skip


def origin_in(cut: Iterable[Any]) -> Callable[[int], int]:
    """Give the line that a line of *cut* had: the header is line 1, and record N stood in line N + 1."""
    numbers = [1, *(line.get("was", 0) + 1 for line in list(cut)[1:])]
    return lambda line: numbers[line - 1]


@pytest.mark.parametrize("name", FOUND)
def test_the_stories_of_a_sample_give_the_same_findings(rtlog: Callable, tmp_path: Path, name: str) -> None:
    cut = tmp_path / "cut.jsonl"

    ran = rtlog("cut", str(SAMPLES / name), "-o", str(cut))

    assert ran.code == 0
    assert "not the same" not in ran.err
    before, after = report(rtlog, SAMPLES / name), report(rtlog, cut)
    assert known(after, origin_in(records(cut))) == known(before, lambda line: line)
    assert after["verdict"] == before["verdict"]
    assert after["coverage"]["lossy"] is False
    assert len(records(cut)) < len(records(SAMPLES / name))


@pytest.mark.parametrize(("name", "code"), CODES)
def test_a_cut_around_a_rule_finds_it_and_accuses_nobody_else(
    rtlog: Callable, tmp_path: Path, name: str, code: str
) -> None:
    cut = tmp_path / "cut.jsonl"

    assert rtlog("cut", str(SAMPLES / name), "--around", code, "--pad", "0", "-o", str(cut)).code == 0

    before = known(report(rtlog, SAMPLES / name), lambda line: line)
    after = known(report(rtlog, cut), origin_in(records(cut)))
    assert code in {rule for rule, *_ in after}
    # T+0 is where the first story begins, which a cut around another one may not have.
    assert {found[:3] + found[4:] for found in after} <= {found[:3] + found[4:] for found in before}


def test_a_cut_says_what_it_is_a_cut_of_and_keeps_each_records_time_and_words(rtlog: Callable, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    assert rtlog("cut", str(STORY), "--around", "RT101", "-o", str(cut)).code == 0

    header, *kept, footer = records(cut)
    original = {record["seq"]: record for record in records(STORY)[1:-1]}

    assert header["cut"] == {
        "of": header["id"],
        "records": len(original),
        "kept": len(kept),
        "lines": header["cut"]["lines"],
    }
    assert [record["seq"] for record in kept] == list(range(1, len(kept) + 1))
    assert footer == {"end": True, "records": len(kept), "dropped": 0}
    for record in kept:
        was = record.pop("was")
        assert record | {"seq": was} == original[was]


def test_the_beginning_is_kept_however_late_the_part(rtlog: Callable, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    assert rtlog("cut", str(STORY), "--around", "160", "--pad", "0", "-o", str(cut)).code == 0

    types = [record.get("type", record.get("kind")) for record in records(cut)[1:5]]
    assert types == ["open", "session.created", "session.update", "session.updated"]
    whole = {found["rule"] for found in report(rtlog, STORY)["findings"]}
    assert {found["rule"] for found in report(rtlog, cut)["findings"]} <= whole


def test_a_part_is_chosen_by_time(rtlog: Callable, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl.gz"

    ran = rtlog("cut", str(STORY), "--from", "0", "--to", "400", "-o", str(cut))

    assert ran.code == 0
    header, *kept, _ = map(json.loads, gzip.decompress(cut.read_bytes()).splitlines())
    ((first, last),) = header["cut"]["lines"]
    inside = [record for record in kept if first <= record["was"] + 1 <= last]
    assert len(inside) == last - first + 1
    assert inside[-1]["t"] - inside[0]["t"] <= 400_000_000


def test_a_cascade_that_goes_on_is_told_in_full_unless_an_end_is_named(rtlog: Callable, tmp_path: Path) -> None:
    cascade, cut = SAMPLES / "r04-xai-cascade-6392.rtlog.jsonl", tmp_path / "cut.jsonl"

    def lost() -> list[int]:
        return [len(found["items"]) for found in report(rtlog, cut)["findings"] if found["rule"] == "RT102"]

    assert "before and after" in rtlog("cut", str(cascade), "--around", "RT102", "-o", str(cut)).err
    assert lost() == [4]
    assert rtlog("cut", str(cascade), "--to", "100", "--force", "-o", str(cut)).code == 0
    assert lost() == [2]


def test_a_cut_goes_through_a_pipe() -> None:
    command = [sys.executable, "-m", "rtlog.cli", "cut", str(STORY), "-o", "-"]
    ran = subprocess.run(command, check=True, capture_output=True)

    header, *_ = ran.stdout.splitlines()
    assert json.loads(header)["cut"]["kept"] < json.loads(header)["cut"]["records"]
    assert b"wrote -" in ran.stderr


def test_a_lossy_recording_stays_lossy_and_a_fault_in_the_part_stays_a_fault(rtlog: Callable, tmp_path: Path) -> None:
    lines = STORY.read_bytes().splitlines(keepends=True)
    lossy, cut = tmp_path / "lossy.jsonl", tmp_path / "cut.jsonl"
    lossy.write_bytes(b"".join([*lines[:5], *lines[8:110], b"no record\n", lines[110], lines[110], *lines[111:]]))

    assert rtlog("cut", str(lossy), "-o", str(cut)).code == 0

    before, after = report(rtlog, lossy), report(rtlog, cut)
    assert {found["rule"] for found in after["findings"]} == {found["rule"] for found in before["findings"]}
    assert {"RT901", "RT902"} <= {found["rule"] for found in after["findings"]}


def test_a_recording_without_times_is_cut_around_a_line(rtlog: Callable, tmp_path: Path) -> None:
    untimed, cut = tmp_path / "untimed.jsonl", tmp_path / "cut.jsonl"
    header, *rest = records(STORY)
    untimed.write_text("".join(json.dumps({k: v for k, v in r.items() if k != "t"}) + "\n" for r in (header, *rest)))

    assert rtlog("cut", str(untimed), "--around", "RT101", "-o", str(cut)).code == 0
    assert "RT101" in {found["rule"] for found in report(rtlog, cut)["findings"]}
    refused = rtlog("cut", str(untimed), "--from", "0", "--force", "-o", str(cut))
    assert refused.code == 2


def test_events_without_a_header_are_cut_as_they_are(rtlog: Callable, tmp_path: Path) -> None:
    bare, cut = tmp_path / "bare.jsonl", tmp_path / "cut.jsonl"
    events = [
        json.dumps({"dir": r["dir"], "ts": r["t"] / 1e9, "event": r["event"]}) for r in records(STORY) if "event" in r
    ]
    bare.write_text("\n".join(events) + "\n")

    assert rtlog("cut", str(bare), "-o", str(cut)).code == 0
    assert set(cut.read_text().splitlines()) < set(events)
    assert "RT101" in {found["rule"] for found in report(rtlog, cut)["findings"]}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([str(SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl")], "no story to cut to"),
        ([str(STORY), "--around", "RT999"], "RT999 found nothing in this recording; these did: RT101"),
        ([str(STORY), "--from", "999999"], "no record in that part"),
        (["-"], "needs a file"),
        (["missing.jsonl"], "no such file"),
    ],
)
def test_what_cannot_be_cut_is_told_in_one_line(
    rtlog: Callable, tmp_path: Path, arguments: list[str], problem: str
) -> None:
    ran = rtlog("cut", *arguments, "-o", str(tmp_path / "cut.jsonl"))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert problem in ran.err
    assert list(tmp_path.iterdir()) == []


def test_the_recording_itself_is_not_written_over(rtlog: Callable, tmp_path: Path) -> None:
    original = tmp_path / "call.rtlog.jsonl"
    original.write_bytes(STORY.read_bytes())

    assert rtlog("cut", str(original), "-o", str(original), "--force").code == 2
    assert original.read_bytes() == STORY.read_bytes()


def test_what_a_cut_could_not_keep_is_told() -> None:
    made = cutting.cut(STORY, Setup(), Wishes())
    lacking = replace(made, lost=tuple(made.whole.wanted))

    assert "not the same" not in cutting.told(made)
    assert "; not the same: RT101, " in cutting.told(lacking)
