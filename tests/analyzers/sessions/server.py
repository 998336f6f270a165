"""A correct server: handles the client's events in order, keeps one conversation, answers each as the protocol says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from sessions.clock import Actor, Clock
from sessions.habits import Habits
from sessions.model import Plan, Wording
from sessions.streaming import Response, stream
from sessions.wire import Json, Mint, session_object

Deliver = Callable[[str, Json, int], None]
LEAST_COMMIT_MS = 100
THINKS_MS = (*range(5, 60), 7000)
"""Before a response begins; a long think is awaited all the same."""
STALL_MS = 250
TRANSCRIBES_MS = (20, 200, 900, 2500)


@dataclass(slots=True)
class Faults:
    """What only a planted crossing sets: a correct server has none."""

    anchors: list[str | None] = field(default_factory=list)
    """The predecessors that the next items name, right or wrong."""
    deaf_to_creates: int = 0
    """Item creates that it will lose."""
    slow_ms: int = 0
    """How long the next response takes to begin."""
    slow_words_ms: int = 0
    """How long the next transcript takes."""


@dataclass(slots=True)
class Held:
    """An item of the conversation."""

    item: Json
    audio_ms: int = 0


class Server:
    """One connection's server; `deliver` takes GA event type, event and audio bytes on their way to the client."""

    def __init__(self, clock: Clock, rng: Random, habits: Habits, words: Wording, deliver: Deliver) -> None:
        self.clock = clock
        self.rng = rng
        self.habits = habits
        self.provider = habits.provider
        self.words = words
        self.mint = Mint(rng, habits.provider)
        self.held: dict[str, Held] = {}
        self.order: list[str] = []
        self.active: Response | None = None
        self.running: dict[str, Response] = {}
        self.ended: set[str] = set()
        self.plans: list[Plan] = []
        """What the model will say next, in order; else one message."""
        self.side_plans: list[Plan] = []
        """The same, out of band."""
        self.faults = Faults()
        self.buffered_ms = 0
        self.heard_ms = 0
        self.speech: str | None = None
        self.early: dict[str, str] = {}
        """What is transcribed while the user still speaks."""
        self.closed = False
        self.playing: Response | None = None
        """On a sideband: what the call still plays."""
        self._deliver = deliver
        self._arrives = 0
        self._session_id = self.id("sess")
        self.conversation_id = self.id("conv")

    def id(self, prefix: str) -> str:
        """Mint an id."""
        return self.mint.id(prefix, self.clock.now)

    def emit(self, event_type: str, audio_bytes: int = 0, **fields: object) -> None:
        """Send an event: it arrives in order, after the way it has to go."""
        if self.closed:
            return
        name = self.provider.renames.get(event_type, event_type)
        event: Json = {"type": name, "event_id": self.id("event"), **fields}
        way = self.rng.randint(self.habits.latency // 2, self.habits.latency)
        if self.habits.stalls and self.rng.random() < 0.02:
            way += STALL_MS
        self._arrives = max(self._arrives, self.clock.now + way)
        self.clock.at(self._arrives, lambda: self._arrive(event_type, event, audio_bytes))

    def _arrive(self, event_type: str, event: Json, audio_bytes: int) -> None:
        if not self.closed:  # else it is lost with the connection
            self._deliver(event_type, event, audio_bytes)

    def error(self, code: str | None, text: str, cause: str | None = None) -> None:
        """Refuse; *cause* is the client's event id."""
        error = {"type": "invalid_request_error", "code": code, "message": text, "param": None, "event_id": cause}
        self.emit("error", error=error)

    def open(self) -> None:
        """Greet."""
        if not self.habits.sideband:
            self.emit("session.created", session=session_object(self.habits, self._session_id, configured=False))
        if self.provider.name == "xai":
            self.emit("conversation.created", conversation={"id": self.conversation_id}, previous_item_id=None)
        if self.habits.lists_tools:
            self.clock.spawn(self._list_tools(), self.rng.randint(10, 900))

    def resume(self, held: list[Json]) -> None:
        """Tell the items of an earlier connection again."""
        for item in held:
            self.insert(item, self.tail())

    def _list_tools(self) -> Actor:
        item: Json = {"id": self.id("item"), "type": "mcp_list_tools", "server_label": "docs", "tools": []}
        self.insert(item, self.tail())
        self.emit("mcp_list_tools.in_progress", item_id=item["id"])
        yield self.rng.randint(50, 400)
        self.emit("mcp_list_tools.completed", item_id=item["id"])
        self.emit("conversation.item.done", previous_item_id=None, item=item)

    def receive(self, event: Json, audio_ms: int = 0, *, speech: bool = False) -> None:
        """Handle a client event with *audio_ms* of sound in it, of a voice where *speech*."""
        if self.closed:
            return
        if event["type"] == "input_audio_buffer.append":
            self.hear(audio_ms, speech=speech)
        else:
            HANDLERS[event["type"]](self, event)

    def _clear(self, _: Json) -> None:
        self.buffered_ms = 0
        self.emit("input_audio_buffer.cleared")

    def _clear_output(self, _: Json) -> None:
        playing, self.playing = self.playing or self.active, None
        if playing is not None and playing.spoken:
            self._cut(playing)

    def _cut(self, playing: Response) -> None:
        self.emit("output_audio_buffer.cleared", response_id=playing.id)
        for made in playing.spoken:
            self.emit("conversation.item.truncated", item_id=made, content_index=0, audio_end_ms=200)

    def _update(self, _: Json) -> None:
        self.emit("session.updated", session=session_object(self.habits, self._session_id, configured=True))

    def _finish(self, _: Json) -> None:
        self.emit("session.finished")

    # --- the conversation -------------------------------------------------------------------------------------------

    def tail(self) -> str | None:
        """Give the newest item."""
        return self.order[-1] if self.order else None

    def insert(self, item: Json, after: str | None, *, at_head: bool = False) -> None:
        """Put *item* behind *after* and say so."""
        place = 0 if at_head else self.order.index(after) + 1 if after in self.order else len(self.order)
        predecessor = self.order[place - 1] if place else None
        self.order.insert(place, item["id"])
        self.held[item["id"]] = Held(item)
        named = self.faults.anchors.pop(0) if self.faults.anchors else self.anchor(item, predecessor)
        self.emit("conversation.item.added", previous_item_id=named, item=dict(item))

    def anchor(self, item: Json, predecessor: str | None) -> str | None:
        """Give what this provider calls the predecessor."""
        match self.habits.anchor_style:
            case "null":
                return None
            case "0":
                return "0" if predecessor is None else predecessor
            case "no calls":
                return None if item["type"] == "function_call" else predecessor
            case _:
                return predecessor

    def _create(self, event: Json) -> None:
        item = {"id": self.id("item"), "object": "realtime.item", "status": "completed", **event["item"]}
        after, cause = event.get("previous_item_id") or None, event.get("event_id")
        if self.faults.deaf_to_creates:
            self.faults.deaf_to_creates -= 1
        elif item["id"] in self.held:
            self.error(
                "item_create_duplicate_item_id", f"Error adding item: an item with id '{item['id']}' already exists."
            )
        elif after not in {None, "root", *self.held}:
            self.error(
                "item_create_invalid_previous_item_id",
                f"Error adding item: the previous item with id '{after}' does not exist.",
                cause,
            )
        elif item["type"] == "function_call_output" and not self._knows_call(item["call_id"]):
            self.error("invalid_tool_call_id", f"Tool call ID '{item['call_id']}' not found in conversation.", cause)
        else:
            self.insert(item, after, at_head=after == "root")
            if self.provider.item_done == "all":
                self.emit("conversation.item.done", previous_item_id=after, item=item)

    def _knows_call(self, call_id: str) -> bool:
        return any(h.item["type"] == "function_call" and h.item["call_id"] == call_id for h in self.held.values())

    def _delete(self, event: Json) -> None:
        item_id = event["item_id"]
        if self.held.pop(item_id, None) is None:
            text = f"Error deleting item: the item with id '{item_id}' does not exist."
            self.error("item_delete_invalid_item_id", text, event.get("event_id"))
            return
        self.order.remove(item_id)
        self.emit("conversation.item.deleted", item_id="" if self.provider.idless_deletes else item_id)

    def _truncate(self, event: Json) -> None:
        item_id, end, cause = event["item_id"], event["audio_end_ms"], event.get("event_id")
        held = self.held.get(item_id)
        if not self.provider.acknowledges_truncate:
            return
        if held is None:
            self.error("item_truncate_invalid_item_id", f"Item with item_id not found: {item_id}", cause)
        elif not held.audio_ms:
            self.error("unsupported_content_type", "Only model output audio messages can be truncated", cause)
        elif end > held.audio_ms:
            text = f"Audio content of {held.audio_ms}ms is already shorter than {end}ms"
            self.error("invalid_value", text, cause)
        else:
            self.emit("conversation.item.truncated", item_id=item_id, content_index=0, audio_end_ms=end)

    def _retrieve(self, event: Json) -> None:
        held = self.held.get(event["item_id"])
        if held is None:
            text = f"Error retrieving item: the item with id '{event['item_id']}' does not exist."
            self.error("item_retrieve_invalid_item_id", text, event.get("event_id"))
        else:
            self.emit("conversation.item.retrieved", item=held.item)

    # --- responses --------------------------------------------------------------------------------------------------

    def _respond(self, event: Json) -> None:
        asked = event.get("response") or {}
        if asked.get("conversation") == "none":
            self.start(asked, out_of_band=True)
        elif self.active is not None:
            text = f"Conversation already has an active response in progress: {self.active.id}."
            self.error("conversation_already_has_active_response", text, event.get("event_id"))
        else:
            self.start(asked)

    def start(self, asked: Json, *, out_of_band: bool = False) -> Response:
        """Begin a response."""
        plans = self.side_plans if out_of_band else self.plans
        plan = plans.pop(0) if plans else Plan([])
        response = Response(self.id("resp"), asked, plan, out_of_band)
        self.running[response.id] = response
        if not out_of_band:
            self.active = response
        self.clock.spawn(stream(self, response), self.faults.slow_ms or self.rng.choice(THINKS_MS))
        self.faults.slow_ms = 0
        return response

    def _cancel(self, event: Json) -> None:
        named = event.get("response_id")
        vague = not named and len(self.running) > 1  # seen on real servers: then it hits none of them
        response = self.running.get(named) if named else self.active
        if vague or response is None or not response.created:
            text = "Cancellation failed: no active response found"
            self.error("response_cancel_not_active", text, event.get("event_id"))
        else:
            response.cancel(self, "client_cancelled")

    # --- the user's audio -------------------------------------------------------------------------------------------

    def hear(self, length: int, *, speech: bool) -> None:
        """Detect turns in *length* ms of audio."""
        start, self.heard_ms = self.heard_ms, self.heard_ms + length
        self.buffered_ms += length
        if self.habits.detection is None:
            return
        if speech and self.speech is None:
            self.speech = self.id("item")
            self.emit("input_audio_buffer.speech_started", item_id=self.speech, audio_start_ms=start)
            self._speech_began(self.speech)
        elif not speech and self.speech is not None:
            item_id, self.speech = self.speech, None
            self.emit("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=start)
            self._take_turn(item_id)
            self.clock.spawn(self._answer_turn(), self.rng.randint(0, 30))

    def _speech_began(self, item_id: str) -> None:
        if self.provider.early_user_items:
            self.insert({"id": item_id, **SPOKEN, "status": "in_progress"}, self.tail())
        if self.habits.interrupts and self.active is not None:
            self.active.cancel(self, "turn_detected")
        if self.habits.sideband and self.rng.random() < 0.1:
            self.emit("input_audio_buffer.dtmf_event_received", event="9", received_at=1_794_800_000)
        if self.habits.sideband and self.habits.interrupts and self.playing is not None:
            playing, self.playing = self.playing, None
            self._cut(playing)
        if self.habits.early_words and not self.provider.early_user_items:
            self.early[item_id] = text = self.words.sentence()
            self.emit(f"{HEARD}.delta", item_id=item_id, content_index=0, delta=text.split(maxsplit=1)[0])

    def _take_turn(self, item_id: str) -> None:
        self.buffered_ms = 0
        after = self.tail()
        if item_id in self.held:
            after = None
        known: Json = {"id": item_id, **SPOKEN, "status": "completed"}
        self.emit("input_audio_buffer.committed", item_id=item_id, previous_item_id=self.anchor(known, after))
        if item_id not in self.held:
            self.insert(known, after)
        if self.provider.item_done in {"all", "user audio"}:
            self.emit("conversation.item.done", previous_item_id=None, item=known)
        if self.habits.transcribes:
            self.clock.spawn(self._transcribe(item_id), self.faults.slow_words_ms or self.rng.choice(TRANSCRIBES_MS))
            self.faults.slow_words_ms = 0

    def _answer_turn(self) -> Actor:
        if not self.habits.creates:
            return
        yield lambda: self.active is None
        self.start({})

    def _commit(self, event: Json) -> None:
        if self.buffered_ms < LEAST_COMMIT_MS:
            text = f"Error committing input audio buffer: buffer too small, it has {self.buffered_ms}ms of audio."
            self.error("input_audio_buffer_commit_empty", text, event.get("event_id"))
        else:
            self._take_turn(self.id("item"))

    def _transcribe(self, item_id: str) -> Actor:
        heard = self.early.pop(item_id, None)
        text = heard or self.words.sentence()
        place: Json = {"item_id": item_id, "content_index": 0}
        if self.habits.loses_words and self.rng.random() < 0.3:
            error = {"type": "server_error", "code": "model_load_error", "message": "try later", "param": None}
            self.emit(f"{HEARD}.failed", **place, error=error)
            return
        if self.provider.transcripts == "cumulative":
            half = " ".join(text.split()[:2])
            self.emit(f"{HEARD}.updated", **place, transcript=half)
            self.emit(f"{HEARD}.completed", **place, transcript=half)
            yield self.rng.randint(10, 80)
        elif heard or self.rng.random() < 0.5:
            for word in text.split(maxsplit=1)[1 if heard else 0 :]:
                self.emit(f"{HEARD}.delta", **place, delta=word)
                yield self.rng.randint(5, 60)
        if item_id in self.held:
            self.held[item_id].item = self.held[item_id].item | {
                "content": [{"type": "input_audio", "transcript": text}]
            }
        self.emit(f"{HEARD}.completed", **place, transcript=text)


HEARD: Final = "conversation.item.input_audio_transcription"
SPOKEN: Json = {"type": "message", "role": "user", "content": [{"type": "input_audio", "transcript": None}]}

HANDLERS: Final[Mapping[str, Callable[[Server, Json], None]]] = {
    "session.update": Server._update,
    "session.finish": Server._finish,
    "input_audio_buffer.commit": Server._commit,
    "input_audio_buffer.clear": Server._clear,
    "conversation.item.create": Server._create,
    "conversation.item.delete": Server._delete,
    "conversation.item.truncate": Server._truncate,
    "conversation.item.retrieve": Server._retrieve,
    "response.create": Server._respond,
    "response.cancel": Server._cancel,
    "output_audio_buffer.clear": Server._clear_output,
}
