"""The sound of each item, where it was kept: what the user said until a commit, what the model said in an item.

A server that detects speech says between which ms of all that was sent an item lies; without that an item is what was
sent since the last commit or clear. What the model said is what it sent, whether or not anybody heard it.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Literal, Self

import orjson

from rtlog.recordings.audio import payloads
from rtlog.recordings.exporting.codecs import PCM, Codec, codecs_of
from rtlog.recordings.exporting.material import Entry, Material
from rtlog.recordings.exporting.spool import Spool, Strip
from rtlog.recordings.record import Event
from rtlog.recordings.vocabulary.events import canonical

Speaker = Literal["user", "assistant"]
MOST_ITEMS: Final = 10_000
"""Items whose sound is taken; a hostile recording could hold millions."""
APPEND: Final = "input_audio_buffer.append"
DELTA: Final = "response.output_audio.delta"
SESSIONS: Final = frozenset({"session.created", "session.updated"})


@dataclass(slots=True)
class Voice:
    """The sound of one item."""

    item_id: str
    speaker: Speaker
    codec: Codec
    sound: Strip = field(default_factory=Strip)

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return self.sound.size // self.codec.width / self.codec.rate


@dataclass(slots=True)
class _Connection:
    heard: Codec = PCM
    spoken: Codec = PCM
    buffer: Strip = field(default_factory=Strip)
    """All that was appended; the server's ms count from its beginning."""
    fresh: int = 0
    """Where in it begins what is not committed."""
    spans: dict[str, list[float | None]] = field(default_factory=dict)
    """Where the server heard an item begin and end, in ms of the buffer."""


class Voices:
    """Collects the sound of a recording's items; close it when they are written."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._input = Spool()
        self._output = Spool()
        self._connections: dict[int, _Connection] = {}
        self._voices: dict[tuple[int, str], Voice] = {}
        self.emptied = False
        """Whether there was sound that was not kept."""
        self.left_out = 0
        """Items beyond `MOST_ITEMS`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._input.__exit__(kind, error, at)
        self._output.__exit__(kind, error, at)

    def __iter__(self) -> Iterator[Voice]:
        """Give the voices in the order in which they were first heard."""
        return (voice for voice in self._voices.values() if voice.sound.size)

    def sound(self, voice: Voice) -> Iterator[bytes]:
        """Give what *voice* sounds like, in pieces, as it was sent."""
        return (self._input if voice.speaker == "user" else self._output).read(voice.sound)

    def feed(self, entry: Entry) -> None:
        """Take what *entry* sounds like, or says of sound."""
        record, event = entry.record, entry.record.event
        if event is None or self._material.is_copy(record):
            return
        connection = self._connections.setdefault(record.conn, _Connection())
        kind = canonical(record.type)
        if kind == APPEND:
            self._input.add(self._kept(entry), connection.buffer)
        elif kind == DELTA:
            self._speak(entry, event, connection)
        elif record.dir == "server" and kind in SESSIONS and event.session is not None:
            heard, spoken = codecs_of(event.session)
            connection.heard, connection.spoken = heard or connection.heard, spoken or connection.spoken
        elif kind.startswith("input_audio_buffer.") and record.dir == "server":
            self._hear(kind, record.conn, event, connection)

    def _hear(self, kind: str, conn: int, event: Event, connection: _Connection) -> None:
        item_id = event.item_id or ""
        match kind:
            case "input_audio_buffer.speech_started" if item_id and len(connection.spans) < MOST_ITEMS:
                connection.spans[item_id] = [event.audio_start_ms, None]
            case "input_audio_buffer.speech_stopped" if item_id in connection.spans:
                ended = event.audio_end_ms
                connection.spans[item_id][1] = ended if isinstance(ended, int | float) else None
            case "input_audio_buffer.committed" if item_id:
                self._commit(conn, item_id, connection)
            case "input_audio_buffer.cleared":
                connection.fresh = connection.buffer.size

    def _commit(self, conn: int, item_id: str, connection: _Connection) -> None:
        buffer, codec = connection.buffer, connection.heard
        start, end = connection.spans.pop(item_id, (None, None))
        spoken = Strip()
        if start is not None and end is not None:
            spoken = buffer.part(codec.offset(start), codec.offset(end))
        if not spoken.size:
            spoken = buffer.part(connection.fresh, buffer.size)
        connection.fresh = buffer.size
        voice = self._voice(conn, item_id, "user", codec)
        if voice is not None:
            voice.sound = spoken

    def _speak(self, entry: Entry, event: Event, connection: _Connection) -> None:
        sound = self._kept(entry)
        if not sound or not event.item_id:
            return
        voice = self._voice(entry.record.conn, event.item_id, "assistant", connection.spoken)
        if voice is not None and voice.speaker == "assistant":
            self._output.add(sound, voice.sound)

    def _voice(self, conn: int, item_id: str, speaker: Speaker, codec: Codec) -> Voice | None:
        key = (conn, item_id)
        if key not in self._voices and len(self._voices) >= MOST_ITEMS:
            self.left_out += 1
            return None
        return self._voices.setdefault(key, Voice(item_id, speaker, codec))

    def _kept(self, entry: Entry) -> bytes:
        """Give the sound that *entry* carries; none where it was not kept or is no base64."""
        text = self._material.recorded(entry)
        try:
            event = orjson.loads(text)
        except orjson.JSONDecodeError:  # nothing, or half of a pair in it: no sound has one
            return b""
        found = payloads(entry.record.type, event, text) if isinstance(event, dict) else []
        self.emptied = self.emptied or (not found and entry.record.audio_bytes > 0)
        try:
            return b"".join(base64.b64decode(each.text) for each in found)
        except (binascii.Error, ValueError):
            return b""
