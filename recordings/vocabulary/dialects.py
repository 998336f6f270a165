"""What providers of the same vocabulary do differently, as a table: nothing here is a fault of a session.

A dialect is known by the recording's provider, else by what only its server sends or by the shape of its ids.
Sources: 43 public captures of five providers, the vendors' references, and the issues named in the rules.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Dialect:
    """One provider's habits."""

    name: str
    null_anchors: bool = False
    """`previous_item_id: null` (or "0") says nothing about where an item stands."""
    repeats_transcripts: bool = False
    """Transcripts come several times for one item, each with all that was said so far."""
    truncates: bool = True
    acknowledges_truncate: bool = True
    idless_deletes: bool = False
    """`conversation.item.deleted` may carry an empty item_id."""
    drops_responses: bool = False
    """Opens a response at every commit and drops those that the user talks over, without a `response.done`."""
    creates_lazily: bool = False
    """`response.created` comes with the first output, or not at all."""
    replays_items: bool = False
    """A resumed session sends the items of the old one again."""
    beta_names: bool = False
    """Speaks the names of 2024, or both."""
    finishes_items: bool = True
    """Sends `conversation.item.done`."""


OPENAI: Final = Dialect("openai")

DIALECTS: Final = {
    dialect.name: dialect
    for dialect in (
        OPENAI,
        Dialect("azure", beta_names=True),
        Dialect("azure-voice-live", beta_names=True, finishes_items=False),
        Dialect(
            "xai",
            null_anchors=True,
            repeats_transcripts=True,
            truncates=False,
            acknowledges_truncate=False,
            idless_deletes=True,
            drops_responses=True,
            replays_items=True,
            beta_names=True,
            finishes_items=False,
        ),
        Dialect("qwen", truncates=False, beta_names=True, finishes_items=False),
        Dialect("glm", beta_names=True, finishes_items=False),
        Dialect("elevenlabs"),
        Dialect("inworld"),
        Dialect("baseten"),
        Dialect("localai", null_anchors=True),
        Dialect(
            "huggingface",
            null_anchors=True,
            acknowledges_truncate=False,
            creates_lazily=True,
            beta_names=True,
            finishes_items=False,
        ),
        Dialect("stepfun", beta_names=True, finishes_items=False),
    )
}
"""Provider → its dialect. A provider that is not here is taken for OpenAI's own."""

TELLING: Final = {
    "conversation.item.input_audio_transcription.updated": "xai",
    "ping": "xai",
    "session.avatar.connecting": "azure-voice-live",
    "session.avatar.connect": "azure-voice-live",
    "session.avatar.switch_to_speaking": "azure-voice-live",
    "session.avatar.switch_to_idle": "azure-voice-live",
    "response.animation_blendshapes.delta": "azure-voice-live",
    "response.animation_viseme.delta": "azure-voice-live",
    "response.audio_timestamp.delta": "azure-voice-live",
    "response.video.delta": "azure-voice-live",
    "session.finish": "qwen",
    "session.finished": "qwen",
    "input_image_buffer.append": "qwen",
    "input_text_buffer.append": "qwen",
    "heartbeat": "glm",
    "conversation.item.sound_detection": "localai",
    "conversation.item.speaker": "localai",
}
"""Event types that one dialect alone has."""

MODELS: Final = {"grok": "xai", "qwen": "qwen", "glm": "glm", "step-": "stepfun"}
"""The beginning of a model's name and whose it is."""

UUID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
VOICE_LIVE_EVENT: Final = re.compile(r"event_[0-9A-Za-z]{22}")


def dialect_named(provider: str | None) -> Dialect | None:
    """Give the dialect of *provider*, `None` where the table does not know it."""
    return DIALECTS.get(provider or "")


def dialect_of_session(model: str | None, event_id: str | None, session_id: str | None) -> Dialect | None:
    """Recognise a dialect by its `session.created`: the model's name, the shape of its ids."""
    named = next((name for start, name in MODELS.items() if (model or "").lower().startswith(start)), None)
    if named is not None:
        return DIALECTS[named]
    if UUID.fullmatch(event_id or "") and UUID.fullmatch(session_id or ""):
        return DIALECTS["xai"]
    return DIALECTS["azure-voice-live"] if VOICE_LIVE_EVENT.fullmatch(event_id or "") else None
