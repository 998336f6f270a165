"""What the client reads of server events."""

from typing import Final

import msgspec
from msgspec import Struct

from rtlog.simulator.items import Item


class ResponseSeen(Struct):
    """A response, by its id and what ties it to its request."""

    id: str = ""
    metadata: dict[str, str] | None = None


class ServerEvent(Struct):
    """A server event: the fields that the client reads."""

    type: str
    item_id: str = ""
    previous_item_id: str | None = None
    item: Item | None = None
    response: ResponseSeen | None = None
    transcript: str = ""


read: Final = msgspec.json.Decoder(ServerEvent).decode
"""Decode a server's message."""
