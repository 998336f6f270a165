"""What a tap writes down of a generated session: lines of a recording, a tape for people, records for the analysis."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rtlog.recordings.record import Record

Json = dict[str, Any]

NS_PER_MS: Final = 1_000_000
SIGNS: Final = {"client": ">", "server": "<", "local": "L"}
_DECODE: Final = msgspec.json.Decoder(Record).decode
_ENCODE: Final = msgspec.json.encode
LINES_BEFORE_THE_FIRST: Final = 1
"""A recording begins with its header, a tape with `bare`: the same record stands on the same line of both."""


class Recorder:
    """Takes events in the order in which a tap at the client sees them."""

    def __init__(self) -> None:
        self.lines: list[Json] = []
        self.conn = 1

    def event(self, direction: str, event: Json, now: int, audio_bytes: int = 0) -> None:
        """Take an event."""
        line: Json = {"type": event["type"], "dir": direction}
        if audio_bytes:
            line["audio_bytes"] = audio_bytes
        self._place(line, now)
        line["event"] = event
        self.lines.append(line)

    def socket(self, kind: str, now: int, **facts: str | int) -> None:
        """Take what happened to the socket."""
        self._place(line := {"kind": kind}, now)
        self.lines.append(line | facts)

    def _place(self, line: Json, now: int) -> None:
        line["seq"], line["t"], line["conn"] = len(self.lines) + 1, now * NS_PER_MS, self.conn


def records_of(lines: list[Json]) -> list[Record]:
    """Give the records as the reader would."""
    records = [_DECODE(_ENCODE(line)) for line in lines]
    for number, record in enumerate(records, 1 + LINES_BEFORE_THE_FIRST):
        record.line = number
    return records


def file_of(lines: list[Json], provider: str | None) -> bytes:
    """Give the recording's bytes; the same session gives the same ones."""
    header = {"rtlog": 1, "id": "generated", "tool": "rtlog 0", "tap": "proxy", "provider": provider}
    footer = {"end": True, "records": len(lines), "dropped": 0}
    return b"".join(_ENCODE(line) + b"\n" for line in (header, *lines, footer))


def tape_of(lines: list[Json]) -> str:
    """Write the session as a tape, one line a record, numbered as findings number it."""
    return "\n".join(["bare", *map(_tape_line, lines)])


def _tape_line(line: Json) -> str:
    conn = f" conn={line['conn']}" if line["conn"] > 1 else ""
    time = line["t"] // NS_PER_MS
    if "kind" in line:
        facts = {key: value for key, value in line.items() if key not in {"kind", "seq", "t", "conn"}}
        return f"{time} {line['kind']}{_pairs(facts)}{conn}"
    event = {key: value for key, value in line["event"].items() if key not in {"type", "item"}}
    if "audio_bytes" in line:
        event["audio_bytes"] = line["audio_bytes"]
    if "item" in line["event"]:
        event["item"] = line["event"][
            "item"
        ]  # last: the tape takes `status` and the like for an item's once it is there
    return f"{time} {SIGNS[line['dir']]} {line['type'].removeprefix('local.')}{_pairs(event)}{conn}"


def _pairs(facts: Mapping[str, object]) -> str:
    return "".join(f" {key}={json.dumps(value, separators=(',', ':'))}" for key, value in facts.items())
