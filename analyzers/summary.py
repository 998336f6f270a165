"""What a recording holds, in figures: who spoke with whom, for how long, and what was said how often.

A summary is fed record by record and knows no rules; `rtlog info` prints it.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from rtlog.analyzers.moment import NS_PER_MS
from rtlog.recordings.record import AudioFormat, ErrorInfo, Event, Record, Session
from rtlog.recordings.vocabulary.errors import error_code
from rtlog.recordings.vocabulary.events import canonical
from rtlog.recordings.vocabulary.id_clock import IdClock

MAX_NAMES: Final = 256
"""Distinct names kept of each sort; a hostile recording could hold millions."""
MAX_CALLS: Final = 4096
OTHERS: Final = "…"
COPY: Final = "sdk copy"
"""Among the kinds: an event that a hook told again."""

PCM_24_KHZ: Final = 48.0
G711: Final = 8.0
"""Bytes of audio in a ms."""
_BETA_FORMATS: Final = {"pcm16": PCM_24_KHZ, "g711_ulaw": G711, "g711_alaw": G711}
_BYTES_A_SAMPLE: Final = 2


def bytes_per_ms(audio: AudioFormat | str | None) -> float | None:
    """Give the bytes of audio in a ms of *audio*, or `None` where the format is not known."""
    if isinstance(audio, str):
        return _BETA_FORMATS.get(audio)
    if audio is None or audio.type is None:
        return None
    if audio.type == "audio/pcm":
        return audio.rate * _BYTES_A_SAMPLE / 1000 if audio.rate and audio.rate > 0 else PCM_24_KHZ
    return G711 if audio.type in {"audio/pcmu", "audio/pcma"} else None


@dataclass(slots=True)
class Traffic:
    """Events of one type: how many, and their bytes on the wire."""

    count: int = 0
    bytes: int = 0


@dataclass(slots=True)
class _Rates:
    """Bytes a ms of one connection's audio."""

    input: float = PCM_24_KHZ
    output: float = PCM_24_KHZ

    def learn(self, session: Session) -> None:
        audio = session.audio
        given = audio.input.format if audio and audio.input else session.input_audio_format
        told = audio.output.format if audio and audio.output else session.output_audio_format
        self.input = bytes_per_ms(given) or self.input
        self.output = bytes_per_ms(told) or self.output


