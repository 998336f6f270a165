"""A patient client: what it knows is what has arrived, and it waits for what it needs."""

from random import Random
from typing import TYPE_CHECKING

from sessions.clock import Clock
from sessions.habits import Habits
from sessions.recorder import Recorder
from sessions.seen import Playback, Seen, SeenResponse
from sessions.tap import Tap
from sessions.wire import Json

if TYPE_CHECKING:
    from sessions.server import Server

NAMES_AN_ITEM = ("conversation.item.create", "conversation.item.delete", "response.create")


class Client:
    """The client's side of one connection."""

    def __init__(self, clock: Clock, rng: Random, habits: Habits, recorder: Recorder) -> None:
        self.clock = clock
        self.rng = rng
        self.habits = habits
        self.recorder = recorder
        self.server: Server
        self.order: list[str] = []
        self.items: dict[str, Seen] = {}
        self.responses: dict[str, SeenResponse] = {}
        self.counts: dict[str, int] = {}
        """Server events taken, by GA type."""
        self.errors: list[str] = []
        self.asked: list[Json] = []
        """Creates of default-conversation responses not yet seen."""
        self.turn_owed = False
        """Turn detection has taken a turn and owes it a response."""
        self.speaking = False
        self.playback = Playback(clock)
        self.creating: set[str] = set()
        self.deleting: set[str] = set()
        self.tap = Tap(clock, recorder, listens=habits.tapped)
        self._numbers = 0
        self._arrives = 0

    def name(self, prefix: str) -> str:
        """Give an id of the client's own."""
        self._numbers += 1
        return f"{prefix}_{self.recorder.conn}_{self._numbers}"

    # --- sending ----------------------------------------------------------------------------------------------------

    def send(self, event_type: str, audio_ms: int = 0, *, speech: bool = False, **fields: object) -> Json:
        """Send an event; the tap sees it now, the server when it arrives."""
        event: Json = {"type": event_type}
        if self._gives_event_id(event_type):
            event["event_id"] = self.name("evt")
        event |= fields
        self.recorder.event("client", event, self.clock.now, audio_ms * self.habits.bytes_per_ms)
        way = self.rng.randint(self.habits.latency // 2, self.habits.latency)
        self._arrives = max(self._arrives, self.clock.now + way)
        server = self.server
        self.clock.at(self._arrives, lambda: server.receive(event, audio_ms, speech=speech))
        return event

    def _gives_event_id(self, event_type: str) -> bool:
        match self.habits.event_ids:
            case "all":
                return True
            case "items and responses":
                return event_type in NAMES_AN_ITEM
            case "responses":
                return event_type == "response.create"
            case _:
                return False

    def create(self, item: Json, *, after: str | None = None) -> str | None:
        """Create an item; gives its id where the client chose it."""
        if self.habits.item_ids and "id" not in item:
            item = {"id": self.name("item"), **item}
        if after is None and self.habits.blank_anchors:
            after = ""
        place: Json = {"previous_item_id": after} if after is not None else {}
        self.tap.begin_push(adds=item.get("id"), after=after)
        self.send("conversation.item.create", **place, item=item)
        self.tap.end_push()
        if "id" in item:
            self.creating.add(item["id"])
        return item.get("id")

    def delete(self, item_id: str) -> None:
        """Delete an item."""
        self.deleting.add(item_id)
        self.tap.begin_push(removes=item_id)
        self.send("conversation.item.delete", item_id=item_id)
        self.tap.end_push()

    def respond(self, **asked: object) -> None:
        """Ask for a response in the default conversation."""
        if self.habits.metadata:
            asked["metadata"] = {"client_event_id": self.name("reply")}
        told: Json = {"response": asked} if asked else {}
        self.asked.append(self.send("response.create", **told))

    def append(self, ms: int, *, speech: bool) -> None:
        """Send *ms* of the microphone's sound; on a sideband the call carries it."""
        if self.habits.sideband:
            self.server.hear(ms, speech=speech)
        else:
            self.send("input_audio_buffer.append", ms, speech=speech, audio="")

    # --- taking -----------------------------------------------------------------------------------------------------

    def take(self, event_type: str, event: Json, audio_bytes: int) -> None:
        """Take a server event."""
        self.recorder.event("server", event, self.clock.now, audio_bytes)
        self.counts[event_type] = self.counts.get(event_type, 0) + 1
        match event_type:
            case "conversation.item.added":
                self._added(event)
            case "conversation.item.deleted":
                self._deleted(event["item_id"] or next(iter(self.deleting)))
            case "conversation.item.input_audio_transcription.failed":
                self._heard(self.items[event["item_id"]], "")
            case "conversation.item.input_audio_transcription.completed" if event["item_id"] in self.items:
                self._heard(self.items[event["item_id"]], event["transcript"])
            case "input_audio_buffer.speech_started":
                self._speech_started()
            case "input_audio_buffer.speech_stopped":
                self.speaking = False
            case "input_audio_buffer.committed":
                self.turn_owed = self.habits.detection is not None and self.habits.creates
            case "error":
                self.errors.append(event["error"]["code"])
                self._refused(event["error"])
            case _ if event_type.startswith("response."):
                self._take_response(event_type, event, audio_bytes)

    def _added(self, event: Json) -> None:
        item = event["item"]
        if item["id"] in self.items and item["id"] in self.order:
            return
        seen = self.items.setdefault(item["id"], Seen(item))
        seen.own = seen.own or any(part["type"] == "input_text" for part in item.get("content") or ())
        self.creating.discard(item["id"])
        if item["type"] == "message":
            seen.text = " ".join(part.get("text") or "" for part in item["content"]) or seen.text
        after = event["previous_item_id"]
        place = self.order.index(after) + 1 if after in self.order else len(self.order)
        self.order.insert(place, item["id"])
        self.tap.added(item, after)
        if seen.role == "user" and not seen.own and not self.habits.transcribes:
            self.tap.took(seen.id, "user")
        if item["type"] == "function_call_output":
            self._answered(item["call_id"], seen)

    def _answered(self, call_id: str, output: Seen) -> None:
        for call in self.items.values():
            if call is not output and call.item.get("call_id") == call_id:
                call.answered_by = output.id

    def _heard(self, seen: Seen, words: str) -> None:
        seen.text, seen.transcribed = words, True
        self.tap.took(seen.id, "user")

    def remember(self, seen: Seen) -> None:
        """Take over what an earlier connection told of an item that has come again."""
        again = self.items[seen.id]
        again.text, again.transcribed = seen.text, True
        if seen.id not in self.tap.context:
            self.tap.took(seen.id, seen.role or "tool")

    def _deleted(self, item_id: str) -> None:
        self.deleting.discard(item_id)
        self.tap.deleted(item_id)
        self.items.pop(item_id, None)
        self.playback.forget(item_id)
        if item_id in self.order:
            self.order.remove(item_id)

    def _refused(self, error: Json) -> None:
        if error["code"] == "conversation_already_has_active_response" and self.asked:
            self.asked.pop(0)

    def _take_response(self, event_type: str, event: Json, audio_bytes: int) -> None:
        match event_type:
            case "response.created":
                self._created(event["response"])
            case "response.output_item.added":
                item, response = event["item"], self.responses[event["response_id"]]
                seen = Seen(item, response_id=response.id)
                response.items.append(seen)
                if not response.out_of_band:
                    self.items[item["id"]] = seen
            case "response.output_item.done" if event["item"]["id"] in self.items:
                self._finished(self.items[event["item"]["id"]], event["item"])
            case "response.function_call_arguments.done" if event["item_id"] in self.items:
                self.items[event["item_id"]].call_done = True
            case "response.output_audio.delta":
                self._play(event, audio_bytes)
            case "response.done" if event["response"]["id"] in self.responses:
                self.responses[event["response"]["id"]].status = event["response"]["status"]

    def _finished(self, seen: Seen, item: Json) -> None:
        seen.item = item
        parts = item.get("content") or ()
        seen.text = " ".join(part.get("transcript") or part.get("text") or "" for part in parts)
        if item["type"] != "message" or seen.id in self.deleting:
            return
        if seen.text:
            self.tap.took(seen.id, "assistant", interrupted=item["status"] == "incomplete")
        else:
            self.tap.dropped(seen.id)

    def _created(self, told: Json) -> None:
        response = SeenResponse(told["id"], (told.get("metadata") or {}).get("topic"))
        self.responses[response.id] = response
        if response.out_of_band:
            return
        if self.asked:
            self.asked.pop(0)
        else:
            self.turn_owed = False

    # --- playing ----------------------------------------------------------------------------------------------------

    def _play(self, event: Json, audio_bytes: int) -> None:
        response, seen = self.responses[event["response_id"]], self.items.get(event["item_id"])
        if seen is None:
            return
        seen.audio_ms += audio_bytes // self.habits.bytes_per_ms
        if response.silenced or response.out_of_band:
            return
        self.playback.add(seen)

    def current(self) -> SeenResponse | None:
        """Give the default-conversation response in progress."""
        return next((r for r in self.responses.values() if not r.out_of_band and r.status == "in_progress"), None)

    def _speech_started(self) -> None:
        self.speaking = True
        current = self.current()
        if (
            current is not None
            and self.habits.provider.drops_responses
            and self.habits.interrupts
            and not current.items
        ):
            current.status = "dropped"
        if self.habits.interrupts:
            self.stop_playing(cancels=self.habits.reflex_cancel)

    def stop_playing(self, *, cancels: bool) -> None:
        """Fall silent: tell the server how much was heard, and *cancels* what is in progress."""
        cut = list(self.playback.unplayed())
        current = self.current()
        if cancels and (current is not None or cut):
            self.cancel(current)
        if cancels and self.habits.sideband:
            self.send("output_audio_buffer.clear")
        for response in self.responses.values():
            response.silenced = True
        self.playback.stop()
        for seen, played in cut if self.habits.provider.truncates else ():
            if not played and self.habits.deletes_unplayed and not seen.claimed:
                self.tap.dropped(seen.id)
                self.delete(seen.id)
            else:
                heard = seen.audio_ms if self.habits.full_truncates else played
                self.send("conversation.item.truncate", item_id=seen.id, content_index=0, audio_end_ms=heard)

    def cancel(self, response: SeenResponse | None) -> None:
        """Cancel, by name where more than one response is in flight."""
        several = any(r.status == "in_progress" for r in self.responses.values() if r is not response)
        named: Json = {}
        if response is not None and (several or self.habits.metadata):
            named = {"response_id": response.id}
        self.send("response.cancel", **named)

    # --- judging ----------------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether nothing is asked for, owed or in progress in the default conversation."""
        owed = self.asked or self.turn_owed or self.speaking or self.current() is not None
        return not owed and not self.deleting and not self.creating

    def settled(self) -> list[Seen]:
        """Give what both sides agree on and nobody is about to change; never the newest two."""
        return [seen for seen in map(self.items.__getitem__, self.order[:-2]) if self._is_settled(seen)]

    def _is_settled(self, seen: Seen) -> bool:
        if seen.claimed or seen.id in self.deleting or any(seen is one for one, _ in self.playback.unplayed()):
            return False
        response = self.responses.get(seen.response_id or "")
        if response is not None and response.status == "in_progress":
            return False
        match seen.item["type"], seen.item.get("role"):
            case "function_call", _:
                return seen.answered_by is not None or (response is not None and response.status == "cancelled")
            case "function_call_output", _:
                return False  # goes with its call
            case _, "user":
                return seen.own or seen.transcribed or not self.habits.transcribes
            case _:
                return True
