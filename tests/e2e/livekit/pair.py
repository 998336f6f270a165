"""Three agent sessions in one program, recorded by the tap: two share a model, one hands over, one is attached late.

Run by the Python of an environment that holds one LiveKit release, with a folder.
"""

import asyncio
import os
import sys
from pathlib import Path

from livekit.agents import Agent, AgentSession, llm
from livekit.plugins import openai

import rtlog.recordings.taps.livekit as tap

LONGEST_S = 60


def agent(name: str) -> Agent:
    """Make an agent that holds one message, both named *name*."""
    history = llm.ChatContext.empty()
    history.add_message(role="user", content=name, id=name)
    return Agent(instructions=f"You are {name}.", chat_ctx=history)


async def learns(session: AgentSession, item_id: str) -> None:
    """Let the session's agent push its context with one more message."""
    context = session.current_agent.chat_ctx.copy()
    context.items.append(llm.ChatMessage(id=item_id, role="user", content=["more"]))
    await session.current_agent.update_chat_ctx(context)


async def main(folder: Path) -> None:
    """Play it."""
    shared = openai.realtime.RealtimeModel(base_url=os.environ["OPENAI_BASE_URL"], api_key="unused")
    anna, bert, cleo = (AgentSession(llm=shared) for _ in range(3))
    tap.attach(anna, folder / "anna.rtlog.jsonl")
    leaving = tap.attach(bert, folder / "bert.rtlog.jsonl")
    await asyncio.gather(*(each.start(agent(n), record=False) for each, n in ((anna, "anna"), (bert, "bert"))))

    anna.update_agent(agent("anton"))
    await anna._update_activity_atask
    await learns(anna, "later")

    leaving.detach()
    await learns(bert, "unseen")

    await cleo.start(agent("cleo"), record=False)
    late = tap.attach(cleo, folder / "cleo.rtlog.jsonl")
    await learns(cleo, "late")
    await asyncio.gather(*(each.aclose() for each in (anna, bert, cleo)))
    if not late.closed or "session" in vars(shared) or "_update_activity" in vars(bert):
        sys.exit("a hook was left behind")


async def bounded() -> None:
    """End in time."""
    async with asyncio.timeout(LONGEST_S):
        await main(Path(sys.argv[1]))


asyncio.run(bounded())
