"""`rtlog timeline -f` and `rtlog record --live` as a person sees them: a real writer, a real terminal, or a pipe."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.recordings.format import Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer

SAMPLE = next(Path(str(files("rtlog.recordings.samples"))).glob("r01-*.rtlog.jsonl"))
LIMIT = 60.0
"""Seconds after which what was waited for is taken never to come: a failure, never a pace."""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
RTLOG = (sys.executable, "-m", "rtlog.cli")


def plain() -> dict[str, str]:
    """Give the environment without what says how output looks and where recordings are."""
    ours = {"COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "RTLOG_HOME"}
    return {name: value for name, value in os.environ.items() if name not in ours}


class Terminal:
    """A command on a terminal of its own, and what it wrote there."""

    def __init__(self, command: tuple[str, ...], folder: Path, size: tuple[int, int], **environment: str) -> None:
        self._master, slave = pty.openpty()
        self.resize(*size)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env=plain() | {"TERM": "xterm-256color"} | environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
        )
        self._said = b""

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def until(self, text: str) -> str:
        """Read until *text* was written; give all that was, without colours."""
        end = time.monotonic() + LIMIT
        while text not in self.plain:
            assert time.monotonic() < end, f"{text!r} never came; what came: {self.plain[-3000:]}"
            self._read()
        return self.plain

    def ended(self) -> int:
        """Read to the end; give the exit status."""
        end = time.monotonic() + LIMIT
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it never ended; what came: {self.plain[-3000:]}"
            self._read()
        while self._read():
            pass
        return self.process.returncode

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._master, b"\x03")

    @property
    def said(self) -> str:
        """All that it wrote, decoded as a whole: a read may end within a character."""
        return self._said.decode("utf-8", "replace")

    @property
    def plain(self) -> str:
        return CONTROL.sub("", self.said).replace("\r\n", "\n")

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._master)
        os.close(self.slave)

    def _read(self) -> bool:
        if not select.select([self._master], [], [], 0.05)[0]:
            return False
        self._said += os.read(self._master, 65536)
        return True


@contextmanager
def terminal(*command: str, folder: Path, size: tuple[int, int] = (100, 30), **environment: str) -> Iterator[Terminal]:
    shown = Terminal(command, folder, size, **environment)
    try:
        yield shown
    finally:
        shown.close()


@contextmanager
def piped(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = (*RTLOG, "timeline", "-f", *arguments)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=plain(),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_lines(process: subprocess.Popen[str], text: str) -> list[str]:
    """Read lines up to the one that holds *text*."""
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    raise AssertionError(f"{text!r} never came; what came: {lines} {process.stderr.read()}")


def recorder(path: Path) -> Recorder:
    return Recorder(Writer(path, Header(id="01JD")), src="wire")


def sample_lines() -> list[bytes]:
    return SAMPLE.read_bytes().splitlines(keepends=True)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def created(number: int) -> dict[str, object]:
    return {"type": "response.created", "response": {"id": f"resp_{number}"}}


def done(number: int) -> dict[str, object]:
    return {"type": "response.done", "response": {"id": f"resp_{number}", "status": "completed"}}


def analyzed(folder: Path, path: str) -> str:
    command = (*RTLOG, "analyze", path, "--output-format", "full")
    return subprocess.run(command, cwd=folder, env=plain(), text=True, capture_output=True, check=False).stdout


def test_records_appear_as_they_are_written_and_the_footer_ends_it(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    writing = recorder(path)
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        writing.server(created(1))
        first = first_lines(process, "response.created")
        writing.server(done(1))
        second = first_lines(process, "response.done")
        writing.close()
        rest, errors = process.communicate()

    assert "R1" in first[-1]
    assert "R1 completed" in second[-1]
    assert "a.rtlog.jsonl: inconclusive: the recording has no client events" in rest
    assert (process.returncode, errors) == (0, "")


def test_a_pipe_gets_lines_and_nothing_else(tmp_path: Path):
    (tmp_path / "a.rtlog.jsonl").write_bytes(SAMPLE.read_bytes())
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        said, errors = process.communicate()

    assert (process.returncode, errors) == (0, "")
    assert "\x1b" not in said
    assert "\r" not in said
    assert "so far" not in said


@pytest.mark.parametrize("style", ["lanes", "list"])
def test_the_final_findings_are_those_of_analyze(tmp_path: Path, style: str):
    (tmp_path / "a.rtlog.jsonl").write_bytes(SAMPLE.read_bytes())
    with piped("a.rtlog.jsonl", "--style", style, folder=tmp_path) as process:
        said, _ = process.communicate()
    verdict = analyzed(tmp_path, "a.rtlog.jsonl").splitlines()[0]

    assert verdict in said.splitlines()
    assert set(re.findall(r"!! (RT\d+)", said)) == {"RT101", "RT102", "RT104", "RT404"}
    assert "[rtlog rule RT101]" in said


def test_what_is_proven_is_told_while_the_session_goes_on(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    *lines, close, footer = sample_lines()
    path.write_bytes(b"".join(lines))
    seq = 168
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        end, told = time.monotonic() + LIMIT, b""
        while b"!! RT101" not in told or not told.endswith(b"\n"):
            assert time.monotonic() < end, told
            if b"conversation.item.deleted" in told:
                # Time goes on, as with any microphone.
                t = 11_700_000_000 + seq * 10**9
                append(path, b'{"kind":"ping","seq":%d,"t":%d,"conn":1,"dir":"server"}\n' % (seq, t))
                seq += 1
            if select.select([process.stdout], [], [], 0.1)[0]:
                told += os.read(process.stdout.fileno(), 65536)
        early = told.decode()
        append(path, close.replace(b'"seq":168', b'"seq":%d' % seq) + footer)
        rest, _ = process.communicate()

    assert "rtlog analyze" not in early
    assert "withdrawn" not in rest
    assert "rtlog analyze a.rtlog.jsonl" in rest


def test_a_torn_line_waits_for_its_end(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    lines = sample_lines()
    path.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        first_lines(process, "session.created")
        append(path, lines[3][40:] + b"".join(lines[4:]))
        rest, errors = process.communicate()

    assert (process.returncode, errors) == (0, "")
    assert "1 story (1 error), 5 consequences" in rest


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path):
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        waiting = first_lines(process, "waiting")
        (tmp_path / "a.rtlog.jsonl").write_bytes(SAMPLE.read_bytes())
        rest, _ = process.communicate()

    assert waiting == ["a.rtlog.jsonl: waiting for it to be written (Ctrl-C ends)"]
    assert "1 story (1 error), 5 consequences" in rest


def test_a_file_that_is_replaced_is_followed_anew(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    recorder(path).server(created(1))
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        first_lines(process, "response.created")
        other = tmp_path / "other"
        other.write_bytes(SAMPLE.read_bytes())
        other.replace(path)
        rest, _ = process.communicate()

    assert "rtlog: a.rtlog.jsonl was replaced: what follows is the new file" in rest
    assert "1 story (1 error), 5 consequences" in rest


def test_a_file_that_is_cut_is_followed_anew(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    lines = sample_lines()
    path.write_bytes(b"".join(lines[:100]))
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        first_lines(process, "session.created")
        path.write_bytes(b"".join(lines[:20]))
        first_lines(process, "was truncated")
        append(path, b"".join(lines[20:]))
        rest, _ = process.communicate()

    assert process.returncode == 0
    assert "1 story (1 error), 5 consequences" in rest


def test_latest_waits_for_the_next_and_goes_over_to_a_newer_one(tmp_path: Path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "2026-01-01.rtlog.jsonl").write_bytes(SAMPLE.read_bytes())
    with piped("latest", folder=tmp_path) as process:
        waiting = first_lines(process, "waiting")
        recorder(folder / "2026-01-02.rtlog.jsonl").server(created(1))
        first_lines(process, "response.created")
        (folder / "2026-01-03.part").write_bytes(SAMPLE.read_bytes())
        (folder / "2026-01-03.part").rename(folder / "2026-01-03.rtlog.jsonl")
        rest, _ = process.communicate()

    assert waiting == ["recordings: waiting for the next recording (2026-01-01.rtlog.jsonl is complete) (Ctrl-C ends)"]
    assert "rtlog: from here on: 2026-01-03.rtlog.jsonl (1 earlier recording)" in rest
    assert "1 story (1 error), 5 consequences" in rest


def test_standard_input_is_drawn_as_it_comes(tmp_path: Path):
    with piped("-", folder=tmp_path) as process:
        process.stdin.write('{"type":"response.created","response":{"id":"resp_1"}}\n')
        process.stdin.flush()
        first = first_lines(process, "response.created")
        rest, _ = process.communicate('{"type":"response.done","response":{"id":"resp_1","status":"completed"}}\n')

    assert "R1" in first[-1]
    assert "R1 completed" in rest
    assert process.returncode == 0


def test_filters_choose_on_the_way(tmp_path: Path):
    (tmp_path / "a.rtlog.jsonl").write_bytes(SAMPLE.read_bytes())
    with piped("a.rtlog.jsonl", "--type", "response.done", "--ids", folder=tmp_path) as process:
        said, _ = process.communicate()
    shown = [line for line in said.splitlines() if line.startswith((" T+", "T+"))]

    assert len(shown) == 4
    assert all("response.done  resp_" in line for line in shown)
    assert "records are filtered out" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a", "b"], "--follow draws one recording: name one file, a folder, or latest"),
        (["a", "--around", "RT101"], "--follow draws what is not over yet and cannot do --around"),
        (["a", "--style", "steps"], "cannot do --style steps"),
        (["a", "--format", "json"], "cannot do --output-format json"),
        (["a", "--epoch", "finding"], "cannot do --epoch finding"),
        (["a", "-o", "b"], "cannot do --output"),
    ],
)
def test_what_needs_the_end_is_refused_in_a_line(tmp_path: Path, arguments: list[str], sentence: str):
    with piped(*arguments, folder=tmp_path) as process:
        said, errors = process.communicate()

    assert (process.returncode, said) == (2, "")
    assert errors.startswith("rtlog: ")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_what_is_no_recording_is_a_line_and_2(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"\0\1\2" * 99)
    with piped("a", folder=tmp_path) as process:
        _, errors = process.communicate()

    assert (process.returncode, errors) == (2, "rtlog: a: is a binary file, not a recording\n")


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_is_the_normal_end_in_a_pipe(tmp_path: Path, end: int):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_bytes(b"".join(sample_lines()[:-2]))
    with piped("a.rtlog.jsonl", folder=tmp_path) as process:
        first_lines(process, "error  refuses")
        process.send_signal(end)
        rest, errors = process.communicate()

    assert (process.returncode, errors) == (0, "")
    assert "at the end: server [" in rest
    assert "a.rtlog.jsonl: 1 story (1 error), 5 consequences (so far: the recording has no end)\n" in rest


def test_ctrl_c_on_a_terminal_leaves_the_last_state_and_the_verdict_and_the_terminal_as_it_was(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_bytes(b"".join(sample_lines()[:-2]))
    with terminal(*RTLOG, "timeline", "-f", path.name, folder=tmp_path) as shown:
        shown.until("167 records, T+11562ms")
        shown.interrupt()
        status = shown.ended()
        after = termios.tcgetattr(shown.slave)

    last = shown.said.rpartition("\x1b[?2026h")[2]
    assert status == 0
    assert after == shown.before
    assert "\x1b[?1049h" not in shown.said
    assert "\x1b[?25l" not in shown.said
    assert "a.rtlog.jsonl: 1 story (1 error), 5 consequences" in CONTROL.sub("", last)
    assert shown.said.count("\x1b[?2026h") == shown.said.count("\x1b[?2026l")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 50)])
def test_what_is_current_fits_the_terminal(tmp_path: Path, size: tuple[int, int]):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_bytes(b"".join(sample_lines()[:-2]))
    with terminal(*RTLOG, "timeline", "-f", path.name, folder=tmp_path, size=size) as shown:
        shown.until("167 records")
        shown.interrupt()
        shown.ended()

    assert max(map(len, shown.plain.splitlines())) <= size[0]
    assert "167 records, T+11562ms" in shown.plain


def test_a_terminal_that_is_resized_is_drawn_anew_at_its_width(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_bytes(b"".join(sample_lines()[:-2]))
    with terminal(*RTLOG, "timeline", "-f", path.name, folder=tmp_path, size=(120, 30)) as shown:
        shown.until("167 records")
        shown.resize(60, 20)
        # The wide rule ends like the narrow one: what is drawn anew begins its line.
        shown.until("\r" + "─" * 57 + "\n")
        shown.interrupt()
        status = shown.ended()

    assert status == 0
    assert "\n" + "─" * 117 + "\n" in shown.plain


def test_a_dumb_terminal_gets_lines_alone(tmp_path: Path):
    (tmp_path / "a.rtlog.jsonl").write_bytes(SAMPLE.read_bytes())
    with terminal(*RTLOG, "timeline", "-f", "a.rtlog.jsonl", folder=tmp_path, TERM="dumb") as shown:
        status = shown.ended()

    assert status == 0
    assert "\x1b" not in shown.said
    assert "1 story (1 error), 5 consequences" in shown.plain


def test_wire_text_is_shown_and_not_obeyed(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    writing = recorder(path)
    writing.server({"type": "response.created\x1b[2J\x07", "response": {"id": "resp_1"}})
    writing.close()
    with terminal(*RTLOG, "timeline", "-f", path.name, folder=tmp_path, NO_COLOR="1") as shown:
        shown.ended()

    assert "\\x1b[2J" in shown.said
    assert "\x1b[2J" not in shown.said
    assert "\x07" not in shown.said


CLIENT = textwrap.dedent("""
    import asyncio, json, os, sys
    from websockets.asyncio.client import connect
    from websockets.asyncio.server import serve

    EVENTS = json.loads(open(sys.argv[1]).read())

    async def play(connection):
        for event in EVENTS:
            await connection.send(json.dumps(event))
        await connection.wait_closed()

    async def main():
        async with serve(play, "127.0.0.1", int(sys.argv[2]), reuse_port=True):
            url = os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/realtime?model=m"
            async with connect(url) as client:
                await client.send('{"type":"response.create"}')
                for event in EVENTS:
                    await client.recv()
                print("said on stdout", flush=True)
                print("said on stderr", file=sys.stderr, flush=True)
                if len(sys.argv) > 3:
                    await asyncio.get_running_loop().create_future()

    asyncio.run(main())
    sys.exit(5)
