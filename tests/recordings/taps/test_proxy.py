"""The proxy tap between real clients and a real WebSocket server."""

import asyncio
import json
import socket
import ssl
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
import trustme
from openai import AsyncOpenAI
from websockets.asyncio.client import connect
from websockets.asyncio.server import Request, Response, Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy import Listen, Options, ProxyTap

KEY = "sk-proj-Zq8vX2mN4bL6kJ1hG3fD5sA7"
UNHURRIED = {"open_timeout": None, "ping_interval": None}
"""No handshake is given up after ten seconds, no ping sent after twenty, however busy the machine."""
CREATED = '{"type":"session.created","session":{"id":"sess_1"}}'


async def echo(connection: ServerConnection) -> None:
    await connection.send(CREATED)
    async for message in connection:
        await connection.send(message)


def port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


@asynccontextmanager
async def proxied(
    folder: Path, handler: Callable[[ServerConnection], Awaitable[None]] = echo, **options: object
) -> AsyncIterator[ProxyTap]:
    serving = {
        key: options.pop(key) for key in ("process_request", "ssl", "compression", "subprotocols") if key in options
    }
    async with serve(handler, "127.0.0.1", 0, **UNHURRIED, **serving) as server:
        scheme = "wss://localhost" if "ssl" in serving else "ws://127.0.0.1"
        async with ProxyTap(f"{scheme}:{port_of(server)}", **{"options": Options(output=folder), **options}) as tap:
            yield tap


def ws(tap: ProxyTap, target: str = "/realtime?model=gpt-realtime") -> str:
    return tap.url.replace("http", "ws", 1) + target


def names(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def only(folder: Path) -> Path:
    (path,) = names(folder)
    return path


def recording(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def told(path: Path) -> list[tuple[object, ...]]:
    return [
        (each["conn"], each.get("dir", each.get("by")), each.get("type", each.get("kind")))
        for each in recording(path)[1:-1]
    ]


async def test_the_openai_client_talks_through_it(tmp_path: Path):
    async with proxied(tmp_path) as tap:
        client = AsyncOpenAI(base_url=tap.url, api_key=KEY)
        async with client.realtime.connect(model="gpt-realtime") as connection:
            assert (await connection.recv()).type == "session.created"
            await connection.response.create()
            assert (await connection.recv()).type == "response.create"
        await client.close()
        await tap.idle(30)

    path = only(tmp_path)
    header, opened, *events, closed, footer = recording(path)
    assert KEY not in path.read_text()
    assert (header["tap"], header["client"]) == ("proxy", opened["request"]["headers"]["user-agent"])
    assert header["client"].startswith("AsyncOpenAI/Python")
    assert header["upstream"].endswith("/v1/realtime?model=gpt-realtime")
    assert opened["request"]["target"] == "/v1/realtime?model=gpt-realtime"
    assert opened["request"]["headers"]["authorization"] == "Bearer [redacted]"
    assert opened["response"]["status"] == 101
    assert [(each["dir"], each["type"], each["src"]) for each in events] == [
        ("server", "session.created", "wire"),
        ("client", "response.create", "wire"),
        ("server", "response.create", "wire"),
    ]
    assert (closed["by"], closed["code"]) == ("client", 1000)
    assert footer == {"end": True, "records": 5, "dropped": 0}


@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_events_of_every_size_are_recorded_as_they_were_sent(tmp_path: Path, compression: str | None):
    sent = [f'{{"type":"x","n":{size},"a":"{"é" * size}"}}' for size in (0, 1, 100, 70_000, 300_000, 2)]
    async with proxied(tmp_path, compression=compression) as tap:
        async with connect(ws(tap), compression=compression, max_size=None) as client:
            await client.recv()
            for message in sent:
                await client.send(message)
                assert await client.recv() == message
            await client.send(iter([sent[3][:10], sent[3][10:50_000], sent[3][50_000:]]))
            assert await client.recv() == sent[3]
            await client.send(b"\x00binary")
            assert await client.recv() == b"\x00binary"
            await (await client.ping(b"hi"))
        await tap.idle(30)

    path = only(tmp_path)
    raw = path.read_bytes().splitlines()
    events = [line for line in raw if line.startswith(b'{"type":"x","dir":"client"')]
    assert [line[line.index(b'"event":') + 8 : -1].decode() for line in events] == [*sent, sent[3]]
    assert [json.loads(line)["n"] for line in events] == [len(each.encode()) for each in [*sent, sent[3]]]
    assert [name for name in told(path) if name[2] in {"data", "ping", "pong"}] == [
        (1, "client", "data"),
        (1, "server", "data"),
        (1, "client", "ping"),
        (1, "server", "pong"),
    ]


async def test_a_refusal_reaches_the_client_with_its_body_and_is_recorded(tmp_path: Path):
    def refuse(_: ServerConnection, __: Request) -> Response:
        body = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}}).encode()
        return Response(HTTPStatus.UNAUTHORIZED, "Unauthorized", Headers({"Content-Length": str(len(body))}), body)

    async with proxied(tmp_path, process_request=refuse) as tap:
        with pytest.raises(InvalidStatus) as error:
            await connect(ws(tap), additional_headers={"Authorization": f"Bearer {KEY}"})
        await tap.idle(30)

    assert error.value.response.status_code == 401
    assert KEY.encode() in (error.value.response.body or b"")
    path = only(tmp_path)
    _, opened, body, closed, _ = recording(path)
    assert opened["response"]["status"] == 401
    assert body["text"] == '{"error": {"message": "Incorrect API key provided: [redacted]"}}'
    assert (closed["kind"], closed["by"]) == ("close", "server")
    assert KEY not in path.read_text()


