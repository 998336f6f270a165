"""A program that uses pydantic-ai, with one tool, until the answer was spoken and interrupted: [URL FILE].

Without a URL it goes to the proxy of `rtlog record`, without a file it has no tap of its own.
"""

import asyncio
import os
import sys

from pydantic_ai import Agent
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.realtime import RealtimeTurnCompleteEvent
from pydantic_ai.realtime.openai import OpenAIRealtimeModel

import rtlog.recordings.taps.pydantic_ai as tap

agent = Agent(instructions="Be kind.")


@agent.tool_plain
async def track_order(number: str) -> str:
    """Say where an order is."""
    await asyncio.sleep(0)
    return f"order {number} arrives today"


async def main(url: str, path: str | None) -> None:
    base_url = url.partition("/realtime")[0].replace("ws", "http", 1)
    provider = OpenAIProvider(base_url=base_url, api_key="sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7")
    model = OpenAIRealtimeModel("gpt-realtime", provider=provider)
    if path:
        tap.attach(model, path)
    async with agent.realtime(model).session() as session:
        await session.send("Where is order 7?")
        async for event in session:
            if isinstance(event, RealtimeTurnCompleteEvent):
                await session.interrupt(played_ms=0)
                break


def proxied_url() -> str:
    return os.environ["OPENAI_BASE_URL"]


if __name__ == "__main__":
    url, path = sys.argv[1:] or ["", None]
    asyncio.run(main(url or proxied_url(), path))
