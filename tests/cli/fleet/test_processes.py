"""`rtlog analyze -j N`: the same as without, whatever becomes of the workers."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.cli.fleet.one_by_one import OneByOne
from rtlog.cli.fleet.processes import Processes
from rtlog.cli.fleet.work import Order, analyze_any

SAMPLES = Path(str(files("rtlog.recordings.samples")))
RACE = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
CLEAN = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"
COMMAND = [sys.executable, "-m", "rtlog.cli", "analyze"]


def analyze(*arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, check=False, input=stdin)


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Every sample twice, a file that is no recording among them, and an empty one."""
    for number in range(2):
        for sample in SAMPLES.glob("*.rtlog.jsonl"):
            shutil.copy(sample, tmp_path / f"{number}-{sample.name}")
    (tmp_path / "1-broken.rtlog.jsonl").write_bytes(b"\x89PNG\0\0\0")
    (tmp_path / "1-empty.rtlog.jsonl").touch()
    return tmp_path


@pytest.mark.parametrize("options", [["--format", "json"], ["--format", "full"], ["--statistics", "--format", "json"]])
def test_the_number_of_workers_changes_nothing(fleet: Path, options: list[str]):
    alone = analyze(fleet, *options)

    assert alone.returncode == 2
    assert alone.stderr.count(b"rtlog: ") == 2
    for jobs in (2, 5):
        several = analyze(fleet, *options, "-j", jobs)
        assert (several.returncode, several.stdout, several.stderr) == (alone.returncode, alone.stdout, alone.stderr)


def test_a_baseline_is_ticked_off_in_the_same_order(fleet: Path, tmp_path: Path):
    known = tmp_path / "known.json"
    analyze(RACE, "--write-baseline", known)

    alone, several = (analyze(fleet, "--baseline", known, "--format", "json", "-j", jobs) for jobs in (1, 2))
    assert [report["known"] for report in json.loads(several.stdout)["recordings"]].count(6) == 1
    assert several.stdout == alone.stdout


def test_standard_input_is_one_of_many():
    ran = analyze(CLEAN, "-", "-j", 2, "--format", "concise", stdin=RACE.read_bytes())

    assert ran.returncode == 1
    assert b"RT101 [error" in ran.stdout
    assert b"2 recordings: 1 story; 1 with findings, 1 clean" in ran.stdout


def test_workers_that_leave_are_replaced():
    sources = [RACE, CLEAN] * 4

    sheets = list(Processes(2, retires_after=1).sheets(sources, Order()))
    assert sheets == list(OneByOne().sheets(sources, Order()))


def test_what_breaks_on_one_recording_names_it():
    sheet = analyze_any("in\0valid", Order())

    assert sheet.report.verdict == "unreadable"
    assert str(sheet.report.reason).startswith("in\0valid: rtlog itself broke on it (ValueError: ")


UNGUARDED = """
import sys
from rtlog.cli.fleet.processes import Processes
from rtlog.cli.fleet.work import Order
from rtlog.recordings.errors import RtlogError

try:
    list(Processes(2).sheets(sys.argv[1:], Order()))
except RtlogError as error:
    print(error)
"""


def test_workers_that_cannot_start_blame_no_recording(tmp_path: Path):
    # Workers import the program that starts them: this one would start workers again.
    program = tmp_path / "unguarded.py"
    program.write_text(UNGUARDED)

    ran = subprocess.run([sys.executable, program, RACE, CLEAN], capture_output=True, text=True, check=False)
    assert ran.stdout == "workers end as they start (exit code 1): analyze with -j 1\n"


LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from rtlog.cli.fleet.work import Order, analyze_any

large, small = map(Path, sys.argv[1:])
order = Order()
analyze_any(small, order)
pages = int(Path("/proc/self/statm").read_text().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (32 << 20),) * 2)
print(analyze_any(large, order).report.reason)
print(analyze_any(small, order).report.verdict)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks /proc how much memory there is already")
def test_a_recording_that_takes_too_much_memory_is_named_and_the_worker_goes_on(tmp_path: Path):
    large = tmp_path / "large.jsonl"
    event = {"type": "session.created", "padding": "a" * (60 << 20)}
    large.write_text(json.dumps({"dir": "server", "t": 0, "event": event}) + "\n")

    ran = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, large, CLEAN], capture_output=True, text=True, check=False
    )
    assert ran.stdout == f"{large}: its analysis needs more memory than a worker may have\nclean\n", ran.stderr


def holders(fifo: Path) -> Iterator[int]:
    """Give the processes, this one aside, that have *fifo* open."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            opened = {str(link.readlink()) for link in (folder / "fd").iterdir()}
        except OSError:
            continue  # it has ended meanwhile
        if str(fifo) in opened and int(folder.name) != os.getpid():
            yield int(folder.name)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds the worker through /proc")
@pytest.mark.parametrize(("kills", "code"), [(1, 1), (2, 2)])
def test_a_killed_worker_is_replaced_and_its_recording_tried_once_more(tmp_path: Path, kills: int, code: int):
    fifo = tmp_path / "held.rtlog.jsonl"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [*COMMAND, CLEAN, fifo, "-j", "2", "--format", "concise"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        with fifo.open("wb") as writing:  # until a worker has opened it
            killed: set[int] = set()
            while len(killed) < kills:
                for worker in set(holders(fifo)) - killed:
                    os.kill(worker, signal.SIGKILL)
                    killed.add(worker)
            if kills == 1:
                while not set(holders(fifo)) - killed:
                    pass  # until the next worker has opened it
                writing.write(RACE.read_bytes())
        out, err = running.communicate()

    assert running.returncode == code
    if kills == 1:
        assert b"1 story; 1 with findings, 1 clean" in out
        assert err == b""
    else:
        assert b"1 clean, 1 unreadable" in out
        assert err.decode() == f"rtlog: {fifo}: 2 workers ended over it (SIGKILL: out of memory?)\n"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds the worker through /proc")
def test_an_interrupt_ends_the_workers(tmp_path: Path):
    fifo = tmp_path / "held.rtlog.jsonl"
    os.mkfifo(fifo)
    with subprocess.Popen([*COMMAND, fifo, CLEAN, "-j", "2"], stderr=subprocess.PIPE) as running:
        with fifo.open("wb"):
            # Whom the open here has woken may not hold it yet.
            while not (held := set(holders(fifo))):
                pass
            (worker,) = held
            running.send_signal(signal.SIGINT)
            _, err = running.communicate()
        assert (running.returncode, err) == (130, b"")
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_progress_is_drawn_on_a_terminal_alone(fleet: Path):
    ours, theirs = pty.openpty()
    command = [*COMMAND, fleet, "-j", "2", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"}) as ran:
        out, _ = ran.communicate()
    drawn = os.read(ours, 1 << 20).decode()
    os.close(theirs)
    os.close(ours)

    assert "analyzing" in drawn
    assert "/28" in drawn
    assert len(json.loads(out)["recordings"]) == 28
    assert b"analyzing" not in analyze(fleet, "-j", 2).stderr