async def test_an_accepted_handshake_that_ends_in_an_error_keeps_code_and_reason(tmp_path: Path):
    async def reject(connection: ServerConnection) -> None:
        await connection.send('{"type":"error","error":{"code":"invalid_api_key"}}')
        await connection.close(3000, "invalid_request_error.invalid_api_key")

    async with proxied(tmp_path, reject) as tap:
        async with connect(ws(tap)) as client:
            assert "invalid_api_key" in str(await client.recv())
            with pytest.raises(ConnectionClosed) as error:
                await client.recv()
        await tap.idle(30)

    assert (error.value.rcvd.code, error.value.rcvd.reason) == (3000, "invalid_request_error.invalid_api_key")
    path = only(tmp_path)
    closed = recording(path)[-2]
    assert (closed["by"], closed["code"], closed["reason"]) == ("server", 3000, "invalid_request_error.invalid_api_key")


async def test_the_subprotocols_of_a_browser_cross_unchanged_and_are_recorded_without_the_key(tmp_path: Path):
    offered = ["realtime", f"openai-insecure-api-key.{KEY}", "openai-beta.realtime-v1"]
    seen: list[str | None] = []

    async def select(connection: ServerConnection) -> None:
        seen.append(connection.request.headers["Sec-WebSocket-Protocol"])
        await connection.send(CREATED)

    async with (
        proxied(tmp_path, select, subprotocols=["realtime"]) as tap,
        connect(ws(tap), subprotocols=offered) as client,
    ):
        assert client.subprotocol == "realtime"
        await client.recv()

    assert seen == [", ".join(offered)]
    path = only(tmp_path)
    assert KEY not in path.read_text()
    assert "openai-insecure-api-key.[redacted]" in path.read_text()


