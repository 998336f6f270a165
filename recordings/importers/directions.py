"""Who sent what: the words that logs use for it, and what the types of events say."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

import orjson

from rtlog.recordings.importers.found import Closed, Found, Message
from rtlog.recordings.record import Dir
from rtlog.recordings.vocabulary.events import direction_of

_CLIENT: Final = (
    "client", "send", "sent", "sending", "out", "outgoing", "outbound", "tx", "upload", "up", "c2s", "client_to_server",
    "client->server", "to_server", ">", ">>", ">>>", "->", "→", "↑",
)  # fmt: skip
_SERVER: Final = (
    "server", "receive", "received", "receiving", "recv", "in", "incoming", "inbound", "rx", "download", "down", "s2c",
    "server_to_client", "server->client", "from_server", "<", "<<", "<<<", "<-", "←", "↓",
)  # fmt: skip
WORDS: Final[dict[str, Dir]] = {
    **dict.fromkeys(_CLIENT, "client"),
    **dict.fromkeys(_SERVER, "server"),
    "local": "local",
}
"""The words are the client's: what it sends goes out."""

_OTHER: Final[dict[Dir, Dir]] = {"client": "server", "server": "client", "local": "local"}


def said(word: object) -> Dir | None:
    """Give the direction that *word* says; `None` where it is none of the words."""
    return WORDS.get(word.strip().lower()) if isinstance(word, str) else None


@dataclass(slots=True)
class _Heard:
    """What the words and the types say of a connection's events whose types tell who sends them."""

    agreed: int = 0
    words: set[Dir] = field(default_factory=set)
    types: set[Dir] = field(default_factory=set)

    @property
    def one_sided(self) -> bool:
        """Whether the words are none of direction: a quotation's mark, or a logger's name, before all of them."""
        return len(self.words) == 1 and len(self.types) > 1


def turn_to_client(found: Found) -> None:
    """Turn the directions round on every connection whose log was the server's own.

    There "sent" and "received" are the other way about, as most of the events' types then say. Where the words call
    all of them sent by one side, and the types do not, the types are right.
    """
    heard = _heard(found)
    for entry in found.entries:
        on = heard.get(entry.socket)
        if on is None:
            continue
        if on.one_sided and isinstance(entry, Message):
            told = _by_type(entry) or entry.direction
            found.inferred += told != entry.direction
            entry.direction = told
        elif on.agreed >= 0:
            continue
        elif isinstance(entry, Closed):
            entry.by = _OTHER[entry.by]
        else:
            entry.direction = _OTHER[entry.direction]
    if any(on.one_sided for on in heard.values()):
        found.note("what stands beside the events calls all of them sent by one side, which their types contradict")
    if any(on.agreed < 0 and not on.one_sided for on in heard.values()):
        found.note("directions are turned round: by the types of the events, the log is the server's own")


def _heard(found: Found) -> dict[int, _Heard]:
    heard: defaultdict[int, _Heard] = defaultdict(_Heard)
    for entry in found.entries:
        if isinstance(entry, Message) and (told := _by_type(entry)):
            on = heard[entry.socket]
            on.agreed += 1 if told == entry.direction else -1
            on.words.add(entry.direction)
            on.types.add(told)
    return heard


def _by_type(message: Message) -> Dir | None:
    """Give who sends events of that type; `None` where the tables do not know, and for what the program did itself."""
    if message.binary or message.direction == "local":
        return None
    told = direction_of(type_of(message.data))
    return told if told != "local" else None


def type_of(data: bytes) -> str:
    """Give the `type` of the event *data*, `""` where it is none."""
    try:
        event = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ""
    named = event.get("type") if isinstance(event, dict) else None
    return named if isinstance(named, str) else ""
