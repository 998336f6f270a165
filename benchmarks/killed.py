"""What a `kill -9` of the recorder costs: `python benchmarks/killed.py`.

A client converses with a simulated server through `rtlog record`, which is killed after a random number of answers.
Counts the answers that the client had and the recording has not, and fails when a complete line does not parse.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from rtlog.recordings.reader import read
from rtlog.simulator.scenarios.conversation import SCENARIO
from rtlog.simulator.server import SimulatedServer

SEED: Final = 20_261_121
MOST: Final = 200
PATIENCE: Final = 10.0
"""Seconds without an answer after which the run is given up."""


def create(number: int) -> str:
    content = [{"type": "input_text", "text": f"message {number}"}]
    item = {"type": "message", "role": "user", "content": content}
    return json.dumps({"type": "conversation.item.create", "item": item})


async def converse(client: ClientConnection, recorder: asyncio.subprocess.Process, answers: int) -> int:
    """Send and receive until *answers* have come, kill the recorder, and give how many messages came in all."""
    received = 0
    for number in range(answers):
        await client.send(create(number))
    try:
        while True:
            await asyncio.wait_for(client.recv(), PATIENCE)
            received += 1
            if received == answers:
                recorder.kill()
    except ConnectionClosed:
        return received


async def killed(server: SimulatedServer, path: Path, answers: int) -> tuple[int, bool]:
    """Give how many messages the recording lacks, and whether its last line is torn."""
    command = [sys.executable, "-m", "rtlog.cli", "record", "--listen", "127.0.0.1:0", "-o", str(path)]
    recorder = await asyncio.create_subprocess_exec(
        *command, "--upstream", server.origin, stderr=asyncio.subprocess.PIPE
    )
    assert recorder.stderr is not None  # noqa: S101 - it is a pipe
    said = (await recorder.stderr.readline()).decode()
    url = said.partition("OPENAI_BASE_URL=")[2].split()[0].replace("http", "ws", 1)
    async with connect(f"{url}/realtime?model=gpt-realtime") as client:
        received = await converse(client, recorder, answers)
    await recorder.wait()
    return received - recorded(path), torn(path)


def torn(path: Path) -> bool:
    return not path.read_bytes().endswith(b"\n")


def recorded(path: Path) -> int:
    """Count the server's messages in the recording; raises SystemExit where a complete line does not parse."""
    with read(path, strict=True) as reading:
        count = sum(record.dir == "server" for record in reading)
        if len(reading.damage) or reading.malformed:
            raise SystemExit(f"{path}: a complete line is damaged")
    return count


async def measure(rounds: int) -> None:
    chance = random.Random(SEED)  # noqa: S311 - reproducible, not secret
    with tempfile.TemporaryDirectory() as folder:
        async with SimulatedServer(SCENARIO) as server:
            runs = [
                await killed(server, Path(folder) / f"{number}.rtlog.jsonl", chance.randint(1, MOST))
                for number in range(rounds)
            ]
    lost = [missing for missing, _ in runs]
    print(f"{rounds} kills: messages lost {min(lost)} least, {statistics.median(lost):g} median, {max(lost)} greatest;")
    print(f"{sum(cut for _, cut in runs)} torn last lines, no other damage")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