async def test_plain_http_is_forwarded_once_and_never_recorded(tmp_path: Path):
    heads: list[Headers] = []

    def answer(_: ServerConnection, request: Request) -> Response:
        heads.append(request.headers)
        return Response(HTTPStatus.OK, "OK", Headers({"Content-Length": "2"}), b"hi")

    async with proxied(tmp_path, process_request=answer) as tap:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(tap.origin.rpartition(":")[2]))
        writer.write(b"GET http://elsewhere.example/v1/models HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")
        answered = await reader.read()
        writer.close()

    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert answered.endswith(b"hi")
    assert heads[0]["Host"].startswith("127.0.0.1:")
    assert heads[0]["Connection"] == "close"
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", b"405"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
    ],
)
async def test_what_is_no_request_for_the_upstream_is_refused(tmp_path: Path, request_bytes: bytes, status: bytes):
    async with proxied(tmp_path) as tap:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(tap.origin.rpartition(":")[2]))
        writer.write(request_bytes)
        answered = await reader.readuntil(b"\r\n\r\n")
        writer.close()

    assert answered.split()[1] == status


async def test_an_upstream_that_cannot_be_reached_is_a_502_and_one_note(tmp_path: Path):
    notes: list[str] = []
    # Taken, so that nobody else listens there meanwhile.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        async with ProxyTap(f"ws://127.0.0.1:{port}", options=Options(output=tmp_path), notice=notes.append) as tap:
            with pytest.raises(InvalidStatus) as error:
                await connect(ws(tap))

    assert error.value.response.status_code == 502
    (note,) = notes
    assert note.startswith(f"ws://127.0.0.1:{port} cannot be reached: ")
    assert note.encode() in (error.value.response.body or b"")
    assert names(tmp_path) == []


async def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path):
    async with proxied(tmp_path) as tap:
        listen = Listen("127.0.0.1", int(tap.origin.rpartition(":")[2]))
        with pytest.raises(RtlogError, match=r"cannot listen on 127.0.0.1:\d+: Address already in use; choose another"):
            async with ProxyTap("ws://127.0.0.1:1", listen=listen):
                pass


async def test_a_tls_upstream_is_verified_and_offered_http_1_1_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    context.set_alpn_protocols(["h2", "http/1.1"])
    chosen: list[str | None] = []

    async def secured(connection: ServerConnection) -> None:
        chosen.append(connection.transport.get_extra_info("ssl_object").selected_alpn_protocol())
        await echo(connection)

    folder, bundle = tmp_path / "recordings", tmp_path / "ca.pem"
    folder.mkdir()
    async with proxied(folder, secured, ssl=context) as untrusting:
        with pytest.raises(InvalidStatus) as error:
            await connect(ws(untrusting))
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    async with proxied(folder, secured, ssl=context) as tap:
        async with connect(ws(tap)) as client:
            assert await client.recv() == CREATED
        await tap.idle(30)

    assert b"CERTIFICATE_VERIFY_FAILED" in (error.value.response.body or b"")
    assert chosen == ["http/1.1"]
    path = only(folder)
    assert told(path) == [(1, None, "open"), (1, "server", "session.created"), (1, "client", "close")]


async def test_a_client_that_dials_again_continues_its_recording(tmp_path: Path):
    async with proxied(tmp_path) as tap:
        for _ in range(2):
            async with connect(ws(tap)) as client:
                await client.recv()
            await tap.idle(30)
        async with connect(ws(tap), user_agent_header="another client") as client:
            await client.recv()
        await tap.idle(30)

    first, second = names(tmp_path)
    life = ((None, "open"), ("server", "session.created"), ("client", "close"))
    assert told(first) == [(conn, *step) for conn in (1, 2) for step in life]
    assert told(second) == [(1, *step) for step in life]


async def test_two_clients_at_once_never_share_a_recording(tmp_path: Path):
    async with proxied(tmp_path) as tap:
        async with connect(ws(tap)) as one, connect(ws(tap)) as two:
            await one.recv()
            await two.recv()
        async with connect(ws(tap)) as ambiguous:
            await ambiguous.recv()

    assert [len({each[0] for each in told(path)}) for path in names(tmp_path)] == [1, 1, 1]


