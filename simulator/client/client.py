"""The scripted client on a socket: it keeps its contexts as LiveKit's client does, and synchronizes them by pushes."""

import asyncio
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Final, Literal, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from rtlog.simulator.client.contexts import Contexts, Create, Delete
from rtlog.simulator.client.events import ServerEvent, read
from rtlog.simulator.client.local import Tell, Teller
from rtlog.simulator.client.profile import Profile
from rtlog.simulator.items import Item
from rtlog.simulator.wire import Json, json_of

USER_AGENT: Final = "rtlog scripted client"


class PushError(Exception):
    """A context was not, or not wholly, acknowledged in time."""


class ReplyError(Exception):
    """A requested reply was not created in time."""


def short_id(prefix: str) -> str:
    """Make an id as LiveKit's client does: *prefix* and 12 hexadecimal digits."""
    return f"{prefix}{uuid.uuid4().hex[:12]}"


class RealtimeClient:
    """A client of the realtime server at *url* (`ws://host:port/v1/realtime?model=…`).

    It reads on its own from entering on; *tell* gets its local events. `calls` streams function calls that are done.
    """

    def __init__(self, url: str, profile: Profile, tell: Tell) -> None:
        self.tell = Teller(tell)
        self.contexts = Contexts(profile, self.tell)
        self.profile = profile
        self.calls: asyncio.Queue[Item] = asyncio.Queue()
        self._url = url
        self._received: list[ServerEvent] = []
        self._news = asyncio.Condition()
        self._acks: dict[tuple[type[Delete | Create], str], asyncio.Future[None]] = {}
        self._replies: dict[str, asyncio.Future[str]] = {}
        self._pushing = asyncio.Lock()
        self._pushes = 0
        self._over = False
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._socket = await connect(
            self._url,
            subprotocols=[Subprotocol("realtime")],
            max_size=None,
            compression=None,
            user_agent_header=USER_AGENT,
            proxy=None,
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._socket is not None and self._reader is not None:
            await self._socket.close()
            await self._reader

    async def send(self, kind: str, /, **fields: Json) -> None:
        """Send an event."""
        if self._socket is None:
            raise RuntimeError("the client is used as a context manager")
        await self._socket.send(msgspec.json.encode({"type": kind, **fields}).decode())

    async def seen(self, wanted: Callable[[ServerEvent], bool]) -> ServerEvent:
        """Wait for the first event that is *wanted*, of all that were ever received.

        Raises ConnectionError when the connection ends without it.
        """
        async with self._news:
            await self._news.wait_for(lambda: self._over or any(map(wanted, self._received)))
        found = next((event for event in self._received if wanted(event)), None)
        if found is None:
            raise ConnectionError("the server ended the session")
        return found

    async def push(
        self,
        items: list[Item],
        *,
        source: Literal["local", "mirror"],
        reason: str | None = None,
        awaited: bool = True,
    ) -> None:
        """Make *items* the server's conversation and, where they are its own (`local`), the application's context.

        Raises PushError when not everything was acknowledged in time. Not *awaited*: returns once all is sent, for a
        caller that will be gone before the answers.
        """
        async with self._pushing:
            self._pushes += 1
            push_id = f"push_{self._pushes}"
            ids: list[Json] = [item.id for item in items]
            self.tell("ctx_push_begin", push_id=push_id, source=source, items=ids, reason=reason)
            if source == "local":
                self.contexts.local = [*items]
            try:
                await self._synchronize(items, awaited=awaited)
            except TimeoutError:
                self.tell("ctx_push_end", push_id=push_id, error="update_chat_ctx timed out.")
                raise PushError("update_chat_ctx timed out.") from None
            if awaited:
                self.tell("ctx_push_end", push_id=push_id)

    async def reply(self) -> str:
        """Ask for a reply; gives its response's id. Raises ReplyError when it is not created in time."""
        event_id = short_id("response_create_")
        self._replies[event_id] = asyncio.get_running_loop().create_future()
        self.tell("reply_requested", event_id=event_id)
        await self.send("response.create", event_id=event_id, response={"metadata": {"client_event_id": event_id}})
        try:
            async with asyncio.timeout(self.profile.reply_timeout_s):
                return await self._replies[event_id]
        except TimeoutError:
            self.tell("reply_timeout", event_id=event_id)
            raise ReplyError("generate_reply timed out.") from None
        finally:
            del self._replies[event_id]

    async def _synchronize(self, items: list[Item], *, awaited: bool) -> None:
        plan = self.contexts.plan(items)
        loop = asyncio.get_running_loop()
        waiting = {(type(change), change.item_id): loop.create_future() for change in plan}
        self._acks |= waiting
        try:
            for change in plan:
                await self._request(change)
            if awaited:
                async with asyncio.timeout(self.profile.push_timeout_s):
                    await asyncio.gather(*waiting.values())
        finally:
            for key in waiting:
                self._acks.pop(key, None)

    async def _request(self, change: Delete | Create) -> None:
        match change:
            case Delete(item_id):
                await self.send("conversation.item.delete", event_id=short_id("chat_ctx_delete_"), item_id=item_id)
            case Create(item, previous):
                event_id, shown = short_id("chat_ctx_create_"), json_of(item)
                shown.pop("status", None)
                await self.send("conversation.item.create", event_id=event_id, previous_item_id=previous, item=shown)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                event = read(await socket.recv())
                self._take(event)
                async with self._news:
                    self._received.append(event)
                    self._news.notify_all()
        except ConnectionClosed:
            async with self._news:
                self._over = True
                self._news.notify_all()

    def _take(self, event: ServerEvent) -> None:
        item = event.item
        match event.type:
            case "conversation.item.added" if item is not None:
                self.contexts.added(item, event.previous_item_id)
                self._acknowledge(Create, item.id)
            case "conversation.item.deleted":
                self.contexts.deleted(event.item_id)
                self._acknowledge(Delete, event.item_id)
            case "conversation.item.input_audio_transcription.completed":
                self.contexts.heard(event.item_id, event.transcript)
            case "response.output_item.done" if item is not None and item.type == "function_call":
                self.calls.put_nowait(item)
            case "response.output_item.done" if item is not None and item.role == "assistant":
                self.contexts.said(item)
            case "response.created" if event.response is not None:
                self._created(event.response.id, (event.response.metadata or {}).get("client_event_id", ""))

    def _acknowledge(self, change: type[Delete | Create], item_id: str) -> None:
        waiting = self._acks.get((change, item_id))
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _created(self, response_id: str, event_id: str) -> None:
        waiting = self._replies.get(event_id)
        if waiting is not None and not waiting.done():
            self.tell("reply_created", event_id=event_id, response_id=response_id)
            waiting.set_result(response_id)
