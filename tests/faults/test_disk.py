"""A disk that fails in mid-session: the session goes on, what is lost is counted, a person is told once."""

import asyncio
import os
import resource
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from stuck_disk import StuckDisk
from websockets.frames import Opcode
from wires import PATIENT, Stream, framed, recording, recordings, shake, tapped, told, upstream

from rtlog.recordings.taps.proxy import sessions

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the faults are made as only Linux can")

KIB = 1024
LOST, KEPT = 120, 10


@dataclass(frozen=True)
class Disk:
    """A place for recordings that can be full: `fill` is told the recorder's process, and so is `empty`."""

    folder: Path
    fill: Callable[[int], None]
    empty: Callable[[int], None]
    reason: str


def mounted(folder: Path, *options: str, source: str | Path = "tmpfs") -> None:
    folder.mkdir(exist_ok=True)
    ran = subprocess.run(["mount", *options, source, folder], check=False, capture_output=True, text=True)
    if ran.returncode:
        pytest.skip(f"nothing can be mounted here: {ran.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of 256 KiB."""
    folder = tmp_path / "disk"
    mounted(folder, "-t", "tmpfs", "-o", "size=256k")
    ballast = folder / "ballast"
    yield Disk(
        folder, lambda _: ballast.write_bytes(bytes(200 * KIB)) and None, lambda _: ballast.unlink(), "No space left"
    )
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def limited_disk(tmp_path: Path) -> Disk:
    """A folder in which the recorder's files may not grow."""
    folder, unlimited = tmp_path / "disk", resource.RLIM_INFINITY
    folder.mkdir()
    return Disk(
        folder,
        lambda pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (50 * KIB, unlimited)) and None,
        lambda pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited)) and None,
        "File too large",
    )


def event(number: int) -> bytes:
    return framed(Opcode.TEXT, b'{"type":"x","number":%d,"text":"%b"}' % (number, b"no-sound, " * 100))


async def said(client: Stream, server: Stream, numbers: range) -> None:
    """Let the server say events, each of which must arrive as it is."""
    for number in numbers:
        server[1].write(event(number))
        assert await client[0].readexactly(len(event(number))) == event(number)


async def hung_up(client: Stream, server: Stream) -> None:
    client[1].close()
    assert await server[0].read() == b""
    server[1].close()


@pytest.mark.parametrize("kind", ["small_disk", "limited_disk"])
async def test_a_full_disk_costs_records_that_are_counted_and_no_byte_of_the_session(
    request: pytest.FixtureRequest, kind: str
):
    disk: Disk = request.getfixturevalue(kind)
    path = disk.folder / "a.rtlog.jsonl"
    async with upstream() as there, recording(there.url, "-o", path, before=PATIENT) as record:
        client, server = await shake(record.port, there)
        disk.fill(record.process.pid)
        await said(client, server, range(LOST))
        disk.empty(record.process.pid)
        await said(client, server, range(LOST, LOST + KEPT))
        await hung_up(client, server)
        status = await record.end()

    _, *records, footer = told(path)
    numbers = [each["event"]["number"] for each in records if each.get("type") == "x"]
    (gap,) = [each["lost"] for each in records if each.get("kind") == "gap"]
    before = next(index for index, number in enumerate(numbers) if index != number)
    assert numbers == [*range(before), *range(before + gap, LOST + KEPT)]
    assert before + gap <= LOST
    assert (footer["dropped"], footer["records"]) == (gap, len(records))
    assert status == 3
    assert [disk.reason in line for line in record.said].count(True) == 1
    assert "Traceback" not in "".join(record.said)


async def test_a_disk_that_stays_full_leaves_whole_lines(small_disk: Disk):
    path = small_disk.folder / "a.rtlog.jsonl"
    async with upstream() as there, recording(there.url, "-o", path) as record:
        client, server = await shake(record.port, there)
        small_disk.fill(record.process.pid)
        await said(client, server, range(LOST))
        await hung_up(client, server)
        status = await record.end()

    lines = told(path)
    numbers = [line["event"]["number"] for line in lines if line.get("type") == "x"]
    assert numbers == list(range(len(numbers)))
    assert (status, 0 < len(numbers) < LOST) == (3, True)


async def test_a_folder_that_takes_no_new_file_is_told_and_the_sessions_go_on(tmp_path: Path):
    folder, aside = tmp_path / "recordings", tmp_path / "aside"
    folder.mkdir()
    options = "-o", folder, "--split", "connection"
    async with upstream() as there, recording(there.url, *options, before=PATIENT) as record:
        for change in (lambda: None, partial(turn_into_a_file, folder, aside), partial(turn_back, folder, aside)):
            change()
            ends = await shake(record.port, there)
            await said(*ends, range(2))
            await hung_up(*ends)
        status = await record.end()

    assert [len(lines) for lines in recordings(folder)] == [6, 6]
    assert status == 3
    assert ["not recorded: " in line for line in record.said].count(True) == 1


