"""pydantic-ai's realtime cassettes: YAML with the messages of one session, `sent` and `received`; the extra `yaml`.

Source: `tests/realtime/cassettes.py` of pydantic/pydantic-ai and the cassettes beside it. Audio is shortened in them
by whoever recorded them; later ones tell seconds as `at`.
"""

import re
from importlib import import_module
from typing import Final

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.importers.directions import said
from rtlog.recordings.importers.found import Found, Message
from rtlog.recordings.importers.json_values import dumped
from rtlog.recordings.importers.moments import moment

MISSING: Final = "is a cassette in YAML, which needs one more package: pip install 'rtlog[yaml]'"
MARK: Final = re.compile(rb"^interactions:", re.MULTILINE)
LARGEST: Final = 64 * 1024 * 1024
"""Bytes; the YAML parser needs a hundred times as much memory."""


def read_cassette(data: bytes, found: Found) -> None:
    """Find the messages of the cassette *data*; raises RtlogError where it is no YAML, or PyYAML is missing."""
    cassette = _loaded(data)
    interactions = cassette.get("interactions") if isinstance(cassette, dict) else None
    if not isinstance(interactions, list):
        return
    socket = found.socket()
    for number, each in enumerate(interactions, 1):
        where = f"interaction {number}"
        direction = said(each.get("direction")) if isinstance(each, dict) else None
        event = each.get("data") if isinstance(each, dict) else None
        if direction is None or not isinstance(event, dict):
            found.misunderstood(where, str(each))
            continue
        try:
            text = dumped(event)
        except ValueError as error:
            found.misunderstood(where, str(error))
            continue
        found.entries.append(Message(socket.number, direction, text, moment(each.get("at"))))


def _loaded(data: bytes) -> object:
    if len(data) > LARGEST:
        raise RtlogError(f"is a cassette of {len(data)} bytes; at most {LARGEST} are read")
    try:
        yaml = import_module("yaml")
    except ImportError as error:
        raise RtlogError(MISSING) from error
    # Anchors let a small file stand for a huge one; no cassette has any.
    if re.search(rb"(?m)(?:^|[\s:\-\[,])\*[A-Za-z0-9_-]+\s*$", data):
        raise RtlogError("is YAML with aliases, which no cassette has; write it without")
    try:
        return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except Exception as error:
        raise RtlogError(f"is a cassette that is no valid YAML ({' '.join(str(error).split())[:200]})") from error
