"""The way to the upstream: straight, or through the HTTP proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`).

The proxy is asked for a tunnel (CONNECT); what flows through it is the same as on a straight connection.
"""

import asyncio
import os
import socket
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy.address import Upstream
from rtlog.recordings.taps.proxy.head import END, LARGEST, BadHeadError, parse_response

_PORT: Final = 80
_OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class HttpProxy:
    """An HTTP proxy: where it is, and the credentials it wants; those are in no text of it."""

    host: str
    port: int
    credentials: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def on_the_way_to(cls, upstream: Upstream) -> "HttpProxy | None":
        """Give the proxy that the environment names for *upstream*; `None` is the straight way, as to this machine.

        Raises RtlogError for a proxy of another kind.
        """
        if not any(name.lower().endswith("_proxy") for name in os.environ):
            return None
        from urllib.request import getproxies_environment, proxy_bypass  # noqa: PLC0415 - 10 ms that most runs spare

        found = getproxies_environment()
        url = found.get("https" if upstream.secure else "http") or found.get("all")
        if not url or _is_here(upstream.host) or proxy_bypass(f"{upstream.host}:{upstream.port}"):
            return None
        return cls._parse(url, upstream.host)

    @classmethod
    def _parse(cls, url: str, upstream: str) -> "HttpProxy":
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            host, port = parts.hostname, parts.port or _PORT
        except ValueError:
            raise RtlogError(f"the proxy in the environment is no URL; or set NO_PROXY={upstream}") from None
        if parts.scheme != "http" or not host:
            raise RtlogError(
                f"rtlog dials through http:// proxies alone, the environment names one of {parts.scheme}://; "
                f"NO_PROXY={upstream} goes past it"
            )
        if parts.username is None:
            return cls(host, port)
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return cls(host, port, b"Proxy-Authorization: Basic " + b64encode(login.encode()) + b"\r\n")

    async def tunnel(self, upstream: Upstream) -> socket.socket:
        """Give a socket that the proxy has connected to *upstream*. Raises OSError."""
        try:
            connection = await _connected(self.host, self.port)
        except OSError as error:
            raise ConnectionError(f"the proxy {self}: {error.strerror or error}") from error
        try:
            await self._ask(connection, upstream)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _ask(self, connection: socket.socket, upstream: Upstream) -> None:
        loop = asyncio.get_running_loop()
        host = f"[{upstream.host}]" if ":" in upstream.host else upstream.host
        target = f"{host}:{upstream.port}".encode("ascii")
        head = b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (target, target, self.credentials)
        await loop.sock_sendall(connection, head)
        answer = b""
        while END not in answer:
            data = await loop.sock_recv(connection, LARGEST - len(answer))
            if not data:
                raise ConnectionError(f"the proxy {self} gave no answer to CONNECT")
            answer += data
        try:
            status = parse_response(answer[: answer.index(END) + len(END)]).status
        except BadHeadError as error:
            raise ConnectionError(f"the proxy {self} answered CONNECT with {error}") from error
        if status not in _OK:
            raise ConnectionError(f"the proxy {self} answered CONNECT with {status}")


@dataclass(frozen=True, slots=True)
class Route:
    """The upstream and the HTTP proxy on the way to it, where there is one."""

    upstream: Upstream
    proxy: HttpProxy | None = None

    async def dial(self, protocol: Callable[[], asyncio.Protocol]) -> None:
        """Connect *protocol* to the upstream. Raises OSError."""
        loop, host, port, tls = asyncio.get_running_loop(), self.upstream.host, self.upstream.port, self.upstream.tls
        name = host if tls else None
        if self.proxy is None:
            await loop.create_connection(protocol, host, port, ssl=tls, server_hostname=name)
        else:
            tunnel = await self.proxy.tunnel(self.upstream)
            await loop.create_connection(protocol, sock=tunnel, ssl=tls, server_hostname=name)


async def _connected(host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    failed: OSError = OSError(f"{host} has no address")
    for family, kind, number, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, number)
        connection.setblocking(False)  # noqa: FBT003 - the socket's own signature
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await loop.sock_connect(connection, address)
        except OSError as error:
            connection.close()
            failed = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise failed


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
