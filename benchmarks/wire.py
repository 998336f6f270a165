"""Both ends of the sessions that the proxy's benchmarks send: frames made from a seed, a server, a blocking client."""

import base64
import hashlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

SEED: Final = 20_261_121
VARIANTS: Final = 16
"""Different messages of one kind and size: nothing on the way can profit from their being the same."""

UPGRADE: Final = (
    b"GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"User-Agent: %b\r\n\r\n"
)
SWITCHED: Final = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
) % base64.b64encode(hashlib.sha1(b"dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324 - RFC 6455
CLOSE: Final = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
RECEIVED: Final = 256 * 1024
WORDS: Final = ("it", "is", "mild", "in", "Oslo", "today", "with", "a", "little", "rain", "later", "on", "they", "say")

TEXT: Final = (
    b'{"type":"response.output_audio_transcript.delta","event_id":"event_CoG7Bqmt8PRzTn4s%07d",'
    b'"response_id":"resp_CoG7BkJq3fX0wVdLy9A2e","item_id":"item_CoG7BQZ5h1RcTNm8vKs4p","output_index":0,"content_index":0,"delta":"%b"}'
)
AUDIO: Final = (
    b'{"type":"response.output_audio.delta","event_id":"event_CoG7Bqmt8PRzTn4s%07d",'
    b'"response_id":"resp_CoG7BkJq3fX0wVdLy9A2e","item_id":"item_CoG7BQZ5h1RcTNm8vKs4p","output_index":0,"content_index":0,"delta":"%b"}'
)
APPEND: Final = b'{"type":"input_audio_buffer.append","audio":"%b"}'
"""As the SDKs send it: without an id."""


def events(template: bytes, size: int) -> list[bytes]:
    """Give VARIANTS events of *size* bytes, filled with words or with the base64 of noise."""
    seed = random.Random(SEED + size)  # noqa: S311 - reproducible, not secret
    numbered = template is not APPEND
    room = size - len(template % ((0, b"") if numbered else b""))
    payloads = (_spoken(seed, room) if template is TEXT else _sounded(seed, room) for _ in range(VARIANTS))
    return [template % ((number, payload) if numbered else payload) for number, payload in enumerate(payloads)]


def _spoken(seed: random.Random, size: int) -> bytes:
    return " ".join(seed.choice(WORDS) for _ in range(size)).encode()[:size]


def _sounded(seed: random.Random, size: int) -> bytes:
    return base64.b64encode(seed.randbytes(size))[:size]


def frame(payload: bytes, *, masked: bool) -> bytes:
    """Give the frame of a text message."""
    size, bit = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes((0x81, bit | size))
    elif size < 65536:
        head = struct.pack("!BBH", 0x81, bit | 126, size)
    else:
        head = struct.pack("!BBQ", 0x81, bit | 127, size)
    if not masked:
        return head + payload
    key = b"\x3a\x91\x5c\x27"
    whole = int.from_bytes(payload) ^ int.from_bytes((key * (size // 4 + 1))[:size])
    return head + key + whole.to_bytes(size)


def frames(template: bytes, size: int, *, masked: bool) -> list[bytes]:
    """Give the frames of VARIANTS events of *size* bytes; they are equally long."""
    return [frame(event, masked=masked) for event in events(template, size)]


def endless(made: list[bytes]) -> Iterator[bytes]:
    """Give *made* over and over."""
    while True:
        yield from made


def ping_pong(size: int) -> tuple[list[bytes], list[bytes]]:
    """Give what a client sends and what it gets for that: text when *size* is that of text, else audio."""
    if size < 1000:
        return frames(APPEND, size, masked=True), frames(TEXT, size, masked=False)
    return frames(APPEND, size, masked=True), frames(AUDIO, size, masked=False)


class Server:
    """A provider: on a connection of `User-Agent: pong-SIZE` it answers each message; `stream-SIZE-COUNT` it floods."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listening.getsockname()[1]

    def run(self) -> None:
        """Serve for ever, a thread each connection."""
        while True:
            connection, _ = self._listening.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError), connection:
            head = connection.recv(RECEIVED)
            connection.sendall(SWITCHED)
            role, *figures = head.partition(b"User-Agent: ")[2].split()[0].split(b"-")
            serve = _answer if role == b"pong" else _flood
            serve(connection, *map(int, figures))


def _answer(connection: socket.socket, size: int) -> None:
    asked, answers = ping_pong(size)
    length, answer = len(asked[0]), endless(answers)
    missing = length
    while data := connection.recv(RECEIVED):
        missing -= len(data)
        while missing <= 0:
            connection.sendall(next(answer))
            missing += length


def _flood(connection: socket.socket, size: int, count: int) -> None:
    made = frames(AUDIO if size > 1000 else TEXT, size, masked=False)
    batch, whole = b"".join(made), count // VARIANTS
    while connection.recv(RECEIVED):
        for _ in range(whole):
            connection.sendall(batch)


class Client:
    """A blocking client of whoever listens at *port*, which must be up."""

    def __init__(self, port: int, role: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(UPGRADE % (port, role.encode()))
        head = self._socket.recv(RECEIVED)
        if not head.startswith(b"HTTP/1.1 101") or not head.endswith(b"\r\n\r\n"):
            raise SystemExit(f"port {port} did not answer the handshake: {head[:60]!r}")

    def exchange(self, message: bytes, size: int) -> None:
        """Send *message*, and take *size* bytes."""
        self._socket.sendall(message)
        while size > 0:
            got = len(self._socket.recv(RECEIVED))
            if not got:
                raise SystemExit("the connection was closed in the middle")
            size -= got

    def close(self) -> None:
        """Say goodbye and go."""
        with suppress(OSError):
            self._socket.sendall(CLOSE)
            self._socket.close()
