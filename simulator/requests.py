"""What a client may send, decoded: unknown fields are skipped, wrong ones refused."""

from typing import Final

import msgspec
from msgspec import Struct

from rtlog.simulator.items import Item
from rtlog.simulator.refusal import RefusedError

Settings = dict[str, object]
"""A session's configuration: the client's, echoed; nothing in it is read by name but the fields of `settings`."""


class ResponseParams(Struct):
    """`response.create`'s parameters."""

    conversation: str | None = None
    metadata: dict[str, str] | None = None
    output_modalities: list[str] | None = None
    input: list[Item] | None = None


class ClientEvent(Struct):
    """A client event: the fields that the server obeys."""

    type: str
    event_id: str | None = None
    session: Settings | None = None
    item: Item | None = None
    item_id: str | None = None
    previous_item_id: str | None = None
    content_index: int = 0
    audio_end_ms: int | None = None
    audio: str | None = None
    response: ResponseParams | None = None
    response_id: str | None = None

    @property
    def item_type(self) -> str | None:
        """The type of the item that the event carries."""
        return self.item.type if self.item else None


class Envelope(Struct):
    """What an error still has to name of an event that does not fit."""

    type: object = None
    event_id: object = None


_event: Final = msgspec.json.Decoder(ClientEvent)
_envelope: Final = msgspec.json.Decoder(Envelope)


def parse(message: str | bytes) -> ClientEvent:
    """Decode a client's message; raises RefusedError where it is no event."""
    if isinstance(message, bytes):
        raise RefusedError("invalid_event", "Expected a text WebSocket message; binary frames are not supported.")
    try:
        return _event.decode(message)
    except msgspec.ValidationError as error:
        raise RefusedError("invalid_type", f"Invalid event: {error}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError("invalid_json", "The message is not valid JSON.") from error


def event_id_of(message: str | bytes) -> str | None:
    """Give the `event_id` of a message that is no valid event, where it has one."""
    try:
        found = _envelope.decode(message).event_id
    except (msgspec.MsgspecError, RecursionError):
        return None
    return found if isinstance(found, str) else None