async def test_a_program_adds_what_it_did_to_the_recording_of_its_connection(tmp_path: Path):
    async with proxied(tmp_path, on_open=lambda recorder, _: recorder.mark("opened")) as tap:
        async with connect(ws(tap)) as client:
            await client.recv()
            (recorder,) = tap.recorders
            recorder.local({"type": "local.tool_started", "item_id": "item_1", "call_id": "call_1"})
            await client.send('{"type":"response.create"}')
            await client.recv()
        await tap.idle(30)

    path = only(tmp_path)
    assert [each[2] for each in told(path)] == [
        "open", "mark", "session.created", "local.tool_started", "response.create", "response.create", "close",
    ]  # fmt: skip


async def test_a_recording_that_cannot_be_made_leaves_the_session_alone_and_counts(tmp_path: Path):
    notes: list[str] = []
    (tmp_path / "taken.rtlog.jsonl").write_text("")
    options = Options(output=tmp_path / "taken.rtlog.jsonl")
    async with proxied(tmp_path, options=options, notice=notes.append) as tap, connect(ws(tap)) as client:
        assert await client.recv() == CREATED

    assert tap.summary().lossy
    assert [note.startswith("not recorded: ") for note in notes] == [True]


async def test_a_hundred_sessions_at_once_each_have_their_own_recording(tmp_path: Path):
    async def talk(tap: ProxyTap, number: int) -> None:
        async with connect(ws(tap), user_agent_header=f"client {number}", **UNHURRIED) as client:
            await client.recv()
            for turn in range(5):
                await client.send(f'{{"type":"response.create","event_id":"c{number}-{turn}"}}')
                await client.recv()

    async with proxied(tmp_path) as tap:
        await asyncio.gather(*(talk(tap, number) for number in range(100)))
        await tap.idle(30)
        assert tap.summary().connections == 100

    paths = names(tmp_path)
    assert len(paths) == 100
    for path in paths:
        header, _, *events, _, footer = recording(path)
        number = header["client"].removeprefix("client ")
        mine = [f"c{number}-{turn}" for turn in range(5) for _ in ("asked", "answered")]
        assert [each["event"].get("event_id") for each in events[1:]] == mine
        assert footer["records"] == 13


KILLED = textwrap.dedent("""
    import asyncio, sys
    from pathlib import Path
    from rtlog.recordings import writing_thread
    from rtlog.recordings.taps.proxy import Options, ProxyTap

    # A disk that counts as slow is not waited for, and on a busy machine the thread's turn may come as late.
    writing_thread.PATIENCE = 60

    async def main():
        async with ProxyTap(sys.argv[1], options=Options(output=Path(sys.argv[2]))) as tap:
            print(tap.url, flush=True)
            await asyncio.Event().wait()

    asyncio.run(main())
""")


async def test_a_kill_loses_at_most_the_last_message_of_each_side_and_every_complete_line_parses(tmp_path: Path):
    async with serve(echo, "127.0.0.1", 0) as server:
        arguments = [sys.executable, "-c", KILLED, f"ws://127.0.0.1:{port_of(server)}", str(tmp_path)]
        process = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE)
        url = (await process.stdout.readline()).decode().strip()
        async with connect(url.replace("http", "ws", 1) + "/realtime") as client:
            await client.recv()
            for number in range(500):
                await client.send(f'{{"type":"response.create","event_id":"{number}"}}')
                await client.recv()
            process.kill()
            with pytest.raises(ConnectionClosed):
                await client.recv()
        await process.wait()

    path = only(tmp_path)
    *complete, rest = path.read_bytes().split(b"\n")
    records = [json.loads(line) for line in complete][3:]
    assert rest == b""
    assert len(records) >= 2 * 500 - 2
    assert [int(each["event"]["event_id"]) for each in records] == [each // 2 for each in range(len(records))]


async def test_a_client_that_speaks_tls_to_the_plain_listener_is_let_go_and_told_of(tmp_path: Path):
    notes: list[str] = []
    async with proxied(tmp_path, notice=notes.append) as tap:
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            await connect(ws(tap).replace("ws:", "wss:"), ssl=ssl.create_default_context())

    assert notes == ["a client speaks TLS here and cannot be answered; listen with --tls"]
    assert names(tmp_path) == []
