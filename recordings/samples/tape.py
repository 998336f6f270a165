"""A tape: a session written down as what each side said and when, in the words of the protocol.

`tape.at(434).item_deleted("FC")` puts one event at 434 ms of the tape's own clock (which may start below zero).
Items and responses go by labels; `message`, `call` and `output` declare them. Equal times keep the order of writing.
"""

from datetime import datetime
from typing import Final, Self

from rtlog.recordings.samples import session
from rtlog.recordings.samples.ids import BASE62, letters, provider_id, short_id
from rtlog.recordings.samples.parts import USAGE, Answer, Entry, Expected, Fields, Item, Json

STARTED: Final = "2026-11-21T03:08:15.123456789Z"
STARTED_SECOND: Final = int(datetime.fromisoformat("2026-11-21T03:08:15Z").timestamp())
SESSION_SECONDS: Final = 3600
APPEND_MS: Final = 100
DELTA_MS: Final = 250


class Tape:
    """One recording in the making.

    *name* is its file's stem; the session opens at *start* (ms of the tape's clock). *sdk* names the client's packages
    where the tape has local events.
    """

    provider = "openai"
    host = "api.openai.com"
    upstream = f"wss://api.openai.com/v1/realtime?model={session.MODEL}"

    def __init__(self, name: str, title: str, *, start: float, client: str | None, sdk: dict[str, str]) -> None:
        self.name = name
        self.title = title
        self.start = start
        self.client = client
        self.sdk = sdk
        self.entries: list[Entry] = []
        self.items: dict[str, Item] = {}
        self.responses: dict[str, Answer] = {}
        self.pushes: dict[str, str] = {}
        self.wire: list[Expected] = []
        self.local: list[Expected] = []
        self._now = start

    def at(self, ms: float) -> Self:
        """Turn to *ms*: what is said next is said then."""
        self._now = ms
        return self

    @property
    def second(self) -> int:
        """The Unix second that the tape stands at."""
        return self.second_of(self._now)

    def second_of(self, ms: float) -> int:
        """Give the Unix second of *ms* on the tape's clock."""
        return STARTED_SECOND + int(ms - self.start) // 1000

    # What there is to talk about.

    def message(self, label: str, role: str, text: str, *, spoken: bool = True, own: bool = False) -> Item:
        """Declare a message; *own*: the client makes it, and its id."""
        return self._declare(Item(label, self._item_id(label, own=own), "message", role, text, spoken=spoken))

    def call(self, label: str, call: str, arguments: str, name: str = "lookup_order") -> Item:
        """Declare a function call."""
        return self._declare(
            Item(label, self._item_id(label), "function_call", text=arguments, name=name, call_id=self.call_id(call))
        )

    def output(self, label: str, call: str, text: str) -> Item:
        """Declare a call's output; the client makes it."""
        item_id = self._item_id(label, own=True)
        return self._declare(Item(label, item_id, "function_call_output", text=text, call_id=self.call_id(call)))

    def call_id(self, call: str) -> str:
        """Give the id of the call labelled *call*."""
        return f"call_{letters(BASE62, 16, self.name, call)}"

    def id(self, label: str) -> str:
        """Give the id of the item *label*; a label never declared is an id that only the client knows."""
        return self.items[label].id if label in self.items else short_id("item", self.name, label)

    def _declare(self, item: Item) -> Item:
        self.items[item.label] = item
        return item

    def _item_id(self, label: str, *, own: bool = False) -> str:
        if own:
            return short_id("item", self.name, label)
        return provider_id("item", self.second, self.name, label)

    def _response_id(self, label: str) -> str:
        return provider_id("resp", self.second, self.name, label)

    # Saying it.

    def connection(self, kind: str, /, **fields: Json) -> Entry:
        """Put down that the socket opened or closed."""
        return self._add(Entry(self._now, None, {"kind": kind, **fields}))

    def client_event(self, kind: str, event_id: str | None = None, sound: bytes = b"", /, **fields: Json) -> Entry:
        """Let the client send an event."""
        head: Fields = {"type": kind}
        if event_id:
            head["event_id"] = event_id
        return self._add(Entry(self._now, "client", head | fields, sound))

    def server_event(self, kind: str, sound: bytes = b"", /, **fields: Json) -> Entry:
        """Let the server send an event; its event_id is made when the recording is written."""
        return self._add(Entry(self._now, "server", {"type": kind, "event_id": "", **fields}, sound))

    def local_event(self, kind: str, /, **fields: Json) -> Entry:
        """Let the SDK tell what it did; `kind` without its `local.`."""
        return self._add(Entry(self._now, "local", {"type": f"local.{kind}", **fields}))

    def tool(self, step: str, label: str) -> Entry:
        """Let the SDK tell that the tool of the call was `started`, has `finished` or was `cancelled`."""
        item = self.items[label]
        return self.local_event(f"tool_{step}", item_id=item.id, call_id=item.call_id, name=item.name)

    def _add(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        return entry

    def numbered(self, entry: Entry, seq: int) -> Fields:
        """Give the entry's event with the server's event id, the *seq*-th record's."""
        if entry.dir != "server":
            return entry.fields
        return entry.fields | {"event_id": provider_id("event", self.second_of(entry.ms), self.name, str(seq))}

    def first(self, kind: str, label: str) -> Entry:
        """Give the first entry of that type about the item *label*."""
        return next(entry for entry in self.entries if entry.type == kind and self.id(label) in str(entry.fields))

    # The session.

    def open(self, *, create: bool = True, interrupt: bool = True) -> Self:
        """Open the socket; the server announces the session and the client configures it.

        *create*, *interrupt*: whether the server's VAD answers a turn, and cuts the answer that runs.
        """
        self.handshake()
        identity: Fields = {
            "id": provider_id("sess", self.second, self.name),
            "object": "realtime.session",
            "expires_at": self.second + SESSION_SECONDS,
        }
        wanted = session.configuration(create=create, interrupt=interrupt)
        self.at(self.start + 40).server_event("session.created", session=identity | session.default())
        update = short_id("session_update", self.name)
        self.at(self.start + 42).client_event("session.update", update, session=wanted)
        self.at(self.start + 300).server_event("session.updated", session=identity | wanted)
        return self

    def handshake(self) -> None:
        """Open the socket."""
        target = self.upstream.partition(self.host)[2]
        headers: Fields = {"host": self.host, "authorization": "[redacted]", "upgrade": "websocket"}
        self.at(self.start).connection(
            "open",
            request={"method": "GET", "target": target, "headers": headers},
            response={"status": 101, "headers": {"upgrade": "websocket", "connection": "upgrade"}},
        )

    def close(self, ms: float) -> None:
        """End the session: the client closes the socket."""
        self.at(ms).connection("close", by="client", code=1000, reason="")

    # What the client sends.

    def client_create(self, label: str, previous: str, event_id: str | None = None) -> Entry:
        """Let the client create the item behind *previous* (a label, or `root`)."""
        anchor = previous if previous == "root" else self.id(previous)
        event_id = event_id or self.event_id("chat_ctx_create", label)
        item = self.items[label].created()
        return self.client_event("conversation.item.create", event_id, previous_item_id=anchor, item=item)

    def client_delete(self, label: str) -> Entry:
        """Let the client delete the item."""
        event_id = self.event_id("chat_ctx_delete", label)
        return self.client_event("conversation.item.delete", event_id, item_id=self.id(label))

    def client_truncate(self, label: str, audio_end_ms: int) -> Entry:
        """Let the client truncate the item's audio at *audio_end_ms*."""
        event_id = self.event_id("chat_ctx_truncate", label)
        return self.client_event(
            "conversation.item.truncate",
            event_id,
            item_id=self.id(label),
            content_index=0,
            audio_end_ms=audio_end_ms,
        )

    def response_create(self, request: str) -> Entry:
        """Let the client ask for a response; *request* labels its event id, told again in the metadata."""
        event_id = self.event_id("response_create", request)
        return self.client_event("response.create", event_id, response={"metadata": {"client_event_id": event_id}})

    def response_cancel(self, label: str | None = None) -> Entry:
        """Let the client cancel the response *label*, or whichever is active."""
        named: Fields = {"response_id": self.responses[label].id} if label else {}
        return self.client_event("response.cancel", self.event_id("response_cancel", label or "active"), **named)

    def event_id(self, prefix: str, label: str) -> str:
        """Give the id that the client gives its event about *label* at this time."""
        return short_id(prefix, self.name, label, str(self._now))

    def microphone(self, begin: float, end: float) -> None:
        """Let the client append 100 ms of audio every 100 ms from *begin* to *end*."""
        sound = bytes(session.BYTES_PER_MS * APPEND_MS)
        for ms in range(int(begin), int(end) + 1, APPEND_MS):
            self.at(ms).client_event("input_audio_buffer.append", None, sound, audio="")

    # What the server says of items.

    def item_added(self, label: str, previous: str | None, *, status: str = "completed") -> Entry:
        """Announce the item behind *previous* (a label; `None`: at the head)."""
        item = self.items[label]
        item.previous = previous
        unfinished = status == "in_progress"
        shown = item.shown(status, "" if unfinished else None)
        return self.server_event("conversation.item.added", previous_item_id=self._anchor(previous), item=shown)

    def item_done(self, label: str, *, status: str = "completed", text: str | None = None) -> Entry:
        """Announce the finished item, with *text* where it did not get to its end."""
        item = self.items[label]
        before = self.items.get(item.previous or "")
        # The service says null where the predecessor is the first item of the conversation (17 of 60 captured cases).
        anchor = item.previous if before and before.previous else None
        shown = item.shown(status, text)
        return self.server_event("conversation.item.done", previous_item_id=self._anchor(anchor), item=shown)

    def item_deleted(self, label: str) -> Entry:
        """Acknowledge a deletion."""
        return self.server_event("conversation.item.deleted", item_id=self.id(label))

    def item_truncated(self, label: str, audio_end_ms: int) -> Entry:
        """Acknowledge a truncation."""
        fields: Fields = {"item_id": self.id(label), "content_index": 0, "audio_end_ms": audio_end_ms}
        return self.server_event("conversation.item.truncated", **fields)

    def error(self, about: Entry, code: str, message: str) -> Entry:
        """Reject the client's event *about*."""
        error: Fields = {
            "type": "invalid_request_error",
            "code": code,
            "message": message,
            "param": None,
            "event_id": about.fields.get("event_id"),
        }
        return self.server_event("error", error=error)

    def duplicate(self, about: Entry, label: str) -> Entry:
        """Reject a creation because the item is there already."""
        message = f"Error adding item: an item with id '{self.id(label)}' already exists."
        return self.error(about, "item_create_duplicate_item_id", message)

    def _anchor(self, previous: str | None) -> str | None:
        return None if previous is None else self.id(previous)

    # What the server hears.

    def speech_started(self, label: str) -> Entry:
        """Announce speech; it will be the item *label*."""
        return self.server_event("input_audio_buffer.speech_started", audio_start_ms=0, item_id=self.id(label))

    def speech_stopped(self, label: str) -> Entry:
        """Announce the end of that speech."""
        return self.server_event("input_audio_buffer.speech_stopped", audio_end_ms=0, item_id=self.id(label))

    def committed(self, label: str, previous: str | None) -> Entry:
        """Announce that the speech becomes an item; here its predecessor is fixed."""
        fields: Fields = {"previous_item_id": self._anchor(previous), "item_id": self.id(label)}
        return self.server_event("input_audio_buffer.committed", **fields)

    def transcribed(self, label: str) -> Entry:
        """Give the words of a user's item."""
        return self.server_event(
            "conversation.item.input_audio_transcription.completed",
            item_id=self.id(label),
            content_index=0,
            transcript=self.items[label].text,
            usage={"type": "duration", "seconds": 1},
        )

    # What the server answers.

    def response_created(self, label: str, request: Entry | None = None) -> Entry:
        """Begin the response *label*; *request* is the client's event that asked for it (none: the server's VAD)."""
        metadata: Fields | None = {"client_event_id": request.fields["event_id"]} if request else None
        answer = self.responses[label] = Answer(label, self._response_id(label), metadata)
        return self.server_event("response.created", response=self._response(answer, "in_progress"))

    def output_item_added(self, response: str, label: str) -> Entry:
        """Announce the next output item of the response, still empty."""
        answer = self.responses[response]
        answer.output.append(self.items[label])
        return self.server_event(
            "response.output_item.added",
            response_id=answer.id,
            output_index=len(answer.output) - 1,
            item=self.items[label].shown("in_progress", ""),
        )

    def output_item_done(
        self, response: str, label: str, *, status: str = "completed", text: str | None = None
    ) -> Entry:
        """Announce the finished output item, with *text* where it did not get to its end."""
        answer, item = self.responses[response], self.items[label]
        shown = answer.finished[label] = item.shown(status, text)
        return self.server_event("response.output_item.done", **self._place(response, label, "item_id"), item=shown)

    def response_done(self, label: str, *, status: str = "completed", reason: str | None = None) -> Entry:
        """End the response."""
        details: Fields | None = {"type": status, "reason": reason} if reason else None
        answer = self.responses[label]
        output: list[Json] = [*answer.finished.values()]
        response = self._response(answer, status) | {"status_details": details, "output": output, "usage": USAGE}
        return self.server_event("response.done", response=response)

    def part_event(self, kind: str, response: str, label: str, sound: bytes = b"", /, **fields: Json) -> Entry:
        """Let the server say something about the first content part of the item."""
        place = self._place(response, label) | {"content_index": 0}
        return self.server_event(f"response.{kind}", sound, **(place | fields))

    def arguments_event(self, kind: str, response: str, label: str, /, **fields: Json) -> Entry:
        """Let the server say something about the arguments of the call."""
        place = self._place(response, label) | {"call_id": self.items[label].call_id}
        return self.server_event(f"response.function_call_arguments.{kind}", **(place | fields))

    def _place(self, response: str, label: str, without: str = "") -> Fields:
        answer, item = self.responses[response], self.items[label]
        place: Fields = {"response_id": answer.id, "item_id": item.id, "output_index": answer.output.index(item)}
        place.pop(without, None)
        return place

    def _response(self, answer: Answer, status: str) -> Fields:
        return {
            "object": "realtime.response",
            "id": answer.id,
            "status": status,
            "status_details": None,
            "output": [],
            "conversation_id": provider_id("conv", STARTED_SECOND, self.name),
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "usage": None,
            "metadata": answer.metadata,
        }
