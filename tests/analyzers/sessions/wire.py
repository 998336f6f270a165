"""The objects that stand in events: items, sessions, responses, in the shapes of each provider."""

from random import Random
from typing import Any, Final
from uuid import UUID

from sessions.habits import Habits
from sessions.providers import Provider

Json = dict[str, Any]

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
STARTED_S: Final = 218_000_000
"""Seconds since the id clock's epoch."""
EPOCH_S: Final = 1_576_800_000
SESSION_S: Final = 3600


class Mint:
    """Makes ids as a provider does."""

    def __init__(self, rng: Random, provider: Provider) -> None:
        self._rng = rng
        self._style = provider.ids

    def id(self, prefix: str, now: int) -> str:
        """Give a new id; the first five characters of some providers' are a clock."""
        if self._style == "uuid":
            return str(UUID(int=self._rng.getrandbits(128), version=4))
        if self._style == "voice live":
            return f"{prefix}_{self._rng.getrandbits(88):022x}"
        seconds, clock = STARTED_S + now // 1000, ""
        for _ in range(5):
            seconds, digit = divmod(seconds, 62)
            clock = DIGITS[digit] + clock
        return f"{prefix}_{clock}{self._rng.getrandbits(64):016x}"


def session_object(habits: Habits, session_id: str, *, configured: bool) -> Json:
    """Give a session's settings: the server's own, or those that the client asked for."""
    provider = habits.provider
    told: Json = {"id": session_id, "object": "realtime.session", "model": provider.model}
    if provider.header in {"openai", "azure"}:
        told["expires_at"] = EPOCH_S + STARTED_S + SESSION_S
    return told | settings_object(habits, configured=configured)


def settings_object(habits: Habits, *, configured: bool) -> Json:
    """Give what a `session.update` sets."""
    modalities = ["audio"] if habits.speaks or not configured else ["text"]
    detection: Json | None = {"type": "server_vad", "create_response": True, "interrupt_response": True}
    if configured:
        ways = {"create_response": habits.creates, "interrupt_response": habits.interrupts}
        detection = {"type": habits.detection, **ways} if habits.detection else None
    transcription = {"model": "whisper-1"} if configured and habits.transcribes else None
    instructions = "You book tables." if configured else "You are a helpful assistant."
    telephone = configured and habits.telephone
    if habits.provider.flat_session:
        beta_format = "g711_ulaw" if telephone else "pcm16"
        return {
            "modalities": ["text", *(["audio"] if "audio" in modalities else [])],
            "instructions": instructions,
            "voice": "alloy",
            "input_audio_format": beta_format,
            "output_audio_format": beta_format,
            "input_audio_transcription": transcription,
            "turn_detection": detection,
            "tools": [],
        }
    sound = {"type": "audio/pcmu"} if telephone else {"type": "audio/pcm", "rate": 24000}
    return {
        "type": "realtime",
        "output_modalities": modalities,
        "instructions": instructions,
        "tools": [],
        "audio": {
            "input": {"format": sound, "transcription": transcription, "turn_detection": detection},
            "output": {"format": sound, "voice": "alloy"},
        },
    }


def message(role: str, text: str) -> Json:
    """Give a message as a client creates it."""
    part = {"assistant": "output_text"}.get(role, "input_text")
    return {"type": "message", "role": role, "content": [{"type": part, "text": text}]}
