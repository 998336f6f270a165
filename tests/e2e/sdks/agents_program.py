"""A program that uses openai-agents, with one tool and one guardrail, until the answer was spoken: [URL FILE].

Without a URL it goes to the proxy of `rtlog record`, without a file it has no tap of its own.
"""

import asyncio
import os
import sys

from agents import GuardrailFunctionOutput, OutputGuardrail, function_tool
from agents.realtime import RealtimeAgent, RealtimeRunner

import rtlog.recordings.taps.openai_agents as tap


@function_tool
async def track_order(number: str) -> str:
    """Say where an order is."""
    await asyncio.sleep(0)
    return f"order {number} arrives today"


def never_today(_context: object, _agent: object, output: str) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered="today" in output)


async def main(url: str, path: str | None) -> None:
    guardrail = OutputGuardrail(guardrail_function=never_today, name="never_today")
    agent = RealtimeAgent(name="clerk", instructions="Be kind.", tools=[track_order], output_guardrails=[guardrail])
    runner = RealtimeRunner(agent, config={"guardrails_settings": {"debounce_text_length": 1}})
    session = await runner.run(model_config={"url": url, "api_key": "sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7"})
    if path:
        tap.attach(session, path)
    ended = tripped = False
    async with session:
        await session.send_message("Where is order 7?")
        async for event in session:
            tripped |= event.type == "guardrail_tripped"
            ended |= event.type == "raw_model_event" and event.data.type == "turn_ended" and tripped
            if ended:
                await session.interrupt()
                break


def proxied_url() -> str:
    return os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/realtime?model=gpt-realtime"


if __name__ == "__main__":
    url, path = sys.argv[1:] or ["", None]
    asyncio.run(main(url or proxied_url(), path))
