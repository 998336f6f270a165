"""`rtlog list`: the recordings at hand as a person sees them."""

import json
import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

SAMPLES = Path(str(files("rtlog.recordings.samples")))
OLD, NEW = "r02-in-flight-delete-fixed.rtlog.jsonl", "r01-in-flight-delete-5021.rtlog.jsonl"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two recordings, the one with findings the newer, and a file that holds none."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RTLOG_HOME", str(home))
    for age, name in ((20, OLD), (10, NEW), (30, "empty.jsonl")):
        (home / name).write_bytes((SAMPLES / name).read_bytes() if age < 30 else b"")
        os.utime(home / name, (1_000_000 - age, 1_000_000 - age))
    return home


def header(name: str) -> dict[str, str]:
    return json.loads((SAMPLES / name).read_text().partition("\n")[0])


def test_the_newest_comes_first_with_its_verdict(rtlog: Callable, home: Path) -> None:
    ran = rtlog("list")

    heading, first, second = ran.out.splitlines()
    assert ran.code == 0
    assert heading.split()[:2] == ["recorded", "(UTC)"]
    assert "findings" in first
    assert "RT101" in first
    assert "LiveKit Agents" in first
    assert first.startswith("2026-11-21 03:08:15")
    assert " clean" in second
    assert ran.err == f"rtlog: {home / 'empty.jsonl'}: is empty: nothing was recorded\n"


def test_the_name_that_is_shown_names_the_recording(rtlog: Callable, home: Path) -> None:
    for line, name in zip(rtlog("list").out.splitlines()[1:], (NEW, OLD), strict=True):
        shown = line.split()[2]
        told = json.loads(rtlog("info", shown, "--format", "json").out)["recordings"][0]
        assert header(name)["id"].startswith(shown)
        assert (told["id"], told["path"]) == (header(name)["id"], str(home / name))


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.usefixtures("home")
def test_a_narrow_terminal_shows_whole_names_verdicts_and_rules(
    rtlog: Callable, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    ran = rtlog("list")

    assert header(NEW)["id"][:4] in ran.out
    assert all(told in ran.out for told in (" findings ", " clean ", "RT101", "RT404", "RT102", "RT104"))
    assert max(map(len, ran.out.splitlines())) <= columns
    assert "…" not in ran.out


@pytest.mark.parametrize("command", ["list", "info", "stats", "timeline", "analyze"])
def test_a_name_that_is_no_utf_8_is_escaped_in_json(rtlog: Callable, tmp_path: Path, command: str) -> None:
    path = os.fsencode(tmp_path / "odd") + b"\xff.rtlog.jsonl"
    Path(os.fsdecode(path)).write_bytes((SAMPLES / OLD).read_bytes())

    told = json.loads(rtlog(command, os.fsdecode(path), "--format", "json").out)

    assert r"odd\xff.rtlog.jsonl" in json.dumps(told, ensure_ascii=False).replace("\\\\", "\\")


@pytest.mark.usefixtures("home")
def test_a_folder_elsewhere_is_listed_by_paths(rtlog: Callable, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / NEW).write_bytes((SAMPLES / NEW).read_bytes())

    assert f"elsewhere/{NEW}" in rtlog("list", "elsewhere").out


@pytest.mark.usefixtures("home")
def test_only_the_newest_are_analyzed_unless_all_are_wanted(rtlog: Callable) -> None:
    ran = rtlog("list", "--limit", "1")
    assert len(ran.out.splitlines()) == 2
    assert "and 2 older ones: --all" in ran.err
    assert len(rtlog("list", "--limit", "1", "--all").out.splitlines()) == 3


@pytest.mark.usefixtures("home")
def test_programs_get_what_info_tells(rtlog: Callable) -> None:
    ran = rtlog("list", "--output-format", "json")

    told = json.loads(ran.out)["recordings"]
    assert [each["id"] for each in told] == [header(NEW)["id"], header(OLD)["id"]]
    assert [each["verdict"] for each in told] == ["findings", "clean"]


@pytest.mark.usefixtures("home")
def test_nothing_to_list_is_told(rtlog: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RTLOG_HOME", "nowhere")

    ran = rtlog("list")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "holds no recording yet" in ran.err


def test_what_a_recording_says_cannot_command_the_terminal(rtlog: Callable, home: Path) -> None:
    hostile = {"rtlog": 1, "id": "\x1b[2J", "client": "\x1b]0;owned\x07", "started": "\x1b[31m"}
    (home / "hostile.jsonl").write_text(json.dumps(hostile) + '\n{"type":"response.done","dir":"server"}\n')

    ran = rtlog("list")
    assert "\x1b" not in ran.out + ran.err
    assert "hostile.jsonl" in ran.out
