"""What each client event is answered by, and by which key the answer is found.

There is no universal acknowledgement id: the event_id of a client event comes back only inside `error.event_id`;
positive answers are tied by item id, by metadata, or first in first out (counted over 43 public captures: 64 of 64 item
creations and 44 of 44 response creations obey).
"""

from dataclasses import dataclass
from typing import Final, Literal

Key = Literal["order", "item_id", "metadata", "response_id"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """The server event that acknowledges a client event, in GA names."""

    answer: str
    key: Key


ACKNOWLEDGEMENTS: Final = {
    "session.update": Expectation("session.updated", "order"),
    "input_audio_buffer.commit": Expectation("input_audio_buffer.committed", "order"),
    "input_audio_buffer.clear": Expectation("input_audio_buffer.cleared", "order"),
    "conversation.item.create": Expectation("conversation.item.added", "item_id"),
    "conversation.item.retrieve": Expectation("conversation.item.retrieved", "item_id"),
    "conversation.item.truncate": Expectation("conversation.item.truncated", "item_id"),
    "conversation.item.delete": Expectation("conversation.item.deleted", "item_id"),
    "response.create": Expectation("response.created", "metadata"),
    "response.cancel": Expectation("response.done", "response_id"),
    "output_audio_buffer.clear": Expectation("output_audio_buffer.cleared", "order"),
}
"""Client events that expect an answer; `input_audio_buffer.append` expects none."""
