"""Generates recordings to measure with: `python benchmarks/generate.py --size 200 out.rtlog.jsonl`.

A voice session at the proportions of real ones: 76 % of the lines carry audio, the mean line is about 4.6 kB, every
fourth turn calls a tool. The same seed gives the same file.
"""

import argparse
import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rtlog.recordings.format import AudioPolicy, Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer

MEGABYTE: Final = 1_000_000
MS: Final = 1_000_000
SEED: Final = 20_261_121
APPEND_MS: Final = 40
PCM_BYTES_PER_MS: Final = 48
DELTA_BYTES: Final = 12_000
APPENDS: Final = 80
DELTAS: Final = 25
PLAYBACK_MS: Final = DELTAS * DELTA_BYTES // PCM_BYTES_PER_MS
"""The user lets the agent finish: a barge-in that nobody truncates is a finding a turn."""
WORDS: Final = ("it", "is", "mild", "in", "Oslo", "today", "with", "a", "little", "rain", "later", "on")

Json = dict[str, object]
Step = tuple[str, Json, int]
"""Direction, event, and the ms that pass before it."""


class Session:
    """Makes the events of an endless session, turn by turn."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self._noise = base64.b64encode(self._random.randbytes(1_200_000)).decode()
        self._count = 0
        self._last: str | None = None

    def start(self) -> Iterator[Step]:
        """Give the events before the first turn."""
        audio = {"format": {"type": "audio/pcm", "rate": 24_000}}
        session = {
            "type": "realtime",
            "id": self._id("sess"),
            "model": "gpt-realtime",
            "tools": [],
            "audio": {
                "input": audio | {"turn_detection": {"type": "server_vad", "create_response": True}},
                "output": audio,
            },
        }
        yield self._server("session.created", 5, session=session)
        yield "client", {"type": "session.update", "session": {"type": "realtime", "instructions": "Be brief."}}, 2
        yield self._server("session.updated", 260, session=session)

    def turn(self, number: int) -> Iterator[Step]:
        """Give a user's turn and the answer; every fourth is a tool call and its answer."""
        item = self._id("item")
        yield from self._speech(item)
        yield from self._committed(item)
        if number % 4 == 3:
            yield from self._tool_call()
        yield from self._answer()

    def _speech(self, item: str) -> Iterator[Step]:
        for index in range(APPENDS):
            if index == APPENDS // 4:
                yield self._server("input_audio_buffer.speech_started", 1, item_id=item, audio_start_ms=0)
            payload = self._payload(APPEND_MS * PCM_BYTES_PER_MS)
            yield "client", {"type": "input_audio_buffer.append", "audio": payload}, APPEND_MS

    def _committed(self, item: str) -> Iterator[Step]:
        yield self._server("input_audio_buffer.speech_stopped", 200, item_id=item, audio_end_ms=APPENDS * APPEND_MS)
        yield self._server("input_audio_buffer.committed", 1, item_id=item, previous_item_id=self._last)
        user = {
            "id": item,
            "type": "message",
            "role": "user",
            "status": "completed",
            "content": [
                {"type": "input_audio", "transcript": None},
            ],
        }
        yield from self._inserted(user)
        transcribed = "conversation.item.input_audio_transcription"
        yield self._server(f"{transcribed}.completed", 4, item_id=item, content_index=0, transcript=" ".join(WORDS[:7]))

    def _inserted(self, item: Json) -> Iterator[Step]:
        yield self._server("conversation.item.added", 1, previous_item_id=self._last, item=item)
        yield self._server("conversation.item.done", 1, previous_item_id=self._last, item=item)
        self._last = str(item["id"])

    def _answer(self) -> Iterator[Step]:
        response, item = self._id("resp"), self._id("item")
        ids: Json = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
        message = {"id": item, "type": "message", "role": "assistant", "content": []}
        yield self._server("response.created", 80, response={"id": response, "status": "in_progress", "output": []})
        yield self._server("response.output_item.added", 240, response_id=response, output_index=0, item=message)
        yield self._server("conversation.item.added", 1, previous_item_id=self._last, item=message)
        yield self._server("response.content_part.added", 1, part={"type": "audio", "transcript": ""}, **ids)
        for index in range(DELTAS):
            if index < len(WORDS):
                yield self._server("response.output_audio_transcript.delta", 6, **ids, delta=f" {WORDS[index]}")
            yield self._server("response.output_audio.delta", 48, **ids, delta=self._payload(DELTA_BYTES))
        said = " ".join(WORDS)
        spoken = message | {"status": "completed", "content": [{"type": "output_audio", "transcript": said}]}
        yield self._server("response.output_audio.done", 1, **ids)
        yield self._server("response.output_audio_transcript.done", 1, transcript=said, **ids)
        yield self._server("response.content_part.done", 1, part={"type": "audio", "transcript": said}, **ids)
        yield from self._finished(response, spoken)

    def _tool_call(self) -> Iterator[Step]:
        response, item, call = self._id("resp"), self._id("item"), self._id("call")
        ids: Json = {"response_id": response, "item_id": item, "output_index": 0, "call_id": call}
        asked = {"id": item, "type": "function_call", "name": "get_weather", "call_id": call, "arguments": ""}
        arguments = '{"city":"Oslo","unit":"celsius"}'
        yield self._server("response.created", 80, response={"id": response, "status": "in_progress", "output": []})
        yield self._server("response.output_item.added", 240, response_id=response, output_index=0, item=asked)
        yield self._server("conversation.item.added", 1, previous_item_id=self._last, item=asked)
        for start in range(0, len(arguments), 4):
            delta = arguments[start : start + 4]
            yield self._server("response.function_call_arguments.delta", 9, **ids, delta=delta)
        yield self._server("response.function_call_arguments.done", 1, arguments=arguments, name="get_weather", **ids)
        yield from self._finished(response, asked | {"status": "completed", "arguments": arguments})
        output = {"id": self._id("item"), "type": "function_call_output", "call_id": call, "output": '{"celsius":7}'}
        yield "client", {"type": "conversation.item.create", "previous_item_id": self._last, "item": output}, 300
        yield "client", {"type": "response.create"}, 1
        yield from self._inserted(output)

    def _finished(self, response: str, item: Json) -> Iterator[Step]:
        yield self._server("conversation.item.done", 1, previous_item_id=self._last, item=item)
        yield self._server("response.output_item.done", 1, response_id=response, output_index=0, item=item)
        usage = {"total_tokens": 900, "input_tokens": 700, "output_tokens": 200}
        done = {"id": response, "status": "completed", "output": [item], "usage": usage}
        yield self._server("response.done", 2, response=done)
        yield self._server("rate_limits.updated", 43, rate_limits=[{"name": "tokens", "limit": 250_000}])
        self._last = str(item["id"])

    def _server(self, event_type: str, wait_ms: int, **fields: object) -> Step:
        return "server", {"type": event_type, "event_id": self._id("event"), **fields}, wait_ms

    def _payload(self, size: int) -> str:
        length = size // 3 * 4
        start = self._random.randrange(0, (len(self._noise) - length) // 4) * 4
        return self._noise[start : start + length]

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count:021d}"


