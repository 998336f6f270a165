"""Writing a tape as a recording: the exact lines of the format."""

import base64
import hashlib
import json
from typing import Final

from rtlog.recordings.samples.ids import CROCKFORD, letters
from rtlog.recordings.samples.parts import Entry, Fields
from rtlog.recordings.samples.session import BYTES_PER_MS
from rtlog.recordings.samples.tape import STARTED, Tape
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS

NS_PER_MS: Final = 1_000_000
PADDING_MS: Final = 300
"""How far before the first heard sound the service says speech began."""


def recording(tape: Tape) -> bytes:
    """Write the tape as a recording; every entry learns its line."""
    entries = sorted(tape.entries, key=lambda entry: entry.ms)
    _place_speech(entries)
    lines = [_header(tape)]
    for seq, entry in enumerate(entries, 1):
        entry.line = seq + 1
        lines.append(_record(tape, entry, seq))
    lines.append(_json({"end": True, "records": len(entries), "dropped": 0}))
    return "".join(f"{line}\n" for line in lines).encode()


def _header(tape: Tape) -> str:
    return _json(
        {
            "rtlog": 1,
            "id": "01KAJ" + letters(CROCKFORD, 21, tape.name),
            "started": STARTED,
            "tool": "rtlog samples",
            "tap": "samples",
            "upstream": tape.upstream,
            "provider": tape.provider,
            "client": tape.client,
            "sdk": {**tape.sdk},
            "audio": "meta",
            "redaction": ["secrets"],
            "title": tape.title,
        }
    )


def _record(tape: Tape, entry: Entry, seq: int) -> str:
    place: Fields = {"seq": seq, "t": round((entry.ms - tape.start) * NS_PER_MS), "conn": 1}
    if entry.dir is None:
        return _json({"kind": entry.fields["kind"], **place, **_without(entry.fields, "kind")})
    event = tape.numbered(entry, seq)
    head: Fields = {"type": entry.type, "dir": entry.dir, "n": len(_json(event).encode())}
    src: Fields = {"src": "sdk" if entry.dir == "local" else "wire"}
    if not entry.audio:
        return _json(head | place | src | {"event": event})
    field = AUDIO_FIELDS[entry.type]
    text = base64.b64encode(entry.audio).decode()
    heard: Fields = {"audio_bytes": len(entry.audio)}
    head["n"] = len(_json(event | {field: text}).encode())
    elided: Fields = {"elided": {field: f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"}}
    return _json(head | heard | place | src | elided | {"event": event})


def _place_speech(entries: list[Entry]) -> None:
    """Fill in where speech began and ended: both count the audio that was appended so far."""
    appended, ended = 0, 0
    for entry in entries:
        if entry.type == "input_audio_buffer.append":
            appended += len(entry.audio) // BYTES_PER_MS
        elif entry.type == "input_audio_buffer.speech_started":
            entry.fields["audio_start_ms"] = max(ended, appended - PADDING_MS)
        elif entry.type == "input_audio_buffer.speech_stopped":
            ended = appended
            entry.fields["audio_end_ms"] = ended


def _without(fields: Fields, name: str) -> Fields:
    return {key: value for key, value in fields.items() if key != name}


def _json(value: Fields) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
