"""Responses: their events in the order of the service, their items' places in the conversation."""

from dataclasses import dataclass, field
from typing import Final, Literal

from rtlog.simulator import audio
from rtlog.simulator.conversation import Conversation, Slot
from rtlog.simulator.items import Item, Part
from rtlog.simulator.refusal import RefusedError
from rtlog.simulator.requests import ResponseParams
from rtlog.simulator.wire import Fields, Json, Outbox, json_of

Status = Literal["in_progress", "completed", "cancelled", "failed", "incomplete"]

USAGE: Final[Fields] = {
    "total_tokens": 120,
    "input_tokens": 100,
    "output_tokens": 20,
    "input_token_details": {"text_tokens": 60, "audio_tokens": 40, "image_tokens": 0, "cached_tokens": 0},
    "output_token_details": {"text_tokens": 8, "audio_tokens": 12},
}
NO_USAGE: Final[Fields] = {"total_tokens": 0, "input_tokens": 0, "output_tokens": 0}


@dataclass(slots=True, eq=False)
class Output:
    """An item that a response makes. `said` is its text, transcript or arguments so far."""

    item: Item
    index: int
    slot: Slot | None
    kind: Literal["audio", "text", "call"]
    said: str = ""
    open: bool = True


@dataclass(slots=True, eq=False)
class Response:
    """A response. `anchor` is the conversation's tail when it began; `conversation_id` is null out of band."""

    id: str
    conversation_id: str | None
    modalities: list[str]
    metadata: dict[str, str] | None
    anchor: str | None
    status: Status = "in_progress"
    outputs: list[Output] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether it is still being made."""
        return self.status == "in_progress"

    @property
    def speaks(self) -> bool:
        """Whether its messages are spoken."""
        return self.modalities != ["text"]


class Responses:
    """The responses of a session that are being made: one of the conversation, any number out of band."""

    def __init__(self, outbox: Outbox, conversation: Conversation, conversation_id: str) -> None:
        self._outbox = outbox
        self._conversation = conversation
        self._conversation_id = conversation_id
        self._open: list[Response] = []

    @property
    def active(self) -> Response | None:
        """The conversation's response that is being made."""
        return next((each for each in self._open if each.conversation_id), None)

    def create(self, params: ResponseParams, modalities: list[str]) -> Response:
        """Begin a response; raises RefusedError where the conversation has one already."""
        in_band = params.conversation != "none"
        if in_band and self.active is not None:
            raise RefusedError.active_response(self.active.id)
        response = Response(
            self._outbox.mint.id("resp"),
            self._conversation_id if in_band else None,
            params.output_modalities or modalities,
            params.metadata,
            self._conversation.tail,
        )
        self._open.append(response)
        self._outbox.say("response.created", response=self._shown(response))
        return response

    def begin_message(self, response: Response) -> Output:
        """Add an empty assistant message and its first content part."""
        item = Item(id=self._outbox.mint.id("item"), type="message", status="in_progress", role="assistant", content=[])
        output = self._begin(response, item, "audio" if response.speaks else "text")
        part: Fields = {"type": "audio", "transcript": ""} if response.speaks else {"type": "text", "text": ""}
        self._say(response, output, "content_part.added", content_index=0, part=part)
        return output

    def begin_call(self, response: Response, name: str, call_id: str) -> Output:
        """Add a function call without arguments."""
        item = Item(id=self._outbox.mint.id("item"), type="function_call", status="in_progress")
        item.name, item.call_id, item.arguments = name, call_id, ""
        return self._begin(response, item, "call")

    def say(self, response: Response, output: Output, text: str, audio_ms: int = 0) -> None:
        """Stream *text*, and *audio_ms* of speech where the message is spoken."""
        output.said += text
        if output.kind == "text":
            self._say(response, output, "output_text.delta", content_index=0, delta=text)
            return
        if text:
            self._say(response, output, "output_audio_transcript.delta", content_index=0, delta=text)
        if audio_ms:
            self._say(response, output, "output_audio.delta", content_index=0, delta=audio.tone(audio_ms))
            if output.slot is not None:
                output.slot.audio_ms += audio_ms

    def argue(self, response: Response, output: Output, text: str) -> None:
        """Stream *text* of a call's arguments."""
        output.said += text
        self._say(response, output, "function_call_arguments.delta", call_id=output.item.call_id, delta=text)

    def end(self, response: Response, output: Output, *, complete: bool = True) -> None:
        """Finish an item."""
        output.open = False
        item = output.item
        item.status = "completed" if complete else "incomplete"
        match output.kind:
            case "call":
                item.arguments = output.said
                call: Fields = {"call_id": item.call_id, "name": item.name, "arguments": output.said}
                if complete:
                    self._say(response, output, "function_call_arguments.done", **call)
            case "text":
                item.content = [Part(type="output_text", text=output.said)]
                self._say(response, output, "output_text.done", content_index=0, text=output.said)
                self._part_done(response, output, {"type": "text", "text": output.said})
            case "audio":
                item.content = [Part(type="output_audio", transcript=output.said)]
                self._say(response, output, "output_audio.done", content_index=0)
                transcript = output.said
                self._say(response, output, "output_audio_transcript.done", content_index=0, transcript=transcript)
                self._part_done(response, output, {"type": "audio", "transcript": transcript})
        if output.slot is not None:
            previous = None if self._conversation.is_first(output.slot.previous) else output.slot.previous
            self._outbox.say("conversation.item.done", previous_item_id=previous, item=json_of(item))
        self._item_event(response, output, "done")

    def finish(self, response: Response, status: Status = "completed", reason: str | None = None) -> None:
        """End a response; items that are still open end incomplete."""
        for output in response.outputs:
            if output.open:
                self.end(response, output, complete=status == "completed")
        response.status = status
        self._open.remove(response)
        self._outbox.say("response.done", response=self._shown(response, reason))

    def cancel(self, response_id: str | None) -> None:
        """Cancel a response, by default the active one, for the client; raises RefusedError where there is none."""
        response = self.active
        if response_id is not None:
            response = next((each for each in self._open if each.id == response_id), None)
        if response is None:
            raise RefusedError.nothing_to_cancel()
        self.finish(response, "cancelled", "client_cancelled")

    def _begin(self, response: Response, item: Item, kind: Literal["audio", "text", "call"]) -> Output:
        in_band = response.conversation_id is not None
        anchor = None if response.outputs else response.anchor
        slot = self._conversation.reserve(item, anchor) if in_band else None
        output = Output(item, len(response.outputs), slot, kind)
        response.outputs.append(output)
        self._item_event(response, output, "added")
        if slot is not None:
            slot.announced = True
            self._outbox.say("conversation.item.added", previous_item_id=slot.previous, item=json_of(item))
        return output

    def _item_event(self, response: Response, output: Output, step: str) -> None:
        kind, item = f"response.output_item.{step}", json_of(output.item)
        self._outbox.say(kind, response_id=response.id, output_index=output.index, item=item)

    def _part_done(self, response: Response, output: Output, part: Fields) -> None:
        self._say(response, output, "content_part.done", content_index=0, part=part)

    def _say(self, response: Response, output: Output, kind: str, **fields: Json) -> None:
        place: Fields = {"response_id": response.id, "item_id": output.item.id, "output_index": output.index}
        self._outbox.say(f"response.{kind}", **place, **fields)

    def _shown(self, response: Response, reason: str | None = None) -> Fields:
        metadata: Json = None if response.metadata is None else {**response.metadata}
        details: Json = {"type": response.status, "reason": reason} if reason else None
        usage: Json = None
        if not response.open:
            usage = USAGE if response.outputs else NO_USAGE
        return {
            "object": "realtime.response",
            "id": response.id,
            "status": response.status,
            "status_details": details,
            "output": [json_of(output.item) for output in response.outputs],
            "conversation_id": response.conversation_id,
            "output_modalities": [*response.modalities],
            "usage": usage,
            "metadata": metadata,
        }
