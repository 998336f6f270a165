"""Who sent what: the words that logs use for it, and what the types of events say."""

from collections import Counter
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


def turn_to_client(found: Found) -> None:
    """Turn the directions round on every connection whose log was the server's own.

    There "sent" and "received" are the other way about, as most of the events' types then say.
    """
    votes: Counter[int] = Counter()
    for entry in found.entries:
        if not isinstance(entry, Message) or entry.binary or entry.direction == "local":
            continue
        told = direction_of(type_of(entry.data))
        if told in {"client", "server"}:
            votes[entry.socket] += 1 if told == entry.direction else -1
    turned = {number for number, vote in votes.items() if vote < 0}
    for entry in found.entries:
        if entry.socket not in turned:
            continue
        if isinstance(entry, Closed):
            entry.by = _OTHER[entry.by]
        else:
            entry.direction = _OTHER[entry.direction]
    if turned:
        found.note("directions are turned round: by the types of the events, the log is the server's own")


def type_of(data: bytes) -> str:
    """Give the `type` of the event *data*, `""` where it is none."""
    try:
        event = orjson.loads(data)
    except orjson.JSONDecodeError:
        return ""
    named = event.get("type") if isinstance(event, dict) else None
    return named if isinstance(named, str) else ""