@dataclass(slots=True)
class Summary:
    """The figures of one recording; times in ns, audio in ms of sound."""

    records: int = 0
    events: Counter[str] = field(default_factory=Counter)
    """By direction; events whose direction nobody told count under the empty one."""
    kinds: Counter[str] = field(default_factory=Counter)
    by_type: dict[str, Traffic] = field(default_factory=dict)
    sessions: dict[str, None] = field(default_factory=dict)
    """Session ids in order of appearance."""
    models: dict[str, None] = field(default_factory=dict)
    turns: int = 0
    """Turns of the user that were committed."""
    responses: Counter[str] = field(default_factory=Counter)
    """By status; those that never ended are `unfinished`."""
    tools: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    audio_in_ms: float = 0.0
    audio_out_ms: float = 0.0
    first_t: int | None = None
    last_t: int | None = None
    _rates: dict[int, _Rates] = field(default_factory=dict)
    _wired: set[int] = field(default_factory=set)
    _calls: dict[str, None] = field(default_factory=dict)
    _connections: set[int] = field(default_factory=set)
    _clocks: dict[int, IdClock] = field(default_factory=dict)

    @property
    def minted(self) -> tuple[int, int] | None:
        """The first and last second since 1970 by the ids of an untimed recording; `None` where they are no clock."""
        spans = [clock.span for clock in self._clocks.values()]
        told = [span for span in spans if span is not None]
        return (min(first for first, _ in told), max(last for _, last in told)) if told and None not in spans else None

    @property
    def duration_ns(self) -> int | None:
        """Give the time from the first record to the last; `None` when untimed."""
        return None if self.first_t is None or self.last_t is None else self.last_t - self.first_t

    @property
    def connections(self) -> int:
        """Count the connections; of more than `MAX_NAMES` only so many."""
        return len(self._connections)

    def feed(self, record: Record) -> None:
        """Count *record*; a folded one counts as all that it stands for."""
        times = record.folded + 1
        self.records += times
        if record.t is not None:
            self.first_t = record.t if self.first_t is None else self.first_t
            self.last_t = record.until if record.folded else record.t
        if len(self._connections) < MAX_NAMES:
            self._connections.add(record.conn)
        if record.src == "wire" and record.dir != "local" and len(self._wired) < MAX_NAMES:
            self._wired.add(record.conn)
        if record.event is None:
            self.kinds[_bounded(record.kind, self.kinds)] += 1
            return
        if self._is_copy(record):
            self.kinds[COPY] += times
            return
        self.events[record.dir or ""] += times
        traffic = self.by_type.setdefault(_bounded(record.type, self.by_type), Traffic())
        traffic.count += times
        traffic.bytes += record.n
        self._hear_id(record, record.event)
        self._heed(record, record.event)

    def _is_copy(self, record: Record) -> bool:
        """Say whether a hook told again what the wire shows."""
        return record.src == "sdk" and record.dir != "local" and record.conn in self._wired

    def _heed(self, record: Record, event: Event) -> None:
        match canonical(record.type):
            case "input_audio_buffer.append":
                self.audio_in_ms += record.audio_bytes / self._rates_of(record).input
            case "response.output_audio.delta":
                self.audio_out_ms += record.audio_bytes / self._rates_of(record).output
            case "session.created" | "session.updated":
                self._heed_session(record, event.session)
            case "input_audio_buffer.committed":
                self.turns += 1
            case "response.created":
                self.responses["unfinished"] += 1
            case "response.done":
                self._heed_done(event)
            case "response.function_call_arguments.done":
                self._heed_call(event.call_id, event.name)
            case "response.output_item.done" if event.item and event.item.type == "function_call":
                self._heed_call(event.item.call_id, event.item.name)
            case "error":
                self._heed_error(event)

    def _hear_id(self, record: Record, event: Event) -> None:
        """Hear the server's clock, where the recording has none."""
        if record.t is not None or record.dir != "server" or event.event_id is None:
            return
        if record.conn in self._clocks or len(self._clocks) < MAX_NAMES:
            clock = self._clocks.setdefault(record.conn, IdClock())
            clock.hear(event.event_id, event.session.expires_at if event.session else None)

    def _rates_of(self, record: Record) -> _Rates:
        known = self._rates.get(record.conn)
        if known is None:
            known = _Rates()
            if len(self._rates) < MAX_NAMES:
                self._rates[record.conn] = known
        return known

    def _heed_session(self, record: Record, session: Session | None) -> None:
        if session is None:
            return
        self._rates_of(record).learn(session)
        if session.id:
            self.sessions[_bounded(session.id, self.sessions)] = None
        if session.model:
            self.models[_bounded(session.model, self.models)] = None

    def _heed_done(self, event: Event) -> None:
        status = (event.response.status if event.response else None) or "unknown"
        if self.responses["unfinished"]:
            self.responses["unfinished"] -= 1
        self.responses[_bounded(status, self.responses)] += 1

    def _heed_call(self, call_id: str | None, name: str | None) -> None:
        """Count a call once: newer servers name the tool in both events, older ones only in the item."""
        if not name or (call_id and call_id in self._calls):
            return
        if call_id and len(self._calls) < MAX_CALLS:
            self._calls[call_id] = None
        self.tools[_bounded(name, self.tools)] += 1

    def _heed_error(self, event: Event) -> None:
        told = event.error if isinstance(event.error, ErrorInfo) else ErrorInfo(message=event.error)
        code = error_code(told.code, told.message) or told.type or "unknown"
        self.errors[_bounded(code, self.errors)] += 1

    def largest(self, number: int) -> list[tuple[str, Traffic]]:
        """Give the *number* types with the most events, most first."""
        return sorted(self.by_type.items(), key=lambda item: (-item[1].count, item[0]))[:number]

    @property
    def duration_ms(self) -> float | None:
        """Give `duration_ns` in ms."""
        return None if self.duration_ns is None else self.duration_ns / NS_PER_MS


def _bounded(name: str, known: Counter[str] | dict[str, Traffic] | dict[str, None]) -> str:
    return name if name in known or len(known) < MAX_NAMES else OTHERS
