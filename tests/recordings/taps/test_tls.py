"""The proxy with TLS on the client's side: real TLS clients, trusting and not, and a real WebSocket server behind."""

import asyncio
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from openai import AsyncOpenAI
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from rtlog.recordings.taps.proxy import Options, ProxyTap, certificate_for

CREATED = '{"type":"session.created"}'


async def echo(connection: ServerConnection) -> None:
    await connection.send(CREATED)
    async for message in connection:
        await connection.send(message)


@asynccontextmanager
async def behind_tls(
    folder: Path, environment: Mapping[str, str] | None = None, notice: Callable[[str], None] | None = None
) -> AsyncIterator[ProxyTap]:
    with certificate_for("127.0.0.1", environment or {}) as identity:
        async with serve(echo, "127.0.0.1", 0) as server:
            upstream = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            options = Options(output=folder)
            async with ProxyTap(upstream, options=options, tls=identity, notice=notice) as tap:
                yield tap


def url(tap: ProxyTap) -> str:
    return tap.url.replace("https", "wss") + "/realtime?model=m"


def port(tap: ProxyTap) -> int:
    return int(tap.origin.rpartition(":")[2])


def told(folder: Path) -> list[tuple[object, ...]]:
    (path,) = folder.iterdir()
    records = [json.loads(line) for line in path.read_bytes().splitlines()][1:-1]
    return [(each.get("dir", each.get("by")), each.get("type", each.get("kind"))) for each in records]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])
async def test_a_client_that_trusts_either_file_is_recorded_as_without_tls(tmp_path: Path, variable: str):
    async with behind_tls(tmp_path) as tap:
        trusting = ssl.create_default_context(cafile=tap.trust[variable])
        async with connect(url(tap), ssl=trusting) as client:
            assert await client.recv() == CREATED
            await client.send('{"type":"response.create"}')
            assert await client.recv() == '{"type":"response.create"}'
        await tap.idle(30)

    assert told(tmp_path) == [
        (None, "open"),
        ("server", "session.created"),
        ("client", "response.create"),
        ("server", "response.create"),
        ("client", "close"),
    ]


async def test_the_openai_client_needs_the_variables_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with behind_tls(tmp_path) as tap:
        monkeypatch.setenv("SSL_CERT_FILE", tap.trust["SSL_CERT_FILE"])
        async with (
            AsyncOpenAI(base_url=tap.url, api_key="sk-any") as openai,
            openai.realtime.connect(model="gpt-realtime") as realtime,
        ):
            assert (await realtime.recv()).type == "session.created"
        await tap.idle(30)

    assert told(tmp_path) == [(None, "open"), ("server", "session.created"), ("client", "close")]


async def test_megabytes_cross_unchanged_both_ways(tmp_path: Path):
    messages = [json.dumps({"type": "input_audio_buffer.append", "audio": "A" * size}) for size in (1, 70_000, 900_000)]
    async with behind_tls(tmp_path) as tap:
        trusting = ssl.create_default_context(cafile=tap.trust["SSL_CERT_FILE"])
        async with connect(url(tap), ssl=trusting, max_size=None) as client:
            await client.recv()
            for message in messages * 5:
                await client.send(message)
            assert [await client.recv() for _ in range(15)] == messages * 5
        await tap.idle(30)
        assert not tap.summary().lossy

    assert told(tmp_path).count(("client", "input_audio_buffer.append")) == 15


async def test_a_client_that_does_not_trust_it_is_told_of_once_and_leaves_nothing_behind(tmp_path: Path):
    notes: list[str] = []
    async with behind_tls(tmp_path, notice=notes.append) as tap:
        for _ in range(2):
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.to_thread(shake_hands_with, port(tap))
        reader, writer = await asyncio.open_connection("127.0.0.1", port(tap))
        writer.write(b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.read()
        writer.close()
        assert tap._connections == set()

    assert notes == [
        "a client could not connect: it does not trust the proxy's certificate",
        "a client could not connect: it spoke plain HTTP; its URL must start with https:// or wss://",
    ]
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - async


def shake_hands_with(port: int) -> None:
    """As a client that trusts the system's authorities alone; unlike asyncio's it says why it leaves."""
    context = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1"),
    ):
        pass


async def test_clients_that_leave_without_a_word_are_counted(tmp_path: Path):
    # Some look at the certificate after the handshake, and some leave in the middle of it.
    async with behind_tls(tmp_path) as tap:
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(shake_hands_with, port(tap))
        trusting = ssl.create_default_context(cafile=tap.trust["SSL_CERT_FILE"])
        reader, writer = await asyncio.open_connection("127.0.0.1", port(tap), ssl=trusting)
        writer.close()
        await reader.read()
        await tap.idle(30)
        assert tap.silent == 2
        async with connect(url(tap), ssl=trusting) as client:
            assert await client.recv() == CREATED
        await tap.idle(30)
        assert tap.silent == 2


def test_no_key_lies_on_the_disk_and_the_files_go_with_the_run():
    with certificate_for("127.0.0.1", {}) as identity:
        paths = [Path(path) for path in identity.variables.values()]
        (folder,) = {path.parent for path in paths}
        assert sorted(folder.iterdir()) == sorted(paths)
        assert [b"PRIVATE" in path.read_bytes() for path in paths] == [False, False]
        assert folder.stat().st_mode & 0o777 == 0o700

    assert not folder.exists()


def test_what_the_client_trusts_already_stays_trusted(tmp_path: Path):
    own = {"SSL_CERT_FILE": trustme.CA().cert_pem.bytes(), "NODE_EXTRA_CA_CERTS": trustme.CA().cert_pem.bytes()}
    for name, content in own.items():
        (tmp_path / name).write_bytes(content)

    with certificate_for("127.0.0.1", {name: str(tmp_path / name) for name in own}) as identity:
        for name, path in identity.variables.items():
            assert Path(path).read_bytes().endswith(own[name])
            assert Path(path).read_bytes().count(b"BEGIN CERTIFICATE") == 2


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.1", {"localhost", "127.0.0.1", "::1"}),
        ("0.0.0.0", {"localhost", "127.0.0.1", "::1"}),  # noqa: S104 - what a person may ask for
        ("192.0.2.7", {"localhost", "127.0.0.1", "::1", "192.0.2.7"}),
        ("box.example", {"localhost", "127.0.0.1", "::1", "box.example"}),
    ],
)
def test_the_certificate_is_good_for_every_name_of_the_listener(host: str, names: set[str]):
    with certificate_for(host, {}) as identity:
        for name in names:
            client = ssl.create_default_context(cafile=identity.variables["NODE_EXTRA_CA_CERTS"])
            assert shake_hands(client, name, identity.context) == "http/1.1"


def shake_hands(client: ssl.SSLContext, name: str, server: ssl.SSLContext) -> str | None:
    """Shake hands in memory; gives the protocol that the server chose. Raises SSLCertVerificationError."""
    client.set_alpn_protocols(["h2", "http/1.1"])
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True))
    waiting = [*ends, *ends, *ends]
    for end in waiting:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ends[0].selected_alpn_protocol()
