"""`rtlog timeline` on terminals of all kinds: small, wide, dumb, without colour, of an ASCII locale; and in a pipe."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from rich.cells import cell_len

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
STYLES = ("lanes", "steps", "list")
SETTINGS = {"FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES", "TERM", "LC_ALL", "LANG", "PYTHONUTF8", "PYTHONIOENCODING"}
CODES = re.compile(r"\x1b\[[0-9;]*m")
COLOURS = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3|4|9)[0-9](?:;[0-9]+)*m")


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return kept | {"RTLOG_PAGER": "cat", "PYTHONUTF8": "1"} | variables


def on_a_terminal(*arguments: str | Path, columns: int = 100, **variables: str) -> str:
    """Run `rtlog timeline` on a terminal of its own and give what it shows, its line ends plain."""
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 9_999, columns, 0, 0))
        with subprocess.Popen(
            [sys.executable, "-m", "rtlog.cli", "timeline", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            env=environment(**variables),
        ) as running:
            os.close(theirs)
            shown = b"".join(_chunks(ours))
        assert running.returncode == 0, shown
    finally:
        os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _chunks(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(terminal, 65_536)
        except OSError:
            return  # a terminal that nobody writes to any more ends with an error
        if not chunk:
            return
        yield chunk


def in_a_pipe(*arguments: str | Path, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "rtlog.cli", "timeline", *map(str, arguments)],
        capture_output=True,
        env=environment(**variables),
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode()


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_terminal_gets_colours_and_no_line_that_it_would_wrap(columns: int) -> None:
    text = on_a_terminal(R1, columns=columns, TERM="xterm-256color")

    assert COLOURS.search(text)
    # The headline is the terminal's to wrap: it holds a path.
    assert max(map(cell_len, CODES.sub("", text).splitlines()[1:])) <= columns


@pytest.mark.parametrize("style", STYLES)
def test_a_terminal_without_colour_is_told_the_same(style: str) -> None:
    coloured = on_a_terminal(R1, "--style", style, TERM="xterm-256color")
    plain = on_a_terminal(R1, "--style", style, TERM="xterm-256color", NO_COLOR="1")

    assert not COLOURS.search(plain)
    assert CODES.sub("", plain) == CODES.sub("", coloured)


@pytest.mark.parametrize("style", STYLES)
def test_a_dumb_terminal_gets_no_control_characters(style: str) -> None:
    text = on_a_terminal(R1, "--style", style, TERM="dumb")

    assert "RT101 in-flight-delete" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


@pytest.mark.parametrize("style", STYLES)
def test_an_ascii_locale_gets_ascii_and_the_same_lines(style: str) -> None:
    text = on_a_terminal(
        R1, "--style", style, TERM="xterm", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", NO_COLOR="1"
    )
    rich = on_a_terminal(R1, "--style", style, TERM="xterm", NO_COLOR="1")

    assert text.isascii()
    assert "conversation.item.added" in text
    assert re.findall(r"T[+-]\d+ms", CODES.sub("", text)) == re.findall(r"T[+-]\d+ms", CODES.sub("", rich))


@pytest.mark.parametrize("style", STYLES)
def test_a_pipe_gets_whole_lines_and_no_codes(style: str) -> None:
    text = in_a_pipe(R1, "--style", style, TERM="xterm-256color")
    lines = text.splitlines()
    sentence = "FC1 was deleted while its call was open: the server added it at T+82, the client deleted it at T+229"

    assert "\x1b" not in text
    assert any(sentence in line for line in lines)


def test_words_beyond_ascii_are_escaped_where_the_locale_has_no_signs_for_them(tmp_path: Path) -> None:
    recording = tmp_path / "arabic.jsonl"
    recording.write_text(R1.read_text(encoding="utf-8").replace("Are you still there?", "أين طلبي"), encoding="utf-8")

    text = in_a_pipe(recording, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")

    assert text.isascii()
    assert r'"\u0623\u064a\u0646 \u0637\u0644\u0628\u064a"' in text
