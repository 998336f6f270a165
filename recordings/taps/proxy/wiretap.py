"""The wiretap of one connection: the copy of its bytes, in the order they came, turned into records."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Literal

from rtlog.recordings.recorder import Recorder
from rtlog.recordings.taps.proxy.deflate import InflateError, negotiated
from rtlog.recordings.taps.proxy.frames import FrameError
from rtlog.recordings.taps.proxy.head import END, LARGEST, SWITCHING, BadHeadError, Request, Response, parse_response
from rtlog.recordings.taps.proxy.messages import MessageReader, Received
from rtlog.recordings.taps.proxy.sessions import Sessions

if TYPE_CHECKING:
    from rtlog.recordings.writer import Line

Side = Literal["client", "server"]

ABNORMAL: Final = 1006
AT_ONCE: Final = 1024 * 1024
"""Bytes of messages that are written together: inflated, a chunk may hold any number."""
LARGEST_REFUSAL: Final = 4096
"""Bytes of a refused handshake's answer that are kept."""


class Wiretap:
    """Listens to one connection; it opens its record when the upstream's answer to *request* is known.

    *opened* is told of the recorder and the request. Times are ns of the recording's clock.
    """

    def __init__(
        self,
        request: Request,
        client_host: str,
        sessions: Sessions,
        limit: int,
        opened: Callable[[Recorder, Request], None],
    ) -> None:
        self._request = request
        self._client_host = client_host
        self._sessions = sessions
        self._limit = limit
        self._opened = opened
        self._head = bytearray()
        self._early: list[tuple[bytes, int]] = []
        self._early_size = 0
        self._recorder: Recorder | None = None
        self._response: Response | None = None
        self._refusal = bytearray()
        self._readers: dict[Side, MessageReader] = {}
        self._closing = False
        self._deaf = False

    def heard(self, side: Side, data: bytes, at: int) -> None:
        """Take the bytes that *side* sent at *at*."""
        if self._deaf:
            return
        if self._response is None:
            self._before_answer(side, data, at)
        elif self._response.status == SWITCHING:
            self._decode(side, data, at)
        elif side == "server":
            self._refusal += data[: LARGEST_REFUSAL - len(self._refusal)]

    def ended(self, side: Side, at: int) -> None:
        """Take the end of what *side* sends; the first end without a close frame is the connection's own."""
        if self._recorder is None or self._deaf:
            return
        if self._refusal:
            line = self._recorder.policy.data("text", bytes(self._refusal), "server", self._recorder.conn)
            self._recorder.writer.write(line, at)
            self._refusal.clear()
        if not self._closing:
            self._closing = True
            self._recorder.closed(side, ABNORMAL, "", at)

    def over(self, at: int) -> None:
        """Let the recorder go: both sides are gone."""
        if self._recorder is not None:
            self._sessions.disconnect(self._recorder, at)
            self._recorder = None
        self._deaf = True

    def fail(self, side: Side, error: Exception, at: int) -> None:
        """Stop listening to *side* because of *error*: a gap says from where on."""
        if self._recorder is not None:
            self._recorder.gap(side, f"{type(error).__name__}: {error}", at)
        self._readers.pop(side, None)

    def _before_answer(self, side: Side, data: bytes, at: int) -> None:
        if side == "client":
            self._early_size += len(data)
            if self._early_size > LARGEST:
                self._early.clear()
            else:
                self._early.append((data, at))
            return
        self._head += data
        while self._response is None:
            end = self._head.find(END)
            if end < 0:
                self._deaf = len(self._head) > LARGEST
                return
            raw = bytes(self._head[: end + len(END)])
            del self._head[: end + len(END)]
            try:
                response = parse_response(raw)
            except BadHeadError:
                self._deaf = True
                return
            if not response.interim:
                self._answered(response, at)

    def _answered(self, response: Response, at: int) -> None:
        self._response = response
        self._recorder = self._sessions.connect(self._request, self._client_host, at)
        self._recorder.record("open", _handshake(self._recorder, self._request, response), at)
        self._opened(self._recorder, self._request)
        extensions = response.get("sec-websocket-extensions")
        if response.status == SWITCHING:
            for side in ("client", "server"):
                self._readers[side] = MessageReader(self._limit, negotiated(extensions, side))
        if self._early_size > LARGEST:
            self.fail("client", FrameError(f"more than {LARGEST} bytes before the handshake was answered"), at)
        rest = bytes(self._head)
        self._head.clear()
        for data, early_at in self._early:
            self.heard("client", data, early_at)
        self._early.clear()
        if rest:
            self.heard("server", rest, at)

    def _decode(self, side: Side, data: bytes, at: int) -> None:
        reader = self._readers.get(side)
        if reader is None or self._recorder is None:
            return
        recorder = self._recorder
        if (text := reader.whole_text(data)) is not None:
            # Almost every chunk.
            recorder.writer.write(recorder.line(side, text, recorder.src), at)
            return
        try:
            self._take(recorder, side, reader.feed(data), at)
        except (FrameError, InflateError) as error:
            self.fail(side, error, at)

    def _take(self, recorder: Recorder, side: Side, received: Iterable[Received], at: int) -> None:
        """Record what came at once in one write, or in a few where it is much."""
        lines: list[Line] = []
        size = 0
        try:
            for each in received:
                text = each.kind == "text"
                if text:
                    lines.append(recorder.line(side, each.payload, recorder.src))
                    size += each.size
                if not text or size > AT_ONCE:
                    recorder.writer.write_all(lines, at)
                    lines, size = [], 0
                if not text:
                    self._record(recorder, side, each, at)
        finally:
            recorder.writer.write_all(lines, at)

    def _record(self, recorder: Recorder, side: Side, received: Received, at: int) -> None:
        match received.kind:
            case "binary":
                recorder.binary(side, received.payload, at)
            case "oversize":
                recorder.oversize(side, received.size, at)
            case "close":
                if not self._closing:
                    self._closing = True
                    recorder.closed(side, received.code, received.payload.decode("utf-8", "replace"), at)
            case "ping" | "pong":
                recorder.record(received.kind, {"dir": side, "n": received.size}, at)


def _handshake(recorder: Recorder, request: Request, response: Response) -> dict[str, object]:
    redactor = recorder.redactor
    return {
        "request": {
            "method": request.method,
            "target": redactor.url(request.target),
            "headers": redactor.headers(request.headers),
        },
        "response": {"status": response.status, "headers": redactor.headers(response.headers)},
    }
