"""What the LiveKit tap adds to an event: µs of CPU on the session's own thread, beside what the SDK takes without it.

Run it with the Python of an environment that holds a LiveKit release, msgspec and orjson:

    PYTHONPATH=.dev .venvs/livekit/1.8.9/bin/python -P benchmarks/livekit_tap.py

The session is the plugin's own `RealtimeSession`; it opens no connection, and is handed its events as its socket's task
would hand them.
"""

import asyncio
import base64
import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from livekit.plugins import openai
from openai.types.realtime import ConversationItemAdded, RealtimeConversationItemUserMessage

import rtlog.recordings.taps.livekit as tap

EVENTS = 400
ROUNDS = 25
PAUSE_S = 0.05
BUDGET_US = 50


class Session(openai.realtime.RealtimeSession):
    """A session that connects to nothing."""

    async def _main_task(self) -> None:
        """Open no connection."""


def delta(event_type: str, text: str) -> dict[str, object]:
    ids = {"event_id": "event_1", "response_id": "resp_1", "item_id": "item_1", "output_index": 0, "content_index": 0}
    return {"type": event_type, **ids, "delta": text}


def audio(size: int) -> str:
    return base64.b64encode(os.urandom(size)).decode()


def received(session: Session, event: dict[str, object]) -> Callable[[int], None]:
    return lambda _: session.emit("openai_server_event_received", event)


def sent(session: Session, event: dict[str, object]) -> Callable[[int], None]:
    return lambda _: session.emit("openai_client_event_queued", event)


def added(session: Session) -> Callable[[int], None]:
    """Let the server add items, each behind the one before."""
    items = iter(range(10**9))

    def add(_: int) -> None:
        number = next(items)
        item = {"id": f"item_{number}", "type": "message", "role": "user", "content": []}
        previous = f"item_{number - 1}" if number else None
        told = {"type": "conversation.item.added", "event_id": "e", "previous_item_id": previous, "item": item}
        session.emit("openai_server_event_received", told)
        message = RealtimeConversationItemUserMessage.construct(**item)
        event = ConversationItemAdded.construct(**{**told, "item": message})
        session._handle_conversion_item_added(event)  # noqa: SLF001 - as its socket does

    return add


def kinds(session: Session) -> dict[str, Callable[[int], None]]:
    append = {"type": "input_audio_buffer.append", "audio": audio(4800)}
    return {
        "transcript delta": received(session, delta("response.output_audio_transcript.delta", " Lyon")),
        "audio delta, 250 ms": received(session, delta("response.output_audio.delta", audio(12_000))),
        "audio append, 100 ms": sent(session, append),
        "item added, with its local event": added(session),
        "interrupt(), with its local event": lambda _: session.interrupt(),
    }


def round_of(act: Callable[[int], None]) -> float:
    """Give the µs of one of a burst; the writer's thread gets a pause between bursts, as it has between real events."""
    time.sleep(PAUSE_S)
    begin = time.thread_time_ns()
    for number in range(EVENTS):
        act(number)
    return (time.thread_time_ns() - begin) / EVENTS / 1000


def timed(act: Callable[[int], None]) -> float:
    """Give the µs of one, in the fastest of some rounds: what else the machine does slows only the others."""
    return min(round_of(act) for _ in range(ROUNDS))


async def main() -> None:
    model = openai.realtime.RealtimeModel(base_url="http://127.0.0.1:1/v1", api_key="unused")
    print(f"livekit-agents {version('livekit-agents')}, Python {sys.version.split()[0]}; best of {ROUNDS}, CPU µs")
    with tempfile.TemporaryDirectory() as folder:
        plain, tapped = Session(model), Session(model)
        attached = tap.attach(tapped, Path(folder) / "call.rtlog.jsonl")
        worst = 0.0
        for (kind, without), with_tap in zip(kinds(plain).items(), kinds(tapped).values(), strict=True):
            before, after = timed(without), timed(with_tap)
            worst = max(worst, after - before)
            print(f"{kind:34} {before:7.1f} without, {after:7.1f} with: {after - before:6.1f} added")
        print(f"worst {worst:.1f} of {BUDGET_US} µs; failures {attached.failures}")
        attached.close()
        lost = sum(line.startswith(b'{"kind":"gap"') for line in attached.path.read_bytes().splitlines())
        print(f"{lost} gaps in the recording")


asyncio.run(main())