def generate(path: Path, size: int, *, audio: AudioPolicy = "keep", seed: int = SEED) -> None:
    """Write a recording of at least *size* bytes to *path*, replacing it."""
    header = Header(
        id="01J0000000000000000BENCH0",
        started="2026-11-21T03:08:15.000000000Z",
        tap="proxy",
        tool="rtlog",
        upstream="wss://api.openai.com/v1/realtime?model=gpt-realtime",
        audio=audio,
    )
    session = Session(seed)
    with Writer(path, header, force=True, clock=lambda: 0) as writer:
        recorder = Recorder(writer, src="wire")
        at = _tell(recorder, session.start(), 0)
        turn = 0
        while writer.size < size:
            at = _tell(recorder, session.turn(turn), at) + PLAYBACK_MS * MS
            turn += 1


def _tell(recorder: Recorder, steps: Iterator[Step], at: int) -> int:
    for direction, event, wait_ms in steps:
        at += wait_ms * MS
        text = json.dumps(event, separators=(",", ":"))
        (recorder.client if direction == "client" else recorder.server)(text, at)
    return at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--size", type=float, default=200, help="megabytes (10^6 bytes)")
    parser.add_argument("--audio", choices=["keep", "meta"], default="keep")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    generate(arguments.path, int(arguments.size * MEGABYTE), audio=arguments.audio, seed=arguments.seed)


if __name__ == "__main__":
    main()
