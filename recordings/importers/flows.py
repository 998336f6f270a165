"""mitmproxy's flow files, read by mitmproxy itself: the extra `mitmproxy`."""

import io
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.importers.found import Closed, Found, Message
from rtlog.recordings.importers.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rtlog.recordings.record import Dir

MISSING: Final = (
    "is a mitmproxy flow file, which mitmproxy itself reads: pip install 'rtlog[mitmproxy]', "
    "or export it as HAR (mitmdump -nr FILE --set hardump=FILE.har)"
)
NO_STATUS: Final = 1005


class _Headers(Protocol):
    def items(self, *, multi: bool) -> "Iterable[tuple[str, str]]": ...


class _Request(Protocol):
    url: str
    headers: _Headers
    timestamp_start: float


class _Response(Protocol):
    status_code: int
    headers: _Headers


class _Message(Protocol):
    from_client: bool
    is_text: bool
    content: bytes
    timestamp: float
    injected: bool
    dropped: bool


class _WebSocket(Protocol):
    messages: "Iterable[_Message]"
    closed_by_client: bool | None
    close_code: int | None
    close_reason: str | None
    timestamp_end: float | None


class _Flow(Protocol):
    request: _Request
    response: _Response | None
    websocket: _WebSocket | None


def read_flows(data: bytes, found: Found) -> None:
    """Find the sockets of the flow file *data*; raises RtlogError where mitmproxy is not installed."""
    for number, flow in enumerate(_flows(data, found), 1):
        try:
            _read_flow(flow, found)
        except Exception as error:  # noqa: BLE001 - a flow's parts are whatever the file says
            found.misunderstood(f"flow {number}", f"{type(error).__name__}: {error}")


def _flows(data: bytes, found: Found) -> "Iterator[_Flow]":
    try:
        reader = import_module("mitmproxy.io").FlowReader(io.BytesIO(data))
    except ImportError as error:
        raise RtlogError(MISSING) from error
    try:
        yield from reader.stream()
    except Exception as error:  # noqa: BLE001 - a damaged file raises whatever it makes its reader stumble over
        found.misunderstood("the rest of the file", f"{type(error).__name__}: {error}")


def _read_flow(flow: _Flow, found: Found) -> None:
    spoken = getattr(flow, "websocket", None)
    if spoken is None:
        return
    response = flow.response
    socket = found.socket(
        url=flow.request.url,
        request=flow.request.headers.items(multi=True),
        response=response.headers.items(multi=True) if response else (),
        status=response.status_code if response else None,
        at=moment(flow.request.timestamp_start),
    )
    for message in spoken.messages:
        direction: Dir = "client" if message.from_client else "server"
        if message.dropped:
            found.note("messages that mitmproxy dropped are imported: they did not reach the other side")
        if message.injected:
            found.note("messages that mitmproxy injected are imported: the other side did not send them")
        found.entries.append(
            Message(socket.number, direction, message.content, moment(message.timestamp), not message.is_text)
        )
    if spoken.timestamp_end:
        by: Dir = "client" if spoken.closed_by_client else "server"
        code = spoken.close_code or NO_STATUS
        found.entries.append(Closed(socket.number, by, code, spoken.close_reason or "", moment(spoken.timestamp_end)))
