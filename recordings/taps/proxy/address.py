"""Addresses of the proxy: the upstream that it dials and the place where it listens."""

import ssl
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from rtlog.recordings.errors import RtlogError

SECURE: Final = {"wss": True, "https": True, "ws": False, "http": False}
DEFAULT_PATH: Final = "/v1"
"""Where OpenAI and what is compatible with it have their API."""
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Upstream:
    """The provider: where to dial, and the path under which clients find its API."""

    host: str
    port: int
    secure: bool
    path: str

    @classmethod
    def parse(cls, url: str) -> "Upstream":
        """Read `wss://host[:port][/base]` (`ws`, `https` and `http` alike); without a path the base is `/v1`.

        Raises RtlogError.
        """
        # Without a password, which is none of the upstream's either.
        shown = url.rpartition("@")[2]
        try:
            parts = urlsplit(url if "://" in url else f"wss://{url}")
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise RtlogError(f"upstream {shown!r}: {error}; give wss://host[:port][/path]") from error
        if parts.scheme not in SECURE or not host or not host.isascii():
            raise RtlogError(f"upstream {shown!r} is no address; give wss://host[:port][/path]")
        if parts.query or parts.fragment or parts.username:
            raise RtlogError("the upstream takes no query, fragment or user; the client sends those itself")
        secure = SECURE[parts.scheme]
        return cls(host, port or (443 if secure else 80), secure, (parts.path or DEFAULT_PATH).rstrip("/"))

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's own, port: what the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    def url(self, target: str) -> str:
        """Give the WebSocket URL of the request *target*."""
        return f"{'wss' if self.secure else 'ws'}://{self.authority}{target}"

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """Certificates verified (`SSL_CERT_FILE` is honoured); only HTTP/1.1 is offered, the protocol of WebSocket."""
        if not self.secure:
            return None
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the proxy waits for clients; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> "Listen":
        """Read `HOST:PORT`, `:PORT` or `PORT`. Raises RtlogError."""
        host, _, port = text.rpartition(":")
        try:
            number = int(port)
        except ValueError as error:
            raise RtlogError(f"--listen {text!r} is no address; give HOST:PORT") from error
        if not 0 <= number <= 65535:  # noqa: PLR2004 - the port numbers of TCP
            raise RtlogError(f"--listen {text!r}: ports end at 65535")
        return cls(host.strip("[]") or "127.0.0.1", number)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK or self.host.startswith("127.")
