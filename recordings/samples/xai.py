"""Tapes in xAI's dialect: UUIDs, a `previous_item_id` on every event, no item.done, acknowledgements without an id."""

from rtlog.recordings.samples import session
from rtlog.recordings.samples.ids import short_id, uuid_id
from rtlog.recordings.samples.parts import USAGE, Answer, Entry, Fields, Item, Json
from rtlog.recordings.samples.tape import DELTA_MS, Tape
from rtlog.recordings.samples.turns import ASKED_MS, LEAD_MS, speak

VOICE = "ara"


class XaiTape(Tape):
    """A tape of a session with xAI; *starts* gives items the first 8 characters that a report quoted."""

    provider = "xai"
    upstream = "wss://api.x.ai/v1/realtime?model=grok-voice-latest"
    host = "api.x.ai"

    def __init__(
        self, name: str, title: str, *, start: float, client: str | None, sdk: dict[str, str], starts: dict[str, str]
    ) -> None:
        super().__init__(name, title, start=start, client=client, sdk=sdk)
        self._starts = starts

    def _item_id(self, label: str, *, own: bool = False) -> str:
        made = uuid_id(self.name, "own" if own else "item", label)
        return self._starts.get(label, made[:8]) + made[8:]

    def _response_id(self, label: str) -> str:
        return uuid_id(self.name, "response", label)

    def numbered(self, entry: Entry, seq: int) -> Fields:
        """Give the entry's event with an event id and, as xAI does, a `previous_item_id` that means nothing."""
        if entry.dir != "server":
            return entry.fields
        return {**entry.fields, "event_id": uuid_id(self.name, str(seq))} | (
            {} if "previous_item_id" in entry.fields or entry.type == "session.created" else {"previous_item_id": None}
        )

    def open_xai(self) -> None:
        """Open the socket; the client configures a session whose answers it asks for itself."""
        self.handshake()
        identity = uuid_id(self.name, "session").replace("-", "")
        made: Fields = {"id": identity, "object": "realtime.session", "instructions": "", "voice": VOICE}
        made |= {"modalities": ["audio"], "turn_detection": {"type": None}, "tools": [], "model": "grok-voice-latest"}
        heard: Fields = {"format": session.PCM, "transcription": {"model": "grok-transcribe"}}
        wanted: Fields = {
            "instructions": session.INSTRUCTIONS,
            "turn_detection": {"type": "server_vad", "create_response": False, "interrupt_response": True},
            "audio": {"input": heard, "output": {"format": session.PCM}},
        }
        conversation: Fields = {"id": uuid_id(self.name, "conversation"), "object": "realtime.conversation"}
        self.at(self.start + 40).server_event("session.created", session=made)
        self.at(self.start + 42).client_event("session.update", short_id("session_update", self.name), session=wanted)
        self.at(self.start + 60).server_event("conversation.created", conversation=conversation)
        self.at(self.start + 80).server_event("ping", timestamp=self.second * 1000)
        settled: Fields = {"model": "grok-voice-latest", "modalities": ["audio"]}
        self.at(self.start + 300).server_event("session.updated", session=settled | wanted)

    def item_deleted_without_id(self) -> Entry:
        """Acknowledge a deletion as xAI does: without saying of what."""
        return self.server_event("conversation.item.deleted", item_id="")

    def response_done(self, label: str, *, status: str = "completed", reason: str | None = None) -> Entry:
        """End the response; the usage stands beside it."""
        answer = self.responses[label]
        output: list[Json] = [item.shown(status) for item in answer.output]
        response = self._response(answer, status) | {"output": output, "status_details": reason or "unimplemented"}
        return self.server_event("response.done", response=response, response_id=answer.id, usage=USAGE)

    def _response(self, answer: Answer, status: str) -> Fields:
        return {
            "object": "realtime.response",
            "id": answer.id,
            "status": status,
            "status_details": "unimplemented",
            "output": [],
            "usage": {},
            "metadata": answer.metadata,
        }


def user_turn(tape: XaiTape, label: str, text: str, previous: str | None, started: float, spoken_ms: int) -> Entry:
    """Let the user speak from *started*: xAI adds the item at once, in progress; gives that addition."""
    stopped = started + spoken_ms
    tape.at(started).message(label, "user", text)
    tape.microphone(started - LEAD_MS, stopped)
    tape.at(started).speech_started(label)
    added = tape.at(started + 1).item_added(label, previous, status="in_progress")
    tape.at(stopped).speech_stopped(label)
    tape.committed(label, None)
    tape.at(stopped + 20).transcribed(label)
    return added


def answer(
    tape: XaiTape, response: str, label: str, text: str, previous: str | None, ms: float, *, delta_ms: int = DELTA_MS
) -> Item:
    """Answer aloud because the client asked: created at *ms*, four deltas of *delta_ms*, the endings in xAI's order."""
    request = tape.at(ms - ASKED_MS).response_create(response)
    item = tape.at(ms).message(label, "assistant", text)
    tape.response_created(response, request)
    tape.at(ms + 20).output_item_added(response, label)
    tape.item_added(label, previous, status="in_progress")
    tape.part_event("content_part.added", response, label, part={"type": "audio", "transcript": ""})
    over = speak(tape, response, label, ms + 40, 4, delta_ms)
    tape.at(over + 10).part_event("output_audio_transcript.done", response, label, transcript=text)
    tape.part_event("content_part.done", response, label)
    tape.part_event("output_audio.done", response, label)
    tape.output_item_done(response, label)
    tape.at(over + 20).response_done(response)
    return item
