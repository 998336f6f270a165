"""A session's configuration: what the server begins with, what a client's update makes of it."""

from typing import Final, cast

from rtlog.simulator.requests import Settings
from rtlog.simulator.wire import Fields, Json

SESSION_SECONDS: Final = 3600
PCM: Final[Fields] = {"type": "audio/pcm", "rate": 24000}


def default_settings(model: str, session_id: str, second: int) -> Settings:
    """Give the session that a connection begins with at the Unix *second*."""
    turns: Fields = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }
    heard: Fields = {"format": {**PCM}, "transcription": None, "noise_reduction": None, "turn_detection": turns}
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "You are a helpful assistant.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": second + SESSION_SECONDS,
        "audio": {"input": heard, "output": {"format": {**PCM}, "voice": "marin", "speed": 1.0}},
        "include": None,
    }


def updated(settings: Settings, update: Settings) -> Settings:
    """Give *settings* with *update* laid over them: objects are merged, everything else replaced."""
    merged = dict(settings)
    for key, value in update.items():
        old = merged.get(key)
        merged[key] = updated(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def part_of(settings: Settings, *path: str) -> Settings | None:
    """Give the object at *path*, or `None` where there is none."""
    value: object = settings
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else None


def shown(settings: Settings) -> Json:
    """Give *settings* as JSON."""
    return cast("Json", settings)
