"""Paging at a terminal: a real one, made with `pty`, and real pagers."""

import os
import pty
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

R1 = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"


def at_a_terminal(*arguments: str, **variables: str) -> tuple[int, str]:
    """Run `rtlog timeline` with a terminal as its standard output; give its exit code and what the terminal got."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLUMNS", "PAGER", "LESS"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "rtlog.cli", "timeline", str(R1), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        env=environment | {"TERM": "xterm-256color", "PYTHONUTF8": "1"} | variables,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # Linux says EIO where the other end is closed
            break
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    return process.wait(), shown.decode()


def test_a_pager_gets_the_whole_timeline_in_colour_and_for_the_width_of_the_terminal(tmp_path: Path) -> None:
    kept = tmp_path / "paged"
    code, shown = at_a_terminal(RTLOG_PAGER=f"tee {kept}")
    text = kept.read_text()

    assert code == 0
    assert "\x1b[" in text
    assert "TLDR" not in text
    assert "RT104-b7a1" in text
    assert shown.replace("\r\n", "\n") == text


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager-here", "'unfinished"])
def test_without_a_pager_the_terminal_gets_it_directly(pager: str) -> None:
    code, shown = at_a_terminal("--from", "400", "--to", "440", RTLOG_PAGER=pager, PAGER="false")

    assert code == 0
    assert "T+434ms" in shown


@pytest.mark.parametrize(("arguments", "variables"), [(["--no-pager"], {}), ([], {"TERM": "dumb"})])
def test_a_pager_can_be_refused(arguments: list[str], variables: dict[str, str]) -> None:
    code, shown = at_a_terminal("--around", "128", *arguments, RTLOG_PAGER="false", **variables)

    assert code == 0
    assert "T+229ms" in shown


def test_leaving_the_pager_early_is_no_error() -> None:
    code, shown = at_a_terminal("--no-fold", RTLOG_PAGER="head -n 1")

    assert (code, shown.count("\n")) == (0, 1)


def test_less_leaves_at_once_what_fits_the_screen() -> None:
    code, shown = at_a_terminal("--around", "128", "--pad", "0", PAGER="less", LINES="200")

    assert code == 0
    assert "T+229ms" in shown
