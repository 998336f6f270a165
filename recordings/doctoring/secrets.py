"""Secrets that another tool left in a recording: where they stand, and the line without them."""

import json
from typing import Final, cast

import orjson

from rtlog.recordings.audio import Json
from rtlog.recordings.redaction import REDACTED, Redactor

ELIDED: Final = "elided"
EVENT: Final = "event"
NO_RECORD: Final = "a line that is no record"


class SecretFinder:
    """Looks for secrets line by line, and remembers those that it has found for the lines behind."""

    def __init__(self) -> None:
        self._redactor = Redactor()

    def find(self, line: bytes) -> tuple[list[str], bytes]:
        """Give where in *line* secrets stand, and the line without them: the very same where there are none."""
        if not self._redactor.suspects(line):
            return [], line
        record = _parsed(line)
        if record is None:
            text = line.decode("utf-8", "replace")
            return ([NO_RECORD] if self._redactor.text(text) != text else []), line
        found = self._of_record(record)
        return found, _dumped(record) if found else line

    def _of_record(self, record: Json) -> list[str]:
        found: list[str] = []
        for side in ("request", "response"):
            told = record.get(side)
            if record.get("kind") == "open" and isinstance(told, dict):
                found += [f"{side}.{path}" for path in self._of_handshake(cast("Json", told))]
        event = record.pop(EVENT, None)
        held = {name: value for name, value in record.items() if name not in {"request", "response", "upstream"}}
        found += self._redactor.event(held)
        record |= held
        if isinstance(record.get("upstream"), str):
            found += self._url(record, "upstream")
        if isinstance(event, dict):
            changed = self._redactor.event(cast("Json", event))
            found += [f"{EVENT}.{path}" for path in changed]
            elided = record.get(ELIDED)
            if changed:
                record[ELIDED] = (elided if isinstance(elided, dict) else {}) | changed
        if event is not None:
            record[EVENT] = event
        return found

    def _of_handshake(self, told: Json) -> list[str]:
        found = [path for name in ("target", "url") for path in self._url(told, name)]
        given = told.get("headers")
        headers = cast("Json", given) if isinstance(given, dict) else {}
        for name, value in headers.items():
            if not isinstance(value, str) or REDACTED in value:
                continue
            safe = self._redactor.header(name.lower(), value)
            if safe != value:
                headers[name] = safe
                found.append(f"headers.{name}")
        return found

    def _url(self, holder: Json, name: str) -> list[str]:
        value = holder.get(name)
        if not isinstance(value, str):
            return []
        safe = self._redactor.url(value)
        holder[name] = safe
        return [name] if safe != value else []


def _parsed(line: bytes) -> Json | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _leniently_parsed(line)
    return value if isinstance(value, dict) else None


def _leniently_parsed(line: bytes) -> object:
    """Parse what the reader takes too: invalid UTF-8, half of a pair, `NaN`."""
    try:
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _dumped(record: Json) -> bytes:
    try:
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"
    except RecursionError:
        # Deeper than can be written: what it held cannot be shown to be without secrets.
        stub = {**record, ELIDED: {EVENT: "redacted"}, EVENT: {"type": record.get("type", "")}}
        return json.dumps(stub, separators=(",", ":")).encode() + b"\n"
