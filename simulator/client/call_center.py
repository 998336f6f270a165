"""The application of livekit/agents#5021: a caller asks for an order, and a long conversation is summarized meanwhile.

The summary goes in first, then the old half of the context goes out, both from a snapshot of the application's own
context. The function call that the server made in between reaches the tool only later: the function stream is slow.
Moments are the thread's offsets, in ms after the summarization began.
"""

import asyncio
from itertools import count
from typing import Final

from rtlog.simulator.audio import silence
from rtlog.simulator.client.client import RealtimeClient, short_id
from rtlog.simulator.client.events import ServerEvent
from rtlog.simulator.items import Item, Part, message
from rtlog.simulator.settings import PCM
from rtlog.simulator.wire import Fields, Json

APPEND_MS: Final = 100
HEARD_MS: Final = 300
"""Audio that the server needs to hear the user: without a pace, no more is sent."""

SUMMARIZE_AFTER_MS: Final = 850
OLD_HALF_MS: Final = 228
TOOL_STARTS_MS: Final = 1034
TOOL_ENDS_MS: Final = 1400
PLAYED_MS: Final = 2320
REPAIR_MS: Final = 2500
HANG_UP_MS: Final = 2700

HISTORY: Final = (
    ("user", "Hello, I am calling about a parcel."),
    ("assistant", "Good morning, what is the order number?"),
    ("user", "It is seven seven four one."),
    ("assistant", "Thank you, what would you like to know?"),
)
OLD: Final = 2
"""Messages that the summary replaces."""
SUMMARY: Final = "The caller asks about order 7741."
RESULT: Final = '{"status":"in transit","city":"Lyon"}'
TOOL: Final[Fields] = {
    "type": "function",
    "name": "lookup_order",
    "description": "Look up an order by its number.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
}


def session() -> Fields:
    """Give the session that the application asks for."""
    turns: Fields = {"type": "server_vad", "create_response": True, "interrupt_response": True}
    heard: Fields = {"format": {**PCM}, "transcription": {"model": "gpt-4o-mini-transcribe"}, "turn_detection": turns}
    tools: list[Json] = [TOOL]
    audio: Fields = {"input": heard, "output": {"format": {**PCM}, "voice": "marin"}}
    instructions = "You are the voice of a parcel service. Answer in one or two short sentences."
    return {"type": "realtime", "instructions": instructions, "tools": tools, "audio": audio}


class CallCenter:
    """Plays the application on a connected client.

    *pace* stretches the story's moments; 0 waits for the server only. *repairs*: the context is pushed once more at the
    end, and the caller hangs up before that is through.
    """

    def __init__(self, client: RealtimeClient, *, pace: float = 1, repairs: bool = True) -> None:
        self._client = client
        self._pace = pace
        self._repairs = repairs
        self._began = 0.0

    async def run(self) -> None:
        """Play it all, until the caller hangs up."""
        client = self._client
        await client.send("session.update", event_id=short_id("session_update_"), session=session())
        await client.seen(lambda event: event.type == "session.updated")
        await client.push([message(role, text, short_id("item_")) for role, text in HISTORY], source="local")
        microphone = asyncio.create_task(self._microphone())
        try:
            await client.seen(lambda event: event.type == "response.created")
            self._began = asyncio.get_running_loop().time() + SUMMARIZE_AFTER_MS / 1000 * self._pace
            await self._at(0)
            await self._summarize()
            await self._run_tool(await client.calls.get())
            await self._hear_the_answer()
            if self._repairs:
                await self._at(REPAIR_MS)
                await client.push([*client.contexts.local], source="local", reason="repair", awaited=False)
            await self._hang_up()
        finally:
            microphone.cancel()

    async def _summarize(self) -> None:
        contexts, client = self._client.contexts, self._client
        summary = message("system", SUMMARY, short_id("item_"))
        await client.push([summary, *contexts.local], source="local", reason="summarize")
        await self._at(OLD_HALF_MS)
        await client.push([summary, *contexts.local[1 + OLD :]], source="local", reason="summarize")

    async def _run_tool(self, call: Item) -> None:
        client = self._client
        await self._at(TOOL_STARTS_MS)
        client.tell("tool_started", item_id=call.id, call_id=call.call_id, name=call.name)
        client.contexts.commit(call)
        await self._at(TOOL_ENDS_MS)
        client.tell("tool_finished", item_id=call.id, call_id=call.call_id, name=call.name)
        output = Item(id=short_id("item_"), type="function_call_output", call_id=call.call_id, output=RESULT)
        await client.push([*client.contexts.mirror.items, output], source="mirror", reason="tool output")
        client.contexts.commit(output)

    async def _hear_the_answer(self) -> None:
        """Take the spoken answer into the application's context once it was played."""
        said = await self._client.seen(lambda event: _spoken(event) is not None)
        message_said = _spoken(said)
        await self._at(PLAYED_MS)
        if message_said is not None:
            self._client.contexts.commit(message_said)

    async def _hang_up(self) -> None:
        """Drop what the microphone still sent; the answer to that is the server's last word."""
        await self._at(HANG_UP_MS)
        await self._client.send("input_audio_buffer.clear", event_id=short_id("input_audio_buffer_clear_"))
        await self._client.seen(lambda event: event.type == "input_audio_buffer.cleared")

    async def _microphone(self) -> None:
        sent = count() if self._pace else range(HEARD_MS // APPEND_MS)
        for _ in sent:
            await self._client.send("input_audio_buffer.append", audio=silence(APPEND_MS))
            await asyncio.sleep(APPEND_MS / 1000 * self._pace)

    async def _at(self, ms: float) -> None:
        if self._pace:
            await asyncio.sleep(max(0, self._began + ms / 1000 * self._pace - asyncio.get_running_loop().time()))


def _spoken(event: ServerEvent) -> Item | None:
    item = event.item
    if event.type != "response.output_item.done" or item is None or item.role != "assistant":
        return None
    parts = [Part(type="output_text", text=part.transcript) for part in item.content or ()]
    return Item(id=item.id, type="message", role="assistant", content=parts)