""")
EVENTS = [
    {"type": "session.created", "session": {"id": "sess_1", "model": "gpt-realtime"}},
    created(1),
    done(1),
]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """A program that is client and server of one short session; exits with 5."""
    (tmp_path / "client.py").write_text(CLIENT)
    (tmp_path / "events.json").write_text(json.dumps(EVENTS))
    # Bound, and not listened at: the program shares the port, and nobody else is given it meanwhile.
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        port = str(held.getsockname()[1])
        yield (f"ws://127.0.0.1:{port}", sys.executable, "client.py", "events.json", port)


def test_a_live_recording_shows_the_session_and_keeps_what_the_program_prints_in_a_file(
    tmp_path: Path, program: tuple[str, ...]
):
    upstream, *command = program
    with terminal(*RTLOG, "record", "--live", "--upstream", upstream, "--", *command, folder=tmp_path) as shown:
        status = shown.ended()

    (log,) = (tmp_path / "recordings").glob("*.log")
    (path,) = (tmp_path / "recordings").glob("*.rtlog.jsonl")
    said = shown.plain
    assert status == 5
    assert log.read_text().splitlines() == ["said on stdout", "said on stderr"]
    assert log.stat().st_mode & 0o777 == 0o600
    assert "response.done  R1 completed" in said
    assert f"recordings/{path.name}: clean" in said
    assert said.index("clean") < said.index("rtlog: wrote recordings/")


def test_what_the_program_prints_elsewhere_is_its_own(tmp_path: Path, program: tuple[str, ...]):
    upstream, *command = program
    command = (*RTLOG, "record", "--live", "--upstream", upstream, "--", *command)
    clean = {key: value for key, value in plain().items() if "OPENAI" not in key}
    ran = subprocess.run(command, cwd=tmp_path, env=clean, text=True, capture_output=True, check=False)

    assert (ran.returncode, ran.stdout) == (5, "said on stdout\n")
    assert "said on stderr\n" in ran.stderr
    assert "response.done  R1 completed" in ran.stderr
    assert not list((tmp_path / "recordings").glob("*.log"))


def test_ctrl_c_ends_a_live_recording_with_its_verdict(tmp_path: Path, program: tuple[str, ...]):
    upstream, *command = program
    command = (*RTLOG, "record", "--live", "--upstream", upstream, "--", *command, "stay")
    with terminal(*command, folder=tmp_path) as shown:
        shown.until("response.done  R1 completed")
        shown.interrupt()
        status = shown.ended()
        after = termios.tcgetattr(shown.slave)

    said = shown.plain
    assert status == 128 + signal.SIGINT
    assert after == shown.before
    assert ": clean" in said
    assert said.index(": clean") < said.index("rtlog: wrote recordings/")


def test_events_on_stdin_are_drawn_live_too(tmp_path: Path):
    said = '{"type":"session.created"}\n{"dir":"client","event":{"type":"response.create"}}\n'
    command = (*RTLOG, "record", "--live", "-")
    ran = subprocess.run(command, cwd=tmp_path, env=plain(), text=True, input=said, capture_output=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "")
    assert "response.create" in ran.stderr
    assert "rtlog: wrote recordings/" in ran.stderr
