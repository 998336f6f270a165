"""What the taps that listen to an SDK's socket add to an event: `python benchmarks/socket_taps.py`.

µs of CPU on the session's own thread for each `send` and each `recv`, and µs that pass there while the writer's thread
has its share of the interpreter. The socket does nothing, so all that is measured is the tap.
"""

import asyncio
import base64
import json
import os
import tempfile
import time
from pathlib import Path

from rtlog.recordings.taps.sockets import SocketTap
from rtlog.recordings.taps.tape import Tape

EVENTS = 400
ROUNDS = 25
PAUSE_S = 0.05
BUDGET_US = 50


class Socket:
    """Takes and gives one message, at no cost."""

    def __init__(self, message: str) -> None:
        self.message = message

    async def send(self, message: str) -> None:
        """Send nothing."""

    async def recv(self) -> str:
        """Receive the one message."""
        return self.message


def event(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, "event_id": "event_1", "response_id": "resp_1", "item_id": "item_1", **fields})


def audio(size: int) -> str:
    return base64.b64encode(os.urandom(size)).decode()


async def once(socket: Socket, *, sends: bool) -> tuple[float, float]:
    """Give µs of CPU and µs of time for each of EVENTS events."""
    cpu, wall = time.thread_time_ns(), time.perf_counter_ns()
    for _ in range(EVENTS):
        if sends:
            await socket.send(socket.message)
        else:
            await socket.recv()
    return (time.thread_time_ns() - cpu) / EVENTS / 1000, (time.perf_counter_ns() - wall) / EVENTS / 1000


async def best(socket: Socket, *, sends: bool) -> tuple[float, float]:
    """Give the best of ROUNDS, with a pause between for what waits to be written."""
    rounds = []
    for _ in range(ROUNDS):
        rounds.append(await once(socket, sends=sends))
        await asyncio.sleep(PAUSE_S)
    return min(cpu for cpu, _ in rounds), min(wall for _, wall in rounds)


async def main() -> None:
    cases = {
        "send input_audio_buffer.append, 100 ms": (event("input_audio_buffer.append", audio=audio(4800)), True),
        "send conversation.item.create": (event("conversation.item.create", item={"type": "message"}), True),
        "recv response.output_audio.delta, 250 ms": (event("response.output_audio.delta", delta=audio(12000)), False),
        "recv response.output_audio_transcript.delta": (
            event("response.output_audio_transcript.delta", delta=" morning"),
            False,
        ),
    }
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, (message, sends)) in enumerate(cases.items()):
            socket = Socket(message)
            bare = await best(socket, sends=sends)
            tape = Tape("benchmark", Path(folder, f"{number}.rtlog.jsonl"), ())
            SocketTap(socket, tape.connection(), tape.hooks)
            tapped = await best(socket, sends=sends)
            tape.close()
            cpu, wall = tapped[0] - bare[0], tapped[1] - bare[1]
            worst = max(worst, cpu)
            print(f"{name:45} {cpu:6.1f} µs of CPU, {wall:6.1f} µs")
    if worst > BUDGET_US:
        raise SystemExit(f"{worst:.1f} µs is more than {BUDGET_US} µs an event")


if __name__ == "__main__":
    asyncio.run(main())
