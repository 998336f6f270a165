"""Vocabularies that rtlog does not model, known by one event."""

import json
import os
from pathlib import Path

import pytest

from rtlog.recordings.reader import read
from rtlog.recordings.vocabulary.events import KNOWN_EVENTS
from rtlog.recordings.vocabulary.foreign import TYPES, vocabulary_of


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"setup": {"model": "m"}}, "Gemini Live"),
        ({"serverContent": {}, "usageMetadata": {}}, "Gemini Live"),
        ({"sessionStart": {}}, "Amazon Nova Sonic"),
        ({"user_audio_chunk": "AAAA"}, "ElevenLabs Agents"),
        ({"type": "client_tool_result"}, None),
        ({"type": "SettingsApplied"}, "Deepgram Voice Agent"),
        ({"type": "user_transcript"}, "ElevenLabs Agents"),
        ({"type": "call_started"}, "Ultravox"),
        ({"type": "session.started"}, "OpenAI Live"),
        ({"type": "response.created"}, None),
        ({"level": "info"}, None),
        ({}, None),
    ],
)
def test_an_event_tells_its_vocabulary(event: dict[str, object], name: str | None):
    assert vocabulary_of(str(event.get("type", "")), event) == name


def test_no_event_of_ours_is_called_foreign():
    assert KNOWN_EVENTS.isdisjoint(TYPES)


def captures() -> list[Path]:
    return sorted(Path(os.environ["RTLOG_CAPTURES"]).glob("*.jsonl")) if "RTLOG_CAPTURES" in os.environ else []


@pytest.mark.skipif(not captures(), reason="RTLOG_CAPTURES names no folder of real captures")
def test_real_captures_fit_our_types_to_the_last_field():
    for path in captures():
        with read(path) as reading:
            records = list(reading)
        assert len(records) == reading.lines
        assert (reading.malformed, len(reading.damage), reading.torn, reading.timed) == (0, 0, False, False)
        assert {record.dir for record in records} == {"client", "server"}
        assert [record.dir for record in records] == [
            json.loads(line)["dir"] for line in path.read_bytes().splitlines()
        ]
        assert reading.foreign == ("Gemini Live" if "gemini" in path.name else None)
