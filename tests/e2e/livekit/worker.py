"""The classes of one LiveKit release, asked over stdin and stdout: a JSON list of cases a line, a list of answers back.

Run by the Python of an environment that holds the release; it imports nothing of rtlog. A session is a real
RealtimeSession that opens no connection: what it would send is caught at `send_event`, what the server says is handed
to its own handlers.
"""

import asyncio
import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

from livekit.agents import llm
from livekit.agents.llm.remote_chat_context import RemoteChatContext
from livekit.agents.llm.utils import compute_chat_ctx_diff
from livekit.agents.voice import agent_activity
from livekit.plugins import openai
from livekit.plugins.openai.realtime import realtime_model
from openai.types import realtime

Case = dict[str, Any]
PNG = "data:image/png;base64,iVBORw0KGgo="


class Session(realtime_model.RealtimeSession):
    """A session that connects to nothing and keeps what it sends."""

    def __init__(self, model: openai.realtime.RealtimeModel) -> None:
        self.sent = []
        self.acknowledges = True
        super().__init__(model)
        self.sent.clear()  # the first `session.update`

    async def _main_task(self) -> None:
        """Open no connection."""

    def send_event(self, event: Any) -> None:  # noqa: ANN401 - as its base
        """Keep the event; acknowledge what a push waits for."""
        told = event if isinstance(event, dict) else event.model_dump(exclude_unset=True)
        self.sent.append(told)
        if not self.acknowledges:
            return
        waiting = {
            "conversation.item.delete": lambda: self._item_delete_future.pop(told["item_id"], None),
            "conversation.item.create": lambda: self._item_create_future.pop(told["item"]["id"], None),
        }.get(told["type"], lambda: None)()
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


