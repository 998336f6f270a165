"""HAR 1.2 with `_webSocketMessages`: one entry a connection, as Chrome DevTools exports and opens it.

Sizes that an emptied payload no longer shows stand in members of our own, which HAR allows under names that begin with
`_`. The schema: http://www.softwareishard.com/blog/har-12-spec/.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
import orjson
from msgspec import Raw, Struct, UnsetType

from rtlog.recordings.exporting.material import COPY, NOT_STRICT, Entry, LeftOut, Material
from rtlog.recordings.exporting.spool import Spool, Strip
from rtlog.recordings.lenient import UNDECODABLE, salvage
from rtlog.recordings.naming import rfc3339
from rtlog.recordings.record import Record
from rtlog.recordings.recorder import tool_name
from rtlog.recordings.redaction import REDACTED

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
NOWHERE: Final = "wss://unknown.invalid"
"""Who was asked, where the recording does not say it: HAR has no entry without an address."""
SENT: Final = {"client": "send", "server": "receive"}
TEXT: Final = 1
BINARY: Final = 2
SWITCHING: Final = 101
MOST_QUERIES: Final = 100
AGENT: Final = "user-agent"

Json = dict[str, object]


class _Handshake(Struct):
    target: str = ""
    method: str = "GET"
    status: int = SWITCHING
    headers: dict[str, Raw] = msgspec.field(default_factory=dict)


class _Data(Struct):
    """What a `data` record holds of its message."""

    text: str | None = None
    base64: str | None = None


@dataclass(slots=True)
class _Connection:
    first: int = 0
    last: int = 0
    messages: Strip = field(default_factory=Strip)
    request: _Handshake = field(default_factory=_Handshake)
    response: _Handshake = field(default_factory=_Handshake)


def write_har(material: Material, entries: Iterable[Entry], left_out: LeftOut) -> Iterator[bytes]:
    """Give the archive of *entries* in pieces; what it cannot take is counted in *left_out*."""
    with Spool() as spool:
        connections: dict[int, _Connection] = {}
        for entry in entries:
            _take(material, entry, connections, spool, left_out)
        creator = {"name": "rtlog", "version": tool_name().removeprefix("rtlog ")}
        yield b'{"log":{"version":"1.2","creator":%b,"pages":[],"entries":[' % orjson.dumps(creator)
        for number, (conn, connection) in enumerate(connections.items()):
            shell = orjson.dumps(_entry(material, conn, connection))
            yield b'%b%b,"_webSocketMessages":[' % (b"," if number else b"", shell[:-1])
            yield from spool.read(connection.messages)
            yield b"]}"
        yield b"]}}\n"


def _take(
    material: Material, entry: Entry, connections: dict[int, _Connection], spool: Spool, left_out: LeftOut
) -> None:
    record = entry.record
    connection = connections.get(record.conn)
    if connection is None:
        connection = connections[record.conn] = _Connection(first=record.t or 0)
    connection.last = max(connection.last, record.t or 0)
    if record.kind == "open":
        connection.request, connection.response = _handshake(record.request), _handshake(record.response)
        return
    message = None if material.is_copy(record) else _message(material, entry)
    if message is None:
        left_out[_named(material, record)] += 1
        return
    spool.add((b"," if connection.messages.size else b"") + orjson.dumps(message), connection.messages)


def _message(material: Material, entry: Entry) -> Json | None:
    record = entry.record
    told = _event(material, entry) if record.event is not None else _data(material, entry)
    if told is None or record.dir not in SENT:
        return None
    opcode, data = told
    time = {} if record.t is None else {"time": (material.start + record.t) / NS_PER_S}
    sizes = {"_bytes": record.n, "_audioBytes": record.audio_bytes} if record.audio_bytes else {}
    return {"type": SENT[record.dir], **time, "opcode": opcode, "data": data, **sizes}


def _event(material: Material, entry: Entry) -> tuple[int, str] | None:
    text = material.event(entry)
    return None if text is None else (TEXT, text.decode("utf-8", "replace"))


def _data(material: Material, entry: Entry) -> tuple[int, str] | None:
    """Give a message that is no event, where all of it was kept."""
    if entry.record.kind != "data":
        return None
    kept = salvage(_Data, entry.line)
    if kept.base64 is not None:
        return BINARY, kept.base64
    if kept.text is None:
        return None
    whole = REDACTED in kept.text or len(kept.text.encode("utf-8", "replace")) >= entry.record.n
    return (TEXT, material.redactor.text(kept.text)) if whole else None


def _named(material: Material, record: Record) -> str:
    if material.is_copy(record):
        return COPY
    if record.dir == "local":
        return "local event"
    if record.event is None:
        return f"{record.kind} record"
    return NOT_STRICT if record.dir else "event of an unknown sender"


def _handshake(told: Raw | UnsetType) -> _Handshake:
    try:
        return salvage(_Handshake, told) if isinstance(told, Raw) else _Handshake()
    except ValueError:
        return _Handshake()


def _entry(material: Material, conn: int, connection: _Connection) -> Json:
    lasted = (connection.last - connection.first) / NS_PER_MS
    response = connection.response
    return {
        "startedDateTime": _microseconds(material.start + connection.first),
        "time": lasted,
        "connection": str(conn),
        "request": _request(material, connection.request),
        "response": {
            "status": response.status,
            "statusText": "Switching Protocols" if response.status == SWITCHING else "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(material, response),
            "content": {"size": 0, "mimeType": "x-unknown"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": lasted},
        "_resourceType": "websocket",
    }


def _microseconds(wall_ns: int) -> str:
    """Write *wall_ns* as others can read it, some of whom take six digits at most."""
    return f"{rfc3339(wall_ns)[:-4]}Z"


def _request(material: Material, request: _Handshake) -> Json:
    url = _url(material, request.target)
    headers = _headers(material, request)
    client = material.header.client
    if client and all(header["name"].lower() != AGENT for header in headers):
        headers.append({"name": AGENT, "value": material.redactor.text(client)})
    return {
        "method": request.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "queryString": [{"name": name, "value": value} for name, value in _query(url)],
        "headersSize": -1,
        "bodySize": 0,
    }


def _url(material: Material, target: str) -> str:
    upstream = material.redactor.url(material.header.upstream or NOWHERE)
    try:
        parts = urlsplit(upstream)
    except ValueError:
        return NOWHERE
    if not target.startswith("/"):
        return upstream
    return f"{parts.scheme}://{parts.netloc}{material.redactor.url(target)}"


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=MOST_QUERIES)
    except ValueError:
        return []


def _headers(material: Material, handshake: _Handshake) -> list[dict[str, str]]:
    clean = material.redactor.headers(_texts(handshake.headers))
    return [{"name": name, "value": value} for name, value in clean.items()]


def _texts(headers: Mapping[str, Raw]) -> Iterator[tuple[str, str]]:
    for name, raw in headers.items():
        try:
            yield name, msgspec.json.decode(raw, type=str)
        except UNDECODABLE:
            continue
