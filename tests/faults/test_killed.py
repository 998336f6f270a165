"""`kill -9` of the recorder at random instants under load: what is left parses, is nearly all, and can be gone on with.

Two clients converse with the upstream in bursts of messages; each burst is answered before the next one is sent, so
that what one side has not yet answered is what the recorder can have in hand.
"""

import asyncio
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from websockets.frames import Opcode
from wires import FULL, PATIENT, Recording, Stream, framed, recording, shake, upstream

from rtlog.cli.doctoring import diagnose, repair
from rtlog.recordings.reader import read

SEED = 20_261_121
KILLS = 200 if FULL else 3
MOST = 400
"""Messages that arrive before the kill at most."""
SIZES = (0, 1, 10, 200, 200, 8_000)
LARGEST_BURST = 8
LOG = logging.getLogger(__name__)


@dataclass
class Load:
    """What the clients do until so many messages have arrived: then the recorder is killed."""

    record: Recording
    chance: Random
    messages: int

    def arrived(self) -> None:
        self.messages -= 1
        if self.messages == 0:
            self.record.process.kill()

    def burst(self, first: int) -> list[bytes]:
        """Give numbered messages: mostly small ones, at times one that takes several reads and writes."""
        sizes = [self.chance.choice(SIZES) for _ in range(self.chance.randint(1, LARGEST_BURST))]
        return [
            b'{"type":"x","number":%d,"text":"%b"}' % (number, b"no-sound, " * size)
            for number, size in enumerate(sizes, first)
        ]


@dataclass
class Conversation:
    """One client's connection: how many messages of each side have arrived, and how many its last burst had."""

    load: Load
    name: str
    client: Stream
    server: Stream
    received: dict[str, int] = field(default_factory=lambda: {"server": 0, "client": 0})
    in_hand: dict[str, int] = field(default_factory=lambda: {"server": 0, "client": 0})

    async def go_on(self) -> None:
        while True:
            await self.say("server", self.server[1], self.client[0])
            await self.say("client", self.client[1], self.server[0])

    async def say(self, direction: str, there: asyncio.StreamWriter, here: asyncio.StreamReader) -> None:
        messages = self.load.burst(self.received[direction])
        self.in_hand[direction] = len(messages)
        wires = [framed(Opcode.TEXT, message, mask=direction == "client") for message in messages]
        there.write(b"".join(wires))
        for wire in wires:
            assert await here.readexactly(len(wire)) == wire
            self.received[direction] += 1
            self.load.arrived()


async def killed(folder: Path, chance: Random) -> list[Conversation]:
    """Record two clients until a random message has arrived, kill the recorder, and give what had arrived in all."""
    async with upstream() as there, recording(there.url, "-o", folder, "--fsync", "0", before=PATIENT) as record:
        load = Load(record, chance, chance.randint(1, MOST))
        conversations = [
            Conversation(load, f"client {number}", *await shake(record.port, there, agent=f"client {number}"))
            for number in range(2)
        ]
        ended = await asyncio.gather(*(each.go_on() for each in conversations), return_exceptions=True)
        await record.process.wait()
        for each in conversations:
            each.client[1].close()
            each.server[1].close()
    assert all(isinstance(each, asyncio.IncompleteReadError | ConnectionError) for each in ended), ended
    return conversations


def numbers(path: Path) -> dict[str, list[int]]:
    """Give the numbers of the messages of each side; every complete line must be as it was written."""
    found: dict[str, list[int]] = {"server": [], "client": []}
    with read(path, strict=True) as reading:
        assert len(list(reading)) >= 1
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n") and line.startswith(b'{"type":"x"'):
            record = json.loads(line)
            found[record["dir"]].append(record["event"]["number"])
    assert (reading.damage.total, reading.malformed, reading.missing) == (0, 0, 0)
    return found


async def test_what_is_left_parses_is_nearly_all_and_is_gone_on_with(tmp_path: Path):
    lost, torn, records = [], 0, 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        conversations = await killed(folder, Random(SEED + number))  # noqa: S311 - a seed must give its run again
        for each in conversations:
            path = recording_of(folder, each.name)
            left = numbers(path)
            for side, seen in each.received.items():
                assert left[side] == list(range(len(left[side])))
                lost.append(max(0, seen - len(left[side])))
                assert lost[-1] <= each.in_hand[side]
                records += len(left[side])
            torn += not path.read_bytes().endswith(b"\n")
            repaired(path, left)
        if number % 4 == 0:
            await gone_on_with(path, left)
    LOG.info(
        "%d kills, %d recordings: %d messages recorded; of a direction's messages %d missing at most, %d in all; "
        "%d torn last lines, no other damage", KILLS, 2 * KILLS, records, max(lost), sum(lost), torn,
    )  # fmt: skip


def recording_of(folder: Path, client: str) -> Path:
    (path,) = [path for path in folder.iterdir() if b'"client":"%b"' % client.encode() in path.read_bytes()]
    return path


def repaired(path: Path, left: dict[str, list[int]]) -> None:
    copy = path.with_name(f"repaired-{path.name}")
    repair(path, copy)
    assert [each.name for each in diagnose(copy).complaints if each.name != "gap"] == []
    assert numbers(copy) == left
    copy.unlink()


async def gone_on_with(path: Path, left: dict[str, list[int]]) -> None:
    """Let another run of the recorder append a session to *path*."""
    event = framed(Opcode.TEXT, b'{"type":"response.done"}')
    async with upstream() as there, recording(there.url, "--append", "-o", path) as record:
        client, server = await shake(record.port, there)
        server[1].write(event)
        assert await client[0].readexactly(len(event)) == event
        client[1].close()
        assert await server[0].read() == b""
        server[1].close()
        assert await record.end() in {0, 3}

    assert numbers(path) == left
    with read(path) as reading:
        *_, opened, done, closed = list(reading)
    assert [opened.kind, done.type, closed.kind] == ["open", "response.done", "close"]
    assert {opened.conn, done.conn, closed.conn} == {2}
    assert [each.name for each in diagnose(path).complaints if each.name != "gap"] == []
