"""A program that uses openai-python, with one tool call that it answers: [URL FILE].

With a file it attaches the tap itself. It goes to the proxy of `rtlog record` in any case.
"""

import asyncio
import sys

from openai import AsyncOpenAI

QUESTION = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Where is order 7?"}]}
SILENCE = "AAAA" * 1600


async def main(path: str | None) -> None:
    async with (
        AsyncOpenAI(api_key="sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7") as client,
        client.realtime.connect(model="gpt-realtime") as connection,
    ):
        if path:
            import rtlog.recordings.taps.openai_python as tap  # noqa: PLC0415 - where it is asked for

            tap.attach(connection, path)
        await connection.input_audio_buffer.append(audio=SILENCE)
        await connection.input_audio_buffer.append(audio=SILENCE)
        await connection.input_audio_buffer.clear()
        await connection.conversation.item.create(item=QUESTION)
        await connection.response.create()
        async for event in connection:
            if event.type != "response.done":
                continue
            if event.response.output[0].type != "function_call":
                return
            result = {"type": "function_call_output", "call_id": event.response.output[0].call_id, "output": "today"}
            await connection.conversation.item.create(item=result)
            await connection.response.create()


asyncio.run(main(sys.argv[2] if sys.argv[1:] else None))
