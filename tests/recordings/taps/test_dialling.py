"""The way to the upstream through an HTTP proxy: a small real one, which takes CONNECT and tells what it was asked."""

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy import Options, ProxyTap, Upstream
from rtlog.recordings.taps.proxy.dialling import HttpProxy

CREATED = '{"type":"session.created"}'
PROXY_VARIABLES = [f"{name}_proxy" for name in ("http", "https", "all", "no")]


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch):
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@dataclass
class ConnectProxy:
    """Joins every tunnel to the port *behind* on this machine, whatever host was asked for; or gives *answer*."""

    behind: int
    answer: bytes = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n"
    asked: list[list[bytes]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[:-2])
        writer.write(self.answer)
        if b" 200 " in self.answer:
            there, to_there = await asyncio.open_connection("127.0.0.1", self.behind)
            await asyncio.gather(copy(reader, to_there), copy(there, writer))
        writer.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def greet(connection: ServerConnection) -> None:
    await connection.send(CREATED)
    await connection.wait_closed()


@asynccontextmanager
async def through(proxy: ConnectProxy, tls: ssl.SSLContext | None = None) -> AsyncIterator[ConnectProxy]:
    async with serve(greet, "127.0.0.1", 0, ssl=tls) as server:
        proxy.behind = next(iter(server.sockets)).getsockname()[1]
        listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        proxy.port = listening.sockets[0].getsockname()[1]
        yield proxy
        listening.close()


def ws(tap: ProxyTap) -> str:
    return tap.url.replace("http", "ws", 1) + "/realtime?model=m"


async def test_a_tls_upstream_is_reached_through_the_tunnel_and_verified_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("provider.test").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    (tmp_path / "recordings").mkdir()
    async with through(ConnectProxy(0), context) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:p%40ss@127.0.0.1:{proxy.port}")
        async with ProxyTap("wss://provider.test/v1", options=Options(output=tmp_path / "recordings")) as tap:
            async with connect(ws(tap), proxy=None) as client:
                assert await client.recv() == CREATED
            await tap.idle(30)

    login = b64encode(b"me:p@ss")
    assert proxy.asked == [
        [
            b"CONNECT provider.test:443 HTTP/1.1",
            b"Host: provider.test:443",
            b"Proxy-Authorization: Basic " + login,
        ]
    ]
    (path,) = (tmp_path / "recordings").iterdir()
    assert b'"upstream":"wss://provider.test/v1/realtime?model=m"' in path.read_bytes()
    assert login not in path.read_bytes()


async def test_a_plain_upstream_goes_through_a_tunnel_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with through(ConnectProxy(0)) as proxy:
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
        async with (
            ProxyTap("ws://provider.test:8000", options=Options(output=tmp_path)) as tap,
            connect(ws(tap), proxy=None) as client,
        ):
            assert await client.recv() == CREATED

    assert proxy.asked == [[b"CONNECT provider.test:8000 HTTP/1.1", b"Host: provider.test:8000"]]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "answered CONNECT with 407"),
        (b"SSH-2.0-server\r\n\r\n", "answered CONNECT with no HTTP/1.1 response"),
        (b"HTTP/1.1 200", "gave no answer to CONNECT"),
    ],
)
async def test_a_proxy_that_refuses_is_a_502_that_says_so_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, said: str
):
    notes: list[str] = []
    async with through(ConnectProxy(0, answer)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:secret-word@127.0.0.1:{proxy.port}")
        async with ProxyTap("wss://provider.test", options=Options(output=tmp_path), notice=notes.append) as tap:
            with pytest.raises(InvalidStatus) as error:
                await connect(ws(tap), proxy=None)

    assert error.value.response.status_code == 502
    assert notes == [f"wss://provider.test cannot be reached: the proxy 127.0.0.1:{proxy.port} {said}"]
    assert notes[0].encode() in (error.value.response.body or b"")


async def test_a_proxy_that_is_not_there_is_a_502_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # Taken, so that nobody else listens there meanwhile.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        async with ProxyTap("wss://provider.test", options=Options(output=tmp_path)) as tap:
            with pytest.raises(InvalidStatus) as error:
                await connect(ws(tap), proxy=None)

    said = f"wss://provider.test cannot be reached: the proxy 127.0.0.1:{port}: "
    assert said.encode() in (error.value.response.body or b"")


@pytest.mark.parametrize(
    ("environment", "upstream", "way"),
    [
        ({}, "wss://a.test", "None"),
        ({"https_proxy": "http://p:3128"}, "wss://a.test", "p:3128"),
        ({"https_proxy": "http://p:3128"}, "ws://a.test", "None"),
        ({"http_proxy": "http://p"}, "ws://a.test", "p:80"),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": "http://lower:1"}, "wss://a.test", "lower:1"),
        ({"all_proxy": "http://p:1"}, "wss://a.test", "p:1"),
        ({"https_proxy": "http://p:1", "no_proxy": "b.test,.test"}, "wss://a.test", "None"),
        ({"https_proxy": "http://p:1", "NO_PROXY": "*"}, "wss://a.test", "None"),
        ({"https_proxy": "http://p:1", "no_proxy": "a.test:443"}, "wss://a.test", "None"),
        ({"https_proxy": "http://p:1", "no_proxy": "b.test"}, "wss://a.test", "p:1"),
        ({"https_proxy": "http://p:1"}, "wss://localhost:7", "None"),
        ({"https_proxy": "http://p:1"}, "wss://127.0.0.1:7", "None"),
    ],
)
def test_which_way_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], upstream: str, way: str
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert str(HttpProxy.on_the_way_to(Upstream.parse(upstream))) == way


@pytest.mark.parametrize("url", ["socks5://me:secret-word@p:1", "https://me:secret-word@p:1", "http://me:secret-word@"])
async def test_a_proxy_of_another_kind_is_one_clear_line_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, url: str
):
    monkeypatch.setenv("all_proxy", url)

    with pytest.raises(RtlogError, match=r"NO_PROXY=provider\.test") as error:
        async with ProxyTap("wss://provider.test"):
            pass

    assert "secret-word" not in str(error.value)


def test_the_password_is_in_no_text_of_a_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://me:secret-word@p:1")

    proxy = HttpProxy.on_the_way_to(Upstream.parse("wss://a.test"))

    assert proxy is not None
    assert proxy.credentials.endswith(b64encode(b"me:secret-word") + b"\r\n")
    assert f"{proxy} {proxy!r}" == "p:1 HttpProxy(host='p', port=1)"
