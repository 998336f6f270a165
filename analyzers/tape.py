"""The tape: a session written by hand, one record a line. Rules carry their examples in it; tests and docs use it.

    0    < added fc1 call call_id=c1 prev=m1
    10   > delete fc1 event_id=e1
    20   < deleted fc1
    25   L tool_started fc1 call_id=c1

A line is the time in ms (`-` for an untimed record), the direction (`>` client, `<` server, `L` local), a verb and its
arguments: positional ones as `VERBS` lists them, then `key=value`. Values are JSON where they parse as JSON, else text.
A tape begins with an implied `session.created` at its first time, unless its first line is `bare`. Lines that start
with `#` are comments; `50 close by=server code=1001` and the like are socket records.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from rtlog.recordings.record import Record

Json = dict[str, Any]

_R: Final = "response."
_I: Final = "conversation.item."
_B: Final = "input_audio_buffer."

VERBS: Final[Mapping[tuple[str, str], tuple[str, tuple[str, ...]]]] = {
    (">", "create"): (_I + "create", ("item.id", "kind")),
    (">", "delete"): (_I + "delete", ("item_id",)),
    (">", "truncate"): (_I + "truncate", ("item_id", "audio_end_ms")),
    (">", "retrieve"): (_I + "retrieve", ("item_id",)),
    (">", "respond"): (_R + "create", ()),
    (">", "cancel"): (_R + "cancel", ("response_id",)),
    (">", "update"): ("session.update", ()),
    (">", "append"): (_B + "append", ("audio_bytes",)),
    (">", "commit"): (_B + "commit", ()),
    (">", "clear"): (_B + "clear", ()),
    ("<", "session"): ("session.created", ()),
    ("<", "updated"): ("session.updated", ()),
    ("<", "added"): (_I + "added", ("item.id", "kind")),
    ("<", "done"): (_I + "done", ("item.id", "kind")),
    ("<", "deleted"): (_I + "deleted", ("item_id",)),
    ("<", "truncated"): (_I + "truncated", ("item_id",)),
    ("<", "speech_started"): (_B + "speech_started", ("item_id",)),
    ("<", "speech_stopped"): (_B + "speech_stopped", ("item_id",)),
    ("<", "committed"): (_B + "committed", ("item_id",)),
    ("<", "transcribed"): (_I + "input_audio_transcription.completed", ("item_id", "transcript")),
    ("<", "transcription_failed"): (_I + "input_audio_transcription.failed", ("item_id",)),
    ("<", "response"): (_R + "created", ("response.id",)),
    ("<", "output"): (_R + "output_item.added", ("response_id", "item.id", "kind")),
    ("<", "output_done"): (_R + "output_item.done", ("response_id", "item.id", "kind")),
    ("<", "audio"): (_R + "output_audio.delta", ("response_id", "item_id", "audio_bytes")),
    ("<", "words"): (_R + "output_audio_transcript.delta", ("response_id", "item_id")),
    ("<", "part_done"): (_R + "content_part.done", ("response_id", "item_id", "part.transcript")),
    ("<", "arguments"): (_R + "function_call_arguments.done", ("response_id", "item_id", "arguments")),
    ("<", "finished"): (_R + "done", ("response.id", "response.status", "response.status_details.reason")),
    ("<", "error"): ("error", ("error.code", "error.event_id", "error.message")),
}
"""(direction, verb) → event type and the fields of the positional arguments; any other verb is an event type itself."""

KINDS: Final[Mapping[str, Json]] = {
    "user": {"type": "message", "role": "user"},
    "assistant": {"type": "message", "role": "assistant"},
    "system": {"type": "message", "role": "system"},
    "call": {"type": "function_call"},
    "result": {"type": "function_call_output"},
}
ALIASES: Final = {"prev": "previous_item_id"}
ITEM_FIELDS: Final = frozenset({"call_id", "name", "arguments", "output", "status", "text"})
DIRECTIONS: Final = {">": "client", "<": "server", "L": "local"}
SOCKET_KINDS: Final = frozenset({"open", "close", "gap", "mark"})
NS_PER_MS: Final = 1_000_000
_WORD: Final = re.compile(r'(?:[^\s"]|"(?:\\.|[^"])*")+')


def parse(tape: str) -> Iterator[Record]:
    """Give the records of *tape*; a record's `line` is its line in the tape.

    Raises ValueError for a line that does not follow the form.
    """
    lines = [(number, line.strip()) for number, line in enumerate(tape.strip("\n").splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    bare = bool(lines) and lines[0][1] == "bare"
    if bare:
        lines = lines[1:]
    seq = 0
    if not bare and lines:
        seq = 1
        yield _record("< session", lines[0][1].split()[0], seq, 0)
    for number, line in lines:
        time, _, rest = line.partition(" ")
        seq += 1
        yield _record(rest.strip(), time, seq, number)


def _record(text: str, time: str, seq: int, line: int) -> Record:
    sign, *words = _WORD.findall(text)
    conn, words = _connection(words)
    head: Json = {"seq": seq, "line": line, "conn": conn, "t": _ns(time)}
    if sign in SOCKET_KINDS:
        return _decoded(head | {"kind": sign} | dict(_pair(word) for word in words))
    event = _event(sign, words[0], words[1:])
    head["audio_bytes"] = event.pop("audio_bytes", 0)
    return _decoded(head | {"type": event["type"], "dir": DIRECTIONS[sign], "event": event})


def _decoded(fields: Json) -> Record:
    """Go by way of JSON, as the reader does: what a record keeps undecoded has no other form."""
    return msgspec.json.decode(msgspec.json.encode(fields), type=Record)


def _ns(time: str) -> int | None:
    return None if time == "-" else int(float(time) * NS_PER_MS)


def _connection(words: list[str]) -> tuple[int, list[str]]:
    chosen = [word for word in words if word.startswith("conn=")]
    return (int(chosen[0][5:]) if chosen else 1), [word for word in words if not word.startswith("conn=")]


def _event(sign: str, verb: str, words: list[str]) -> Json:
    event_type, fields = VERBS.get((sign, verb), (f"local.{verb}" if sign == "L" else verb, ("item_id",)))
    event: Json = {"type": event_type}
    positional = iter(fields)
    for word in words:
        if _is_pair(word):
            key, value = _pair(word)
            _put(event, _path(key, event), value)
        else:
            _put(event, next(positional), json.loads(word) if word.isdigit() or word.startswith('"') else word)
    return event


def _is_pair(word: str) -> bool:
    key, separator, _ = word.partition("=")
    return bool(separator) and key.replace("_", "").replace(".", "").isalpha()


def _pair(word: str) -> tuple[str, Any]:
    key, _, value = word.partition("=")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _path(key: str, event: Json) -> str:
    key = ALIASES.get(key, key)
    return f"item.{key}" if "item" in event and key in ITEM_FIELDS else key


def _put(event: Json, path: str, value: object) -> None:
    if path == "kind":
        event.setdefault("item", {}).update(KINDS[str(value)])
        return
    if path == "item.text":
        event["item"]["content"] = [{"type": "text", "text": value}]
        return
    *parents, last = path.split(".")
    target = event
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value
