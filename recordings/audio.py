"""Audio in events: how many bytes it is, and how it is left out so that nobody's voice is shared.

An emptied payload keeps its length (`audio_bytes`, of the decoded audio) and its SHA-256 (of the base64 text as it
stood on the wire), by which equal payloads are known to be equal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from rtlog.recordings.vocabulary.events import AUDIO_FIELDS, CLIENT_EVENTS, LOCAL_EVENTS, SERVER_EVENTS

PART_FIELD: Final = "audio"
SHORTEST_FOREIGN: Final = 256
"""Characters of base64 from which a string in an event of another vocabulary is taken for media."""

_OWN: Final = CLIENT_EVENTS | SERVER_EVENTS | LOCAL_EVENTS
_FLAT: Final = frozenset(name for name in _OWN if name.endswith(".delta"))
"""Most of a session's events; they have no content parts."""
_PARTS: Final = re.compile(rb'"audio"\s*:\s*"')
_BASE64: Final = re.compile(r"(?:data:[^,]{0,100},)?[A-Za-z0-9+/_\s-]+={0,2}")

_FIELD_TEXT: Final = {
    name: re.compile(rb'"%b"\s*:\s*"([A-Za-z0-9+/_-]*={0,2})"' % name.encode()) for name in {*AUDIO_FIELDS.values()}
}

Json = dict[str, object]


@dataclass(slots=True)
class Payload:
    """A base64 string in an event: what holds it, under which name, and the path from the event's top."""

    holder: Json
    key: str
    text: str
    path: str

    def size(self) -> int:
        """Bytes of the decoded audio."""
        return decoded_size(self.text)

    def empty(self) -> str:
        """Leave the string empty in the event; gives its digest."""
        self.holder[self.key] = ""
        return f"sha256:{sha256(self.text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def decoded_size(text: str) -> int:
    """Bytes that the base64 *text* decodes to."""
    return len(text.rstrip("=")) * 3 // 4


def audio_size(event_type: str, line: bytes) -> int:
    """Bytes of decoded audio in *line*, the JSON text of an event of *event_type*, found without decoding it."""
    name = AUDIO_FIELDS.get(event_type)
    match = _FIELD_TEXT[name].search(line) if name else None
    return decoded_size(match[1].decode()) if match else 0


def payloads(event_type: str, event: Json, message: bytes) -> list[Payload]:
    """Find the audio of *event*, whose JSON text is *message*; never the same string twice, never an empty one."""
    name = AUDIO_FIELDS.get(event_type)
    if name is not None:
        value = event.get(name)
        return [Payload(event, name, value, name)] if isinstance(value, str) and value else []
    if event_type in _FLAT:
        return []
    if event_type not in _OWN:
        return [*_foreign(event)]
    return list(_parts(event)) if _PARTS.search(message) else []


def _string(holder: object, key: str, path: str) -> Iterator[Payload]:
    if isinstance(holder, dict):
        value = holder.get(key)
        if isinstance(value, str) and value:
            yield Payload(holder, key, value, path)


def _parts(event: Json) -> Iterator[Payload]:
    """Audio of content parts: `item.content[]`, `part`, `response.output[].content[]`."""
    yield from _string(event.get("part"), PART_FIELD, "part.audio")
    yield from _content(event.get("item"), "item")
    response = event.get("response")
    output = response.get("output") if isinstance(response, dict) else None
    for index, item in enumerate(output if isinstance(output, list) else ()):
        yield from _content(item, f"response.output[{index}]")
    given = response.get("input") if isinstance(response, dict) else None
    for index, item in enumerate(given if isinstance(given, list) else ()):
        yield from _content(item, f"response.input[{index}]")


def _content(item: object, path: str) -> Iterator[Payload]:
    content = item.get("content") if isinstance(item, dict) else None
    for index, part in enumerate(content if isinstance(content, list) else ()):
        yield from _string(part, PART_FIELD, f"{path}.content[{index}].audio")


def _foreign(event: Json) -> Iterator[Payload]:
    """Long base64 strings anywhere: another vocabulary has its own names for audio."""
    waiting: list[tuple[object, str]] = [(event, "")]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, list):
            waiting.extend((each, f"{path}[{index}]") for index, each in enumerate(value))
        elif isinstance(value, dict):
            for key, each in value.items():
                inner = f"{path}.{key}" if path else key
                if isinstance(each, str):
                    if len(each) >= SHORTEST_FOREIGN and _BASE64.fullmatch(each):
                        yield Payload(value, key, each, inner)
                else:
                    waiting.append((each, inner))