def turn_into_a_file(folder: Path, aside: Path) -> None:
    folder.rename(aside)
    folder.write_text("")


def turn_back(folder: Path, aside: Path) -> None:
    folder.unlink()
    aside.rename(folder)


async def test_a_folder_that_is_removed_is_told_once_and_the_next_session_makes_it_again(tmp_path: Path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    options = "-o", folder, "--split", "connection"
    async with upstream() as there, recording(there.url, *options, before=PATIENT) as record:
        first = await shake(record.port, there)
        await said(*first, range(2))
        shutil.rmtree(folder)
        await said(*first, range(2, 4))
        await hung_up(*first)
        second = await shake(record.port, there)
        await said(*second, range(2))
        await hung_up(*second)
        status = await record.end()

    (lines,) = recordings(folder)
    assert (len(lines), status) == (6, 3)
    assert ["was removed while it was written" in line for line in record.said].count(True) == 1


@pytest.fixture
def freezing_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own that `fsfreeze` can stop: the kernel then holds up whoever writes to it."""
    image, folder = tmp_path / "image", tmp_path / "disk"
    image.write_bytes(bytes(16 * KIB * KIB))
    if not (shutil.which("mkfs.ext4") and shutil.which("fsfreeze")):
        pytest.skip("neither mkfs.ext4 nor fsfreeze is here")
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    mounted(folder, "-o", "loop", source=image)
    (folder / "recordings").mkdir()
    yield folder / "recordings"
    subprocess.run(["fsfreeze", "-u", folder], check=False, capture_output=True)
    subprocess.run(["umount", "-l", folder], check=True)


async def frozen(how: str, folder: Path) -> None:
    """Freeze (`-f`) or thaw (`-u`) the file system of *folder*."""
    process = await asyncio.create_subprocess_exec("fsfreeze", how, folder.parent)
    assert await process.wait() == 0


async def test_a_disk_that_hangs_holds_up_no_session_and_costs_no_record(freezing_disk: Path):
    async with upstream() as there, recording(there.url, "-o", freezing_disk, "--split", "connection") as record:
        first = await shake(record.port, there)
        await said(*first, range(KEPT))
        await frozen("-f", freezing_disk)
        await said(*first, range(KEPT, LOST))
        await hung_up(*first)
        second = await shake(record.port, there, agent="another")
        await said(*second, range(LOST))
        await frozen("-u", freezing_disk)
        await hung_up(*second)
        status = await record.end()

    assert status == 0, record.said
    for lines in recordings(freezing_disk):
        assert [each["event"]["number"] for each in lines if each.get("type") == "x"] == list(range(LOST))
        assert lines[-1]["dropped"] == 0


async def test_a_disk_that_never_answers_again_is_told_of_and_the_recorder_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sessions, "PATIENCE_AT_EXIT", 0.01)
    async with upstream() as there:
        async with tapped(there.url, tmp_path) as (tap, notes):
            client, server = await shake(tap._port, there)
            await said(client, server, range(2))
            tap._backlog.drain()
            written = threading.Event()
            tap._thread.give(0, written.set)
            await asyncio.to_thread(written.wait)
            disk = StuckDisk(tap._sessions.all[0].writer._writer)
            await said(client, server, range(2, LOST))
        assert tap.summary().lossy
        assert ["the disk does not answer" in note for note in notes] == [True]
        client[1].close()
        server[1].close()
    disk.reader.close()


FAILING = textwrap.dedent("""
    import ctypes, platform, struct

    # The kernel itself answers fdatasync with EIO from here on: a filter of seccomp(2).
    fdatasync = {"x86_64": 75, "aarch64": 83}[platform.machine()]
    steps = [(0x20, 0, 0, 0), (0x15, 0, 1, fdatasync), (0x06, 0, 0, 0x00050005), (0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
    system = ctypes.CDLL(None)
    assert system.prctl(38, 1, 0, 0, 0) == 0
    assert system.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(program)), 0, 0) == 0
""")


def filters() -> bool:
    return (
        os.uname().machine in {"x86_64", "aarch64"}
        and not subprocess.run([sys.executable, "-c", FAILING], check=False, capture_output=True).returncode
    )


async def test_a_failing_fsync_is_told_once_and_costs_no_record(tmp_path: Path):
    if not await asyncio.to_thread(filters):
        pytest.skip("no system call can be made to fail here")
    path = tmp_path / "a.rtlog.jsonl"
    async with (
        upstream() as there,
        recording(there.url, "-o", path, "--fsync", "0.001", before=FAILING) as record,
    ):
        client, server = await shake(record.port, there)
        await said(client, server, range(50))
        await hung_up(client, server)
        status = await record.end()

    lines = told(path)
    assert ([each["event"]["number"] for each in lines if each.get("type") == "x"], status) == (list(range(50)), 3)
    assert ["Input/output error" in line for line in record.said].count(True) == 1
