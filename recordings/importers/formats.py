"""The formats that can be imported, and how each is known by its content."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rtlog.recordings.importers import cassettes, livekit_log, websockets_log
from rtlog.recordings.importers.events import read_events
from rtlog.recordings.importers.flows import read_flows
from rtlog.recordings.importers.found import Found
from rtlog.recordings.importers.har import read_har

SEARCHED: Final = 1024 * 1024
"""Bytes at the start of a file in which a log's first telling line is looked for."""

_FLOWS: Final = re.compile(rb"\d{1,12}:\d{1,12}:[a-z]")
_HAR: Final = re.compile(rb'(?s)^\s*\{\s*"log"\s*:\s*\{.{0,4000}?"(?:creator|entries|version|pages|browser)"\s*:')


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the name behind `import:` in a header, what people call it, how it is known and read."""

    name: str
    title: str
    is_in: Callable[[bytes], object]
    read: Callable[[bytes, Found], None]


def _searched(pattern: re.Pattern[bytes]) -> Callable[[bytes], object]:
    return lambda data: pattern.search(data, 0, SEARCHED)


FORMATS: Final = (
    Format("mitmproxy", "mitmproxy flows", _FLOWS.match, read_flows),
    Format("har", "HAR", lambda data: _HAR.search(data.removeprefix(b"\xef\xbb\xbf"), 0, SEARCHED), read_har),
    Format("cassette", "pydantic-ai cassettes", _searched(cassettes.MARK), cassettes.read_cassette),
    Format("livekit", "LiveKit debug logs", _searched(livekit_log.MARK), livekit_log.read_livekit_log),
    Format("websockets", "websockets debug logs", _searched(websockets_log.MARK), websockets_log.read_websockets_log),
    Format("events", "JSON or JSON Lines of events", lambda _: True, read_events),
)
"""In the order in which they are tried; the last takes whatever is left."""

KNOWN: Final = ", ".join(each.title for each in FORMATS)


def detected(data: bytes) -> Format:
    """Give the format of a file that holds *data*."""
    return next(each for each in FORMATS if each.is_in(data))
