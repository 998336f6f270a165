"""Session settings that the model depends on: turn detection, transcription, audio formats."""

from typing import Final

from msgspec import UNSET, MsgspecError, Raw
from msgspec.json import decode

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler.connection import Connection, Settings
from rtlog.analyzers.reconciler.conversation import acknowledged_in_order
from rtlog.analyzers.reconciler.life import Request
from rtlog.recordings.record import AudioFormat, AudioInput, AudioOutput, Event, Item, Session, TurnDetection
from rtlog.recordings.vocabulary.dialects import dialect_of_session

BYTES_PER_SAMPLE: Final = 2
G711_BYTES_PER_MS: Final = 8.0
PCM_DEFAULT_RATE: Final = 24_000
BETA_FORMATS: Final = {"pcm16": 48.0, "g711_ulaw": 8.0, "g711_alaw": 8.0}


def created(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`session.created`: the first server event of a model connection."""
    c.saw_session_created = True
    if not c.dialect_known and event.session is not None:
        found = dialect_of_session(event.session.model, event.event_id, event.session.id)
        c.dialect, c.dialect_known = found or c.dialect, found is not None
    return _configured(c, event, at)


def update_sent(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`session.update`: asked for, not in force yet."""
    request = Request(event.type, at, c.number, event.event_id)
    if event.session is not None:
        asked = _shape(event.session)
        request.configures = frozenset(key for key, value in asked.items() if c.settings.configured.get(key) != value)
    c.requests.sent(request)
    return [ch.RequestSent(at, c, request)]


def _shape(told: Session) -> dict[str, int]:
    """Give what decides how a response sounds and what it can do; only what *told* names."""
    audio_out = (told.audio.output if told.audio else None) or AudioOutput()
    voice = audio_out.voice or told.voice
    name = voice if isinstance(voice, str) or voice is None else voice.id or voice.name
    parts: dict[str, object] = {
        "instructions": told.instructions,
        "tools": None if told.tools is UNSET else _canonical(told.tools),
        "voice": name,
        "output": tuple(sorted(told.output_modalities or told.modalities or ())) or None,
    }
    return {key: hash(value) for key, value in parts.items() if value is not None}


def _canonical(tools: Raw) -> str:
    """Give the names of the tools: servers write defaults into each, so that the texts never match."""
    try:
        named = decode(tools, type=list[Item])
    except (MsgspecError, RecursionError):
        return bytes(tools).decode("utf-8", "replace")
    return " ".join(tool.name or tool.type for tool in named)


def updated(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`session.updated` answers `session.update` in order."""
    c.was_configured = True
    return [*_configured(c, event, at), *acknowledged_in_order("session.update", c, at)]


def _configured(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    told = event.session
    if told is None:
        return []
    settings = c.settings
    settings.configured |= _shape(told)
    settings.model = told.model or settings.model
    audio_in = (told.audio.input if told.audio else None) or AudioInput()
    audio_out = (told.audio.output if told.audio else None) or AudioOutput()
    _take_turn_detection(settings, told, audio_in)
    _take_transcription(settings, told, audio_in)
    modalities = told.output_modalities or told.modalities
    if modalities:
        settings.speaks, settings.modalities_told = "audio" in modalities, True
    settings.output_bytes_per_ms = (
        bytes_per_ms(audio_out.format or told.output_audio_format) or settings.output_bytes_per_ms
    )
    settings.input_bytes_per_ms = (
        bytes_per_ms(audio_in.format or told.input_audio_format) or settings.input_bytes_per_ms
    )
    return [ch.SessionConfigured(at, c)]


def _take_turn_detection(settings: Settings, told: Session, audio_in: AudioInput) -> None:
    detection = audio_in.turn_detection if audio_in.turn_detection is not UNSET else told.turn_detection
    if isinstance(detection, TurnDetection):
        settings.turn_detection = True
        settings.detects_by = detection.type or ""
        settings.creates_response = detection.create_response is not False
        settings.interrupts_response = detection.interrupt_response is not False
        settings.idle_timeout = detection.idle_timeout_ms is not None
    elif detection is None:
        settings.turn_detection = False


def _take_transcription(settings: Settings, told: Session, audio_in: AudioInput) -> None:
    transcription = audio_in.transcription if audio_in.transcription is not UNSET else told.input_audio_transcription
    if transcription is not UNSET:
        settings.transcribes = transcription is not None


def bytes_per_ms(told: AudioFormat | str | None) -> float | None:
    """Give the bytes of one ms of audio in a session's format, `None` where it is not told."""
    if isinstance(told, str):
        return BETA_FORMATS.get(told)
    if told is None or told.type is None:
        return None
    if told.type == "audio/pcm":
        return (told.rate or PCM_DEFAULT_RATE) * BYTES_PER_SAMPLE / 1000
    return G711_BYTES_PER_MS
