"""Secrets that another tool left in a recording: where they stand, and the line without them."""

from typing import Final, cast

import orjson

from rtlog.recordings.audio import Json
from rtlog.recordings.redaction import Redactor

ELIDED: Final = "elided"
EVENT: Final = "event"


class SecretFinder:
    """Looks for secrets line by line, and remembers those that it has found for the lines behind."""

    def __init__(self) -> None:
        self._redactor = Redactor()

    def find(self, line: bytes) -> tuple[list[str], bytes]:
        """Give where in *line* secrets stand, and the line without them: the very same where there are none."""
        if not self._redactor.suspects(line):
            return [], line
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            return [], line
        if not isinstance(record, dict):
            return [], line
        found = self._of_record(record)
        if not found:
            return [], line
        return found, orjson.dumps(record) + b"\n"

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
            safe = self._redactor.header(name.lower(), value) if isinstance(value, str) else value
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
