"""The session that every OpenAI tape opens with: its configuration and the events that announce it."""

from typing import Final

from rtlog.recordings.samples.parts import Fields, Json

MODEL: Final = "gpt-realtime"
INSTRUCTIONS: Final = "You are the voice of a parcel service. Answer in one or two short sentences."
PCM: Final[Fields] = {"type": "audio/pcm", "rate": 24000}
BYTES_PER_MS: Final = 48
TOOL: Final[Fields] = {
    "type": "function",
    "name": "lookup_order",
    "description": "Look up an order by its number.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
}


def configuration(*, create: bool = True, interrupt: bool = True) -> Fields:
    """Give the session as the client sends it: audio out, a VAD that answers turns and interrupts answers, or not."""
    turns: Fields = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 200,
        "create_response": create,
        "interrupt_response": interrupt,
    }
    heard: Fields = {"format": PCM, "transcription": {"model": "gpt-4o-mini-transcribe"}, "turn_detection": turns}
    return _session(heard, [TOOL], INSTRUCTIONS)


def default() -> Fields:
    """Give the session as the server makes it, before the client's update."""
    turns: Fields = {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "create_response": True,
        "interrupt_response": True,
    }
    return _session({"format": PCM, "transcription": None, "turn_detection": turns}, [], "You are helpful.")


def _session(heard: Fields, tools: list[Json], instructions: str) -> Fields:
    return {
        "type": "realtime",
        "model": MODEL,
        "output_modalities": ["audio"],
        "instructions": instructions,
        "tools": tools,
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "audio": {"input": heard, "output": {"format": PCM, "voice": "marin", "speed": 1.0}},
    }