class Warnings(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def chat_item(told: Case) -> llm.ChatItem:
    """Make an item of a context: `null` in a content stands for an image."""
    kind, item_id = told.get("type", "message"), told["id"]
    if kind == "function_call":
        return llm.FunctionCall(id=item_id, call_id=f"call_{item_id}", name="tool", arguments="{}")
    if kind == "function_call_output":
        return llm.FunctionCallOutput(id=item_id, call_id=f"call_{item_id}", output="", is_error=False)
    if kind == "agent_handoff":
        return llm.AgentHandoff(id=item_id, new_agent_id="agent")
    if kind == "agent_config_update":
        return llm.AgentConfigUpdate(id=item_id)
    content = [llm.ImageContent(image=PNG) if part is None else part for part in told["content"]]
    return llm.ChatMessage(id=item_id, role=told["role"], content=content)


def context(items: list[Case]) -> llm.ChatContext:
    """Make a context."""
    return llm.ChatContext([chat_item(item) for item in items])


def mirror_of(items: list[Case]) -> RemoteChatContext:
    """Make a mirror that holds *items* in order."""
    mirror, previous = RemoteChatContext(), None
    for item in items:
        mirror.insert(previous, chat_item(item))
        previous = item["id"]
    return mirror


def ids(chat_ctx: llm.ChatContext) -> list[str]:
    """Give the ids of a context in order."""
    return [item.id for item in chat_ctx.items]


async def classes(case: Case) -> Case:
    """RemoteChatContext alone: what each insert and delete answers, and the order at the end."""
    mirror, answers = RemoteChatContext(), []
    for act, item_id, previous in case["acts"]:
        try:
            if act == "insert":
                mirror.insert(previous, chat_item({"id": item_id, "role": "user", "content": []}))
            else:
                mirror.delete(item_id)
            answers.append(None)
        except ValueError as error:
            answers.append(str(error))
    return {"answers": answers, "order": ids(mirror.to_chat_ctx())}


async def handlers(case: Case) -> Case:
    """The session's own handlers: what it logs for each server event, and the order at the end."""
    session, answers = Session(MODEL), []
    for act, item_id, previous in case["acts"]:
        LOGGED.lines.clear()
        if act == "insert":
            session._handle_conversion_item_added(added(item_id, previous))
        else:
            session._handle_conversion_item_deleted(
                realtime.ConversationItemDeletedEvent(event_id="e", item_id=item_id, type="conversation.item.deleted")
            )
        answers.append(next((line for line in LOGGED.lines if line.startswith("failed to")), None))
    return {"answers": answers, "order": ids(session.chat_ctx)}


def added(item_id: str, previous: str | None) -> realtime.ConversationItemAdded:
    """Make `conversation.item.added`."""
    message = realtime.RealtimeConversationItemUserMessage(id=item_id, type="message", role="user", content=[])
    return realtime.ConversationItemAdded(
        event_id="e", item=message, type="conversation.item.added", previous_item_id=previous
    )


async def diff(case: Case) -> Case:
    """compute_chat_ctx_diff."""
    found = compute_chat_ctx_diff(context(case["old"]), context(case["new"]))
    return {"removed": found.to_remove, "created": found.to_create, "updated": found.to_update}


async def push(case: Case) -> list[list[str | None]]:
    """update_chat_ctx of a session with that mirror: what it sends."""
    session = Session(MODEL)
    session._remote_chat_ctx = mirror_of(case["mirror"])
    await session.update_chat_ctx(context(case["wanted"]))
    return [
        [event["type"].rpartition(".")[2], event.get("item_id") or event["item"]["id"], event.get("previous_item_id")]
        for event in session.sent
    ]


async def placeholders(case: Case) -> list[str]:
    """Server events of items, through the session's handler and the agent's: the application's context at the end."""
    session = Session(MODEL)
    agent = SimpleNamespace(_chat_ctx=context(case["local"]))
    heard = getattr(agent_activity.AgentActivity, "_on_remote_item_added", None)
    if heard is not None:
        session.on("remote_item_added", lambda event: heard(SimpleNamespace(_agent=agent), event))
    for item_id, previous in case["added"]:
        session._handle_conversion_item_added(added(item_id, previous))
    return ids(agent._chat_ctx)


async def reply_timeout(_case: Case) -> list[float]:
    """The seconds after which generate_reply gives up."""
    session, delays = Session(MODEL), []
    loop = asyncio.get_running_loop()
    loop.call_later = lambda delay, *_args, **_more: (delays.append(delay), SimpleNamespace(cancel=lambda: None))[1]
    try:
        session.generate_reply().set_result(None)
    finally:
        del loop.call_later
    return delays


async def truncate_zero(_case: Case) -> list[str]:
    """What truncating a spoken message at 0 sends."""
    session = Session(MODEL)
    session.truncate(message_id="m1", modalities=["audio"], audio_end_ms=0, audio_transcript="")
    return [event["type"] for event in session.sent]


async def late_reply(_case: Case) -> Case:
    """What a response does whose caller gave up: whether it is cancelled by its id, and whether it would be played."""
    session, played = Session(MODEL), []
    session.on("generation_created", played.append)
    loop, acts = asyncio.get_running_loop(), []
    loop.call_later = lambda _delay, act, *_args, **_more: (acts.append(act), SimpleNamespace(cancel=lambda: None))[1]
    try:
        reply = session.generate_reply()
    finally:
        del loop.call_later
    event_id = session.sent[-1]["event_id"]
    acts[0]()
    await asyncio.gather(reply, return_exceptions=True)
    session._handle_response_created(
        realtime.ResponseCreatedEvent.construct(
            event_id="e",
            type="response.created",
            response=realtime.RealtimeResponse.construct(id="resp_1", metadata={"client_event_id": event_id}),
        )
    )
    cancelled = [e.get("response_id") for e in session.sent if e["type"] == "response.cancel"]
    return {"cancelled": cancelled, "played": len(played)}


async def rejected(case: Case) -> Case:
    """What becomes of a push whose create is refused with an error of that code: is it still waiting?"""
    session = Session(MODEL)
    session.acknowledges = False
    waiting = asyncio.ensure_future(session.update_chat_ctx(context([{"id": "m1", "role": "user", "content": ["a"]}])))
    await asyncio.sleep(0)
    session._handle_error(
        realtime.RealtimeErrorEvent.construct(
            event_id="e",
            type="error",
            error=realtime.RealtimeError.construct(
                message="refused",
                type="invalid_request_error",
                code=case["code"],
                event_id=session.sent[-1]["event_id"],
            ),
        )
    )
    LOGGED.lines.clear()
    for _ in range(5):
        await asyncio.sleep(0)
    settled = waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return {"settled": settled, "complained": any("rejected" in line for line in LOGGED.lines)}


async def call_id(_case: Case) -> str:
    """The id by which the application gets to know the function call `fc1`."""
    session = Session(MODEL)
    session._handle_response_created(
        realtime.ResponseCreatedEvent.construct(
            event_id="e", type="response.created", response=realtime.RealtimeResponse.construct(id="r1", metadata=None)
        )
    )
    generation = session._current_generation
    call = realtime.RealtimeConversationItemFunctionCall(
        id="fc1", type="function_call", call_id="c1", name="tool", arguments="{}"
    )
    session._handle_response_output_item_done(
        realtime.ResponseOutputItemDoneEvent(
            event_id="e", type="response.output_item.done", item=call, output_index=0, response_id="r1"
        )
    )
    return generation.function_ch.recv_nowait().id


async def idle_interrupt(_case: Case) -> list[str]:
    """What an interruption sends while nothing is generated."""
    session = Session(MODEL)
    session.interrupt()
    return [event["type"] for event in session.sent]


ASKED = {
    asked.__name__: asked
    for asked in (
        classes, handlers, diff, push, placeholders,
        reply_timeout, truncate_zero, late_reply, rejected, call_id, idle_interrupt,
    )
}  # fmt: skip


async def answer_all() -> None:
    """Answer every line until there is none."""
    for line in sys.stdin:
        asked = json.loads(line)
        answers = [await ASKED[asked["ask"]](case) for case in asked["cases"]]
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


logging.getLogger().handlers[:] = []
LOGGED = Warnings()
logging.getLogger("livekit").addHandler(LOGGED)
logging.getLogger("livekit.plugins.openai").addHandler(LOGGED)
logging.getLogger("livekit").propagate = False
MODEL = openai.realtime.RealtimeModel(base_url="http://127.0.0.1:9/v1", api_key="unused")
asyncio.run(answer_all())
