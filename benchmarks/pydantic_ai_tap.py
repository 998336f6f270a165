"""What the pydantic-ai tap adds to an event: µs of CPU on the session's own thread, beside what the SDK takes itself.

Run it with the Python of an environment that holds pydantic-ai and the project (tests/e2e/sdks/make_venvs):

    .venvs/sdks/pydantic-ai/bin/python -P benchmarks/pydantic_ai_tap.py

The connection is pydantic-ai's own; its socket gives events from memory, and each of them goes on to a session's queue.
"""

import asyncio
import base64
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from typing import Self

from pydantic_ai.messages import BinaryAudio
from pydantic_ai.realtime.openai import OpenAIRealtimeConnection

import rtlog.recordings.taps.pydantic_ai as tap

EVENTS = 400
ROUNDS = 25
PAUSE_S = 0.05
BUDGET_US = 50
IDS = {"event_id": "event_1", "response_id": "resp_1", "item_id": "item_1", "output_index": 0, "content_index": 0}


class Socket:
    """Gives the one message again and again, and takes any."""

    def __init__(self, message: str) -> None:
        self.message = message

    async def send(self, message: str) -> None:
        """Send nothing."""

    async def recv(self) -> str:
        """Receive the one message."""
        return self.message

    async def close(self) -> None:
        """Close nothing."""

    async def __aiter__(self) -> AsyncIterator[str]:
        """Give what is received, as `websockets` does."""
        while True:
            yield await self.recv()


class Session:
    """What the tap knows a session by: its connection and its queue."""

    def __init__(self, connection: OpenAIRealtimeConnection) -> None:
        self._connection = connection

    def _queue_put(self, event: object) -> None:
        """Keep nothing."""

    async def received(self) -> None:
        """Take EVENTS events of the connection."""
        frames = self._connection.frames()
        for _ in range(EVENTS):
            for event in await anext(frames):
                self._queue_put(event)
        await frames.aclose()

    async def sent(self) -> None:
        """Send 100 ms of audio EVENTS times."""
        audio = BinaryAudio(bytes(4800), media_type="audio/pcm")
        for _ in range(EVENTS):
            await self._connection.send(audio)

    async def close(self) -> None:
        """Close nothing."""

    def all_messages(self) -> list[object]:
        """Remember nothing."""
        return []

    @classmethod
    def of(cls, message: str) -> Self:
        """Make one whose server says *message*."""
        return cls(OpenAIRealtimeConnection(Socket(message)))


def event(kind: str, delta: str) -> str:
    return json.dumps({"type": kind, **IDS, "delta": delta})


async def cost(session: Session, *, sends: bool) -> float:
    """Give µs of CPU for each event, in the best of ROUNDS."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.thread_time_ns()
        await (session.sent() if sends else session.received())
        best = min(best, (time.thread_time_ns() - began) / EVENTS / 1000)
        await asyncio.sleep(PAUSE_S)
    return best


async def main() -> None:
    """Print a table; fail where an event takes more than the budget."""
    sound = event("response.output_audio.delta", base64.b64encode(os.urandom(12_000)).decode())
    cases = {
        "send input_audio_buffer.append, 100 ms": (sound, True),
        "recv response.output_audio.delta, 250 ms": (sound, False),
        "recv response.output_audio_transcript.delta": (
            event("response.output_audio_transcript.delta", " morning"),
            False,
        ),
    }
    print(f"pydantic-ai {version('pydantic-ai-slim')}")
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, (message, sends)) in enumerate(cases.items()):
            bare = await cost(Session.of(message), sends=sends)
            session = Session.of(message)
            tape = tap.attach(session, Path(folder, f"{number}.rtlog.jsonl"))
            tapped = await cost(session, sends=sends)
            tape.close()
            worst = max(worst, tapped - bare)
            print(f"{name:45} {bare:6.1f} µs without it, {tapped - bare:6.1f} µs more with it")
    if worst > BUDGET_US:
        raise SystemExit(f"{worst:.1f} µs is more than {BUDGET_US} µs an event")


if __name__ == "__main__":
    asyncio.run(main())
