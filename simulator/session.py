"""One realtime session, sans-IO: client messages in, server events out, in the order and the words of the service."""

from collections.abc import Callable
from typing import Final

import msgspec

from rtlog.simulator import audio
from rtlog.simulator.conversation import Conversation
from rtlog.simulator.detector import DEFAULT_SILENCE_MS, Detector
from rtlog.simulator.ids import Mint
from rtlog.simulator.items import ID_SHAPE, Item
from rtlog.simulator.refusal import RefusedError
from rtlog.simulator.requests import ClientEvent, ResponseParams, event_id_of, parse
from rtlog.simulator.responses import Response, Responses
from rtlog.simulator.settings import default_settings, part_of, shown, updated
from rtlog.simulator.turns import Turn, Turns
from rtlog.simulator.wire import Fields, Outbox, json_of

SPOKEN: Final = "Hello, can you hear me?"
"""What the user is taken to have said in a turn that no script words."""


class Session:
    """A session's state, and what it says; `take()` gives the events that are to be sent.

    *knows_calls*: outputs are refused whose call is not in the conversation, as newer models do. `requested` holds
    responses that the client or a turn began, for whoever makes their content.
    """

    def __init__(self, mint: Mint, model: str, *, knows_calls: bool = False, listens: bool = True) -> None:
        self.mint = mint
        self.outbox = Outbox(mint)
        self.conversation = Conversation()
        self.responses = Responses(self.outbox, self.conversation, mint.id("conv"))
        self.turns = Turns(self.outbox, self.conversation)
        self.requested: list[Response] = []
        self.settings = default_settings(model, mint.id("sess"), mint.second())
        self._knows_calls = knows_calls
        self._detector = Detector() if listens else None
        self._turn: Turn | None = None

    def open(self) -> None:
        """Say the first event."""
        self.outbox.say("session.created", session=shown(self.settings))

    def take(self) -> list[Fields]:
        """Give what was said since the last call."""
        return self.outbox.take()

    def read(self, message: str | bytes) -> ClientEvent | None:
        """Decode a client's message; what is no event is refused at once."""
        try:
            return parse(message)
        except RefusedError as refused:
            self._refuse(refused, event_id_of(message))
            return None

    def obey(self, event: ClientEvent) -> None:
        """Do what *event* asks, and acknowledge it, or say why not."""
        handler = HANDLERS.get(event.type)
        try:
            if handler is None:
                raise RefusedError.unknown_event(event.type)
            handler(self, event)
        except RefusedError as refused:
            self._refuse(refused, event.event_id)

    def speech_starts(self, text: str, at_ms: int | None = None) -> Turn:
        """Let the user begin to say *text*, now or at *at_ms* of the audio; VAD may interrupt the active response."""
        turn = self.turns.start(text, at_ms)
        active = self.responses.active
        if active is not None and self._turn_detection("interrupt_response"):
            self.responses.finish(active, "cancelled", "turn_detected")
        return turn

    def respond(self, params: ResponseParams | None = None) -> Response:
        """Begin a response; raises RefusedError where one is active."""
        modalities = self.settings.get("output_modalities")
        return self.responses.create(params or ResponseParams(), msgspec.convert(modalities, list[str]))

    @property
    def transcribes(self) -> bool:
        """Whether the client asked for what the user says as text."""
        return part_of(self.settings, "audio", "input", "transcription") is not None

    def _refuse(self, refused: RefusedError, event_id: str | None) -> None:
        self.outbox.say(
            "error",
            error={
                "type": "invalid_request_error",
                "code": refused.code,
                "message": refused.message,
                "param": refused.param,
                "event_id": event_id,
            },
        )

    def _update(self, event: ClientEvent) -> None:
        update = event.session
        if update is None:
            raise RefusedError.missing("session")
        if "type" not in update:
            raise RefusedError.missing("session.type")
        settings = updated(self.settings, update)
        fixed = {key: self.settings[key] for key in ("id", "object", "expires_at")}
        try:
            msgspec.convert(settings.get("output_modalities"), list[str])
        except msgspec.ValidationError as error:
            raise RefusedError("invalid_type", f"Invalid session: {error}", "session.output_modalities") from error
        voices = [(part_of(each, "audio", "output") or {}).get("voice") for each in (self.settings, settings)]
        if voices[0] != voices[1] and self.conversation.has_assistant_audio:
            raise RefusedError.voice_is_set()
        self.settings = settings | fixed
        self.outbox.say("session.updated", session=shown(self.settings))

    def _create_item(self, event: ClientEvent) -> None:
        item = event.item
        if item is None:
            raise RefusedError.missing("item")
        if not item.type:
            raise RefusedError.missing("item.type")
        if item.id and not ID_SHAPE.fullmatch(item.id):
            raise RefusedError("invalid_value", "Invalid 'item.id': letters, digits, '_' and '-' only.", "item.id")
        if item.type == "function_call_output" and self._knows_calls and not self.conversation.has_call(item.call_id):
            raise RefusedError.unknown_call(item.call_id)
        self._place(item, event.previous_item_id)

    def _place(self, item: Item, previous: str | None) -> None:
        item.id = item.id or self.mint.id("item")
        item.status = None if item.type == "function_call_output" else "completed"
        slot = self.conversation.create(item, previous)
        done = None if self.conversation.is_first(slot.previous) else slot.previous
        self.outbox.say("conversation.item.added", previous_item_id=slot.previous, item=json_of(item))
        self.outbox.say("conversation.item.done", previous_item_id=done, item=json_of(item))

    def _delete_item(self, event: ClientEvent) -> None:
        item_id = _required(event.item_id)
        self.conversation.delete(item_id)
        self.outbox.say("conversation.item.deleted", item_id=item_id)

    def _truncate_item(self, event: ClientEvent) -> None:
        item_id = _required(event.item_id)
        if event.audio_end_ms is None:
            raise RefusedError.missing("audio_end_ms")
        if event.audio_end_ms < 0:
            message = "Invalid 'audio_end_ms': expected a value >= 0."
            raise RefusedError("integer_below_min_value", message, "audio_end_ms")
        self.conversation.truncate(item_id, event.audio_end_ms)
        place: Fields = {"content_index": event.content_index, "audio_end_ms": event.audio_end_ms}
        self.outbox.say("conversation.item.truncated", item_id=item_id, **place)

    def _retrieve_item(self, event: ClientEvent) -> None:
        item_id = _required(event.item_id)
        slot = self.conversation.slot(item_id)
        if slot is None or not slot.announced:
            raise RefusedError.retrieve_unknown(item_id)
        self.outbox.say("conversation.item.retrieved", item=json_of(slot.item))

    def _append_audio(self, event: ClientEvent) -> None:
        try:
            pcm = audio.decoded(event.audio or "")
        except ValueError as error:
            raise RefusedError("invalid_value", "Invalid 'audio': expected base64.", "audio") from error
        begin_ms = self.turns.appended_ms
        self.turns.append(len(pcm))
        if self._detector is None or part_of(self.settings, "audio", "input", "turn_detection") is None:
            return
        silence = self._turn_detection("silence_duration_ms")
        match self._detector.hear(pcm, silence if isinstance(silence, int) else DEFAULT_SILENCE_MS):
            case "started":
                self._turn = self.speech_starts(SPOKEN, begin_ms)
            case "stopped" if self._turn is not None:
                self.turns.stop(self._turn)
                self._heard(self._turn)
                if self._turn_detection("create_response") and self.responses.active is None:
                    self.requested.append(self.respond())

    def _commit_audio(self, _: ClientEvent) -> None:
        self._heard(self.turns.commit(SPOKEN))

    def _clear_audio(self, _: ClientEvent) -> None:
        self.turns.clear()

    def _heard(self, turn: Turn) -> None:
        self.turns.announce(turn)
        if self.transcribes:
            self.turns.transcribe(turn)

    def _create_response(self, event: ClientEvent) -> None:
        self.requested.append(self.respond(event.response))

    def _cancel_response(self, event: ClientEvent) -> None:
        self.responses.cancel(event.response_id)

    def _clear_output(self, _: ClientEvent) -> None:
        raise RefusedError("invalid_value", "output_audio_buffer.clear is only available over WebRTC and SIP.", "type")

    def _turn_detection(self, name: str) -> object:
        return (part_of(self.settings, "audio", "input", "turn_detection") or {}).get(name)


def _required(item_id: str | None) -> str:
    if not item_id:
        raise RefusedError.missing("item_id")
    return item_id


HANDLERS: Final[dict[str, Callable[[Session, ClientEvent], None]]] = {
    "session.update": Session._update,  # noqa: SLF001 - the table stands beside its class
    "input_audio_buffer.append": Session._append_audio,  # noqa: SLF001
    "input_audio_buffer.commit": Session._commit_audio,  # noqa: SLF001
    "input_audio_buffer.clear": Session._clear_audio,  # noqa: SLF001
    "conversation.item.create": Session._create_item,  # noqa: SLF001
    "conversation.item.retrieve": Session._retrieve_item,  # noqa: SLF001
    "conversation.item.truncate": Session._truncate_item,  # noqa: SLF001
    "conversation.item.delete": Session._delete_item,  # noqa: SLF001
    "response.create": Session._create_response,  # noqa: SLF001
    "response.cancel": Session._cancel_response,  # noqa: SLF001
    "output_audio_buffer.clear": Session._clear_output,  # noqa: SLF001
}
"""What obeys each client event."""
