"""What an importer found, as a recording: connections in the order they opened, their records merged by time."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import orjson

from rtlog.recordings.format import AudioPolicy, Footer, Header
from rtlog.recordings.importers.directions import type_of
from rtlog.recordings.importers.found import Closed, Cut, Entry, Found, Message, Socket, whole
from rtlog.recordings.importers.json_values import parsed_object
from rtlog.recordings.importers.moments import SINCE_1973
from rtlog.recordings.message import EventLine, KindLine, Policy
from rtlog.recordings.naming import rfc3339
from rtlog.recordings.recorder import tool_name
from rtlog.recordings.redaction import Redactor
from rtlog.recordings.vocabulary.events import direction_of
from rtlog.recordings.vocabulary.foreign import vocabulary_of
from rtlog.recordings.vocabulary.providers import provider_of
from rtlog.recordings.writer import Gap, Line

SWITCHING: Final = 101

Timed = tuple[int | None, Line]


@dataclass(slots=True)
class Imported:
    """A recording that is not written yet, and what came of the source."""

    header: Header
    lines: list[Timed]
    start: int | None
    """The moment from which `t` counts; `None` in an untimed recording."""
    redactor: Redactor
    events: int = 0
    cut: int = 0
    left_out: list[str] = field(default_factory=list)
    """URLs of connections without a realtime event."""

    def encoded(self) -> Iterator[bytes]:
        """Give the recording's lines."""
        yield orjson.dumps(self.header.told()) + b"\n"
        dropped = 0
        for seq, (at, line) in enumerate(self.lines, 1):
            dropped += line.lost if isinstance(line, Gap) else 0
            yield line.encode(seq, None if self.start is None or at is None else at - self.start)
        yield orjson.dumps(Footer(records=len(self.lines), dropped=dropped).told()) + b"\n"


def imported(found: Found, name: str, recording_id: str, *, audio: AudioPolicy, title: str | None = None) -> Imported:
    """Make the recording of what was *found* in a file of the format *name*.

    Connections that carried no realtime event are left out. It is untimed where not every record has a time.
    """
    redactor = Redactor()
    policy = Policy(audio, redactor)
    said: dict[int, list[Entry]] = {number: [] for number in found.sockets}
    for entry in found.entries:
        said[entry.socket].append(entry)
    kept = [socket for socket in found.sockets.values() if _is_realtime(said[socket.number])]
    numbers = {socket.number: number for number, socket in enumerate(kept, 1)}
    # Headers and URLs first: a secret that one of them tells is then known wherever it is repeated.
    opened = {socket.number: _open(socket, numbers[socket.number], redactor) for socket in kept}
    for entry in found.entries:
        if isinstance(entry, Message) and entry.socket in opened:
            _remember(entry, redactor)
    entries = [entry for entry in found.entries if entry.socket in numbers]
    start = _start(kept, entries, found)
    if start is None:
        lines = [*_in_order(entries, opened, numbers, policy)]
    else:
        streams = ([*_stream(each, said[each.number], opened[each.number], numbers, policy)] for each in kept)
        lines = [*heapq.merge(*streams, key=lambda timed: timed[0] or 0)]
    result = Imported(_header(found, name, recording_id, kept, start, policy, title), lines, start, redactor)
    result.events = sum(isinstance(entry, Message) for entry in entries)
    result.cut = len([entry for entry in entries if isinstance(entry, Cut)])
    left_out = [socket for number, socket in found.sockets.items() if number not in numbers]
    result.left_out = [redactor.url(socket.url or "") for socket in left_out]
    return result


def _is_realtime(said: list[Entry]) -> bool:
    return any(isinstance(entry, Cut) or (isinstance(entry, Message) and _is_event(entry)) for entry in said)


def _is_event(message: Message) -> bool:
    named = type_of(message.data)
    event = parsed_object(message.data.decode("utf-8", "replace")) if not message.binary and not named else None
    return direction_of(named) is not None or vocabulary_of(named, event or ()) is not None


def _remember(message: Message, redactor: Redactor) -> None:
    """Learn the secrets of the message before the first is written: a log may repeat one before its place."""
    if not message.binary and redactor.suspects(message.data):
        event = parsed_object(message.data.decode("utf-8", "replace"))
        if event is not None:
            redactor.event(event)


