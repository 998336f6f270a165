"""Sessions of vocabularies that rtlog does not model: read, drawn, and called by their name instead of "clean"."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rtlog.analyzers.rules import RULES
from rtlog.analyzers.verdict import about_recording

Events = list[tuple[str, dict[str, object]]]

SESSIONS: dict[str, Events] = {
    "Gemini Live": [
        ("client", {"setup": {"model": "models/gemini"}}),
        ("server", {"setupComplete": {}}),
        ("client", {"realtimeInput": {"audio": {"data": "AAAA", "mimeType": "audio/pcm"}}}),
        ("server", {"serverContent": {"modelTurn": {"parts": []}}}),
        ("server", {"toolCall": {"functionCalls": []}}),
        ("client", {"toolResponse": {"functionResponses": []}}),
        ("server", {"serverContent": {"turnComplete": True}, "usageMetadata": {}}),
    ],
    "Amazon Nova Sonic": [
        ("client", {"event": {"sessionStart": {}}}),
        ("client", {"event": {"audioInput": {"content": "AAAA"}}}),
        ("server", {"event": {"completionStart": {}}}),
        ("server", {"event": {"textOutput": {"content": "hello"}}}),
    ],
    "Deepgram Voice Agent": [
        ("server", {"type": "Welcome", "request_id": "r"}),
        ("client", {"type": "Settings", "agent": {}}),
        ("server", {"type": "SettingsApplied"}),
        ("client", {"type": "KeepAlive"}),
        ("server", {"type": "ConversationText", "role": "user", "content": "hello"}),
        ("server", {"type": "Error", "description": "oh"}),
    ],
    "ElevenLabs Agents": [
        ("server", {"type": "conversation_initiation_metadata"}),
        ("client", {"user_audio_chunk": "AAAA"}),
        ("server", {"type": "ping", "ping_event": {"event_id": 1}}),
        ("client", {"type": "pong", "event_id": 1}),
        ("server", {"type": "audio", "audio_event": {"audio_base_64": "AAAA", "event_id": 1}}),
        ("server", {"type": "interruption", "interruption_event": {"event_id": 2}}),
    ],
    "Ultravox": [
        ("server", {"type": "call_started", "callId": "c"}),
        ("server", {"type": "state", "state": "listening"}),
        ("server", {"type": "transcript", "role": "agent", "ordinal": 0, "delta": "hello", "final": False}),
        ("client", {"type": "ping", "timestamp": 1}),
        ("client", {"type": "client_tool_result", "invocationId": "i"}),
    ],
    "vLLM realtime transcription": [
        ("server", {"type": "session.created", "id": "s"}),
        ("client", {"type": "session.update", "model": "m"}),
        ("client", {"type": "input_audio_buffer.append", "audio": "AAAA"}),
        ("client", {"type": "input_audio_buffer.commit", "final": True}),
        ("server", {"type": "transcription.done", "text": "hello"}),
    ],
    "OpenAI Live": [
        ("client", {"type": "session.start", "session": {}}),
        ("server", {"type": "session.started", "session": {}}),
        ("client", {"type": "response.create"}),
        ("client", {"type": "response.create"}),
        ("server", {"type": "error", "error": {"code": "function_call_outputs_required"}}),
        ("server", {"type": "session.output_audio.delta", "delta": "AAAA"}),
        ("server", {"type": "session.closed"}),
    ],
    "OpenAI Translation": [
        ("server", {"type": "session.created", "session": {"type": "translation"}}),
        ("client", {"type": "session.update", "session": {"audio": {"output": {"language": "es"}}}}),
        ("server", {"type": "session.updated", "session": {"type": "translation"}}),
        ("client", {"type": "session.input_audio_buffer.append", "audio": "AAAA"}),
        ("server", {"type": "session.output_transcript.delta", "delta": "hola"}),
        ("server", {"type": "session.closed"}),
    ],
}


def written(path: Path, events: Events) -> str:
    path.write_text("".join(json.dumps({"dir": sender, "event": event}) + "\n" for sender, event in events))
    return str(path)


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_of_another_vocabulary_is_called_by_its_name(
    rtlog: Callable[..., tuple[int, str, str]], tmp_path: Path, name: str
) -> None:
    code, out, _ = rtlog("analyze", written(tmp_path / "session.jsonl", SESSIONS[name]))

    assert code == 3
    assert f"inconclusive: this protocol is not modelled: {name}" in out
    assert set(re.findall(r"^\w+\[(RT\d+)\]", out, re.MULTILINE)) == {"RT905"}
    # A rule that knows none of the events has not found nothing: rates over many recordings leave these out.
    judged = {rule.code for rule in RULES} - set(re.findall(r"RT\d+(?=[, ])", out.split("  not judged: ", 1)[1]))
    assert {code for code in judged if not about_recording(code)} == set()


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_of_another_vocabulary_is_drawn(
    rtlog: Callable[..., tuple[int, str, str]], tmp_path: Path, name: str
) -> None:
    code, out, err = rtlog("timeline", written(tmp_path / "session.jsonl", SESSIONS[name]))

    assert (code, err) == (0, "")
    drawn = re.findall(r"^line (\d+) │.*─", out, re.MULTILINE)
    assert (drawn[0], drawn[-1]) == ("1", str(len(SESSIONS[name])))


def test_our_own_session_with_one_foreign_event_stays_ours(
    rtlog: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    events: Events = [
        ("server", {"type": "session.created", "session": {}}),
        ("client", {"type": "response.create"}),
        ("server", {"type": "response.created", "response": {"id": "r1"}}),
        ("server", {"type": "transcription.delta", "delta": "hello"}),
        ("server", {"type": "response.done", "response": {"id": "r1", "status": "completed"}}),
    ]

    code, out, _ = rtlog("analyze", written(tmp_path / "session.jsonl", events))

    assert (code, "not modelled" in out) == (0, False)
