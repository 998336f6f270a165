"""Every event type of the OpenAI Realtime protocol and its compatible dialects, with its direction.

Sources: the type definitions of the `openai` package 3.52.0 (11 client and 46 server events of GA), the beta reference
of 2024, and the vendors' own documentation for what only a dialect sends.
"""

from typing import Final

from rtlog.recordings.record import Dir

CLIENT_EVENTS: Final = frozenset(
    {
        "session.update",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "input_audio_buffer.clear",
        "conversation.item.create",
        "conversation.item.retrieve",
        "conversation.item.truncate",
        "conversation.item.delete",
        "response.create",
        "response.cancel",
        "output_audio_buffer.clear",
    }
)
"""Client to server, GA."""

SERVER_EVENTS: Final = frozenset(
    {
        "error",
        "session.created",
        "session.updated",
        "conversation.created",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.created",
        "conversation.item.retrieved",
        "conversation.item.truncated",
        "conversation.item.deleted",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "conversation.item.input_audio_transcription.failed",
        "conversation.item.input_audio_transcription.segment",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "input_audio_buffer.cleared",
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.dtmf_event_received",
        "output_audio_buffer.started",
        "output_audio_buffer.stopped",
        "output_audio_buffer.cleared",
        "response.created",
        "response.done",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_text.delta",
        "response.output_text.done",
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.delta",
        "response.output_audio_transcript.done",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "mcp_list_tools.in_progress",
        "mcp_list_tools.completed",
        "mcp_list_tools.failed",
        "rate_limits.updated",
    }
)
"""Server to client, GA; `conversation.item.created` is the legacy name that some servers still send."""

BETA_TO_GA: Final = {
    "response.text.delta": "response.output_text.delta",
    "response.text.done": "response.output_text.done",
    "response.audio.delta": "response.output_audio.delta",
    "response.audio.done": "response.output_audio.done",
    "response.audio_transcript.delta": "response.output_audio_transcript.delta",
    "response.audio_transcript.done": "response.output_audio_transcript.done",
    "conversation.item.created": "conversation.item.added",
    "transcription_session.update": "session.update",
    "transcription_session.updated": "session.updated",
}
"""Beta names and what GA calls them."""

DIALECT_CLIENT_EVENTS: Final = frozenset(
    {
        "transcription_session.update",
        "session.avatar.connect",
        "input_audio.turn.start",
        "input_audio.turn.append",
        "input_audio.turn.end",
        "input_audio.turn.cancel",
        "input_text.delta",
        "input_text.done",
        "session.finish",
        "input_image_buffer.append",
        "input_text_buffer.append",
        "input_text_buffer.commit",
        "input_text_buffer.clear",
    }
)
"""What only a dialect's client sends: beta, Azure Voice Live, Qwen/DashScope."""

DIALECT_SERVER_EVENTS: Final = frozenset(
    {
        "response.text.delta",
        "response.text.done",
        "response.audio.delta",
        "response.audio.done",
        "response.audio_transcript.delta",
        "response.audio_transcript.done",
        "transcription_session.updated",
        "session.avatar.connecting",
        "session.avatar.switch_to_speaking",
        "session.avatar.switch_to_idle",
        "warning",
        "response.animation_blendshapes.delta",
        "response.animation_blendshapes.done",
        "response.animation_viseme.delta",
        "response.animation_viseme.done",
        "response.audio_timestamp.delta",
        "response.audio_timestamp.done",
        "response.video.delta",
        "response.web_search_call.searching",
        "response.web_search_call.in_progress",
        "response.web_search_call.completed",
        "response.file_search_call.searching",
        "response.file_search_call.in_progress",
        "response.file_search_call.completed",
        "ping",
        "conversation.item.input_audio_transcription.updated",
        "session.finished",
        "input_text_buffer.committed",
        "input_text_buffer.cleared",
        "heartbeat",
        "conversation.item.sound_detection",
        "conversation.item.speaker",
    }
)
"""What only a dialect's server sends: beta, Azure Voice Live, xAI, Qwen/DashScope, GLM, LocalAI."""

LOCAL_EVENTS: Final = frozenset(
    {
        "local.ctx_push_begin",
        "local.ctx_push_end",
        "local.remote_item_added",
        "local.remote_item_deleted",
        "local.placeholder_added",
        "local.placeholder_skipped",
        "local.item_committed",
        "local.item_removed",
        "local.tool_started",
        "local.tool_finished",
        "local.tool_cancelled",
        "local.reply_requested",
        "local.reply_created",
        "local.reply_timeout",
        "local.reply_cancelled",
        "local.playback_started",
        "local.playback_position",
        "local.playback_finished",
        "local.truncate_called",
        "local.interrupt_called",
        "local.guardrail_tripped",
        "local.reconnect_begin",
        "local.reconnect_end",
        "local.log",
    }
)
"""What the SDK or the application did: the only spellings."""

_CLIENT: Final = CLIENT_EVENTS | DIALECT_CLIENT_EVENTS
_SERVER: Final = SERVER_EVENTS | DIALECT_SERVER_EVENTS
KNOWN_EVENTS: Final = _CLIENT | _SERVER | LOCAL_EVENTS

AUDIO_FIELDS: Final = {
    "input_audio_buffer.append": "audio",
    "response.output_audio.delta": "delta",
    "response.audio.delta": "delta",
}
"""Where an event carries base64 audio at its top level; content parts carry it as `audio` (see `AUDIO_PART_EVENTS`)."""


def canonical(event_type: str) -> str:
    """Give the GA name of *event_type*; a name GA does not replace is its own."""
    return BETA_TO_GA.get(event_type, event_type)


def direction_of(event_type: str) -> Dir | None:
    """Say who sends *event_type*: `client`, `server`, `local`, or `None` where the tables do not know."""
    if event_type in _CLIENT:
        return "client"
    if event_type in _SERVER:
        return "server"
    return "local" if event_type.startswith("local.") else None