def _start(kept: list[Socket], entries: list[Entry], found: Found) -> int | None:
    times = [entry.at for entry in entries if entry.at is not None]
    if not times:
        return None
    if len(times) < len(entries):
        found.note(f"untimed: only {len(times)} of {len(entries)} records tell their time")
        return None
    first = min(times)
    return min([first, *(s.at for s in kept if s.at is not None and s.at >= SINCE_1973 and first >= SINCE_1973)])


def _in_order(
    entries: list[Entry], opened: dict[int, KindLine | None], numbers: dict[int, int], policy: Policy
) -> Iterator[Timed]:
    """Give the records without times, in the order of the source."""
    told: set[int] = set()
    for entry in entries:
        handshake = opened[entry.socket]
        if entry.socket not in told and handshake:
            yield None, handshake
        told.add(entry.socket)
        yield None, _line(entry, numbers[entry.socket], policy)


def _stream(
    socket: Socket, mine: list[Entry], opened: KindLine | None, numbers: dict[int, int], policy: Policy
) -> Iterator[Timed]:
    """Give the records of a connection; the order of the source wins over a clock that steps back."""
    now = next((entry.at for entry in mine if entry.at is not None), 0)
    if socket.at is not None and (socket.at >= SINCE_1973) == (now >= SINCE_1973):
        now = min(now, socket.at)
    if opened:
        yield now, opened
    for entry in mine:
        now = max(now, entry.at or 0)
        yield now, _line(entry, numbers[entry.socket], policy)


def _line(entry: Entry, conn: int, policy: Policy) -> Line:
    match entry:
        case Cut():
            size = "" if entry.size is None else f" of {entry.size} bytes"
            return Gap(
                1, conn, f"{entry.direction}: {entry.type or 'a message'}{size} that the log does not hold whole"
            )
        case Closed():
            reason = policy.redactor.text(whole(entry.reason))
            return KindLine("close", conn, {"by": entry.by, "code": entry.code, "reason": reason})
        case Message(binary=True):
            return policy.data("binary", entry.data, entry.direction, conn)
        case Message():
            return _event_line(entry, conn, policy)


def _event_line(message: Message, conn: int, policy: Policy) -> Line:
    line = policy.line(message.data, message.direction, conn, "sdk" if message.direction == "local" else "wire")
    if isinstance(line, EventLine):
        line.n = line.n if message.size is None else message.size
        line.audio_bytes = line.audio_bytes or message.audio_bytes or 0
    return line


def _open(socket: Socket, conn: int, redactor: Redactor) -> KindLine | None:
    """Give the record of the handshake; `None` where nothing is known of it."""
    request, response = redactor.headers(socket.request), redactor.headers(socket.response)
    if socket.url is None and not request:
        return None
    fields: dict[str, object] = {
        "request": {"method": "GET", "target": redactor.url(_target(socket.url or "")), "headers": request}
    }
    if socket.status is not None or response:
        fields["response"] = {"status": socket.status or SWITCHING, "headers": response}
    return KindLine("open", conn, fields)


def _target(url: str) -> str:
    rest = url.partition("://")[2] or url
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


def _header(
    found: Found, name: str, recording_id: str, kept: list[Socket], start: int | None, policy: Policy, title: str | None
) -> Header:
    redactor = policy.redactor
    url = next((socket.url for socket in kept if socket.url), None)
    agents = (value for socket in kept for key, value in socket.request if key.lower() == "user-agent")
    client = next(agents, found.client)
    try:
        parts = urlsplit(url or "")
        provider = provider_of(parts.hostname or "", parts.path)
    except ValueError:
        provider = None
    return Header(
        id=recording_id,
        started=rfc3339(start) if start is not None and start >= SINCE_1973 else None,
        tool=tool_name(),
        tap=f"import:{name}",
        upstream=redactor.url(url) if url else None,
        provider=provider,
        client=redactor.text(client) if client else None,
        audio=policy.audio,
        title=redactor.text(title) if title else None,
    )
