"""Realtime vocabularies that rtlog does not model, known by the shape of a single event.

They are recorded and shown, and an analysis that meets them says their name instead of "clean".
Sources: the vendors' API references.
"""

from collections.abc import Collection
from typing import Final

KEYS: Final = {
    "setup": "Gemini Live",
    "setupComplete": "Gemini Live",
    "clientContent": "Gemini Live",
    "client_content": "Gemini Live",
    "realtimeInput": "Gemini Live",
    "realtime_input": "Gemini Live",
    "toolResponse": "Gemini Live",
    "tool_response": "Gemini Live",
    "serverContent": "Gemini Live",
    "toolCall": "Gemini Live",
    "toolCallCancellation": "Gemini Live",
    "goAway": "Gemini Live",
    "sessionResumptionUpdate": "Gemini Live",
    "usageMetadata": "Gemini Live",
    "user_audio_chunk": "ElevenLabs Agents",
}
"""The member that names an event which has no `type`."""

TYPES: Final = {
    "Settings": "Deepgram Voice Agent",
    "SettingsApplied": "Deepgram Voice Agent",
    "Welcome": "Deepgram Voice Agent",
    "ConversationText": "Deepgram Voice Agent",
    "UserStartedSpeaking": "Deepgram Voice Agent",
    "AgentThinking": "Deepgram Voice Agent",
    "AgentAudioDone": "Deepgram Voice Agent",
    "FunctionCallRequest": "Deepgram Voice Agent",
    "FunctionCallResponse": "Deepgram Voice Agent",
    "InjectUserMessage": "Deepgram Voice Agent",
    "conversation_initiation_metadata": "ElevenLabs Agents",
    "conversation_initiation_client_data": "ElevenLabs Agents",
    "user_transcript": "ElevenLabs Agents",
    "agent_response": "ElevenLabs Agents",
    "agent_response_correction": "ElevenLabs Agents",
    "client_tool_call": "ElevenLabs Agents",
    "vad_score": "ElevenLabs Agents",
    "call_started": "Ultravox",
    "client_tool_invocation": "Ultravox",
    "user_text_message": "Ultravox",
    "playback_clear_buffer": "Ultravox",
    "transcription.delta": "vLLM realtime transcription",
    "transcription.done": "vLLM realtime transcription",
    "session.start": "OpenAI Live",
    "session.started": "OpenAI Live",
    "session.input_audio.append": "OpenAI Live",
    "session.delegation.created": "OpenAI Live",
    "decision.create": "OpenAI Live",
    "decision.event": "OpenAI Live",
    "session.input_audio_buffer.append": "OpenAI Translation",
}
"""Event types that only one other vocabulary has: `client_tool_result` and `session.closed` are in two."""

NOVA_SONIC: Final = frozenset(
    {
        "sessionStart",
        "promptStart",
        "contentStart",
        "textInput",
        "audioInput",
        "toolResult",
        "contentEnd",
        "promptEnd",
        "sessionEnd",
        "completionStart",
        "textOutput",
        "audioOutput",
        "toolUse",
        "completionEnd",
        "usageEvent",
    }
)
"""Amazon Nova Sonic: the single member of the object under `event`."""


def vocabulary_of(event_type: str, members: Collection[str] = ()) -> str | None:
    """Name the vocabulary of an event by its type or, without one, by its *members*; `None` where no table knows it."""
    if event_type:
        return TYPES.get(event_type)
    found = next((KEYS[member] for member in members if member in KEYS), None)
    return found or ("Amazon Nova Sonic" if not NOVA_SONIC.isdisjoint(members) else None)
