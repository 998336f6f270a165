"""`rtlog record` as a person runs it: a real command, a real client, a real server."""

import asyncio
import json
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from rtlog.cli.child import environment_for, upstream_of

CLIENT = textwrap.dedent("""
    import asyncio, os, sys
    from websockets.asyncio.client import connect

    async def main():
        url = os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/realtime?model=m"
        async with connect(url, additional_headers={"Authorization": "Bearer sk-secret-secret-secret"}) as client:
            print(await client.recv())

    asyncio.run(main())
    sys.stderr.write("the client's own words")
    sys.exit(int(sys.argv[1]))
""")


@dataclass
class Ran:
    status: int
    out: str
    err: str


@asynccontextmanager
async def provider() -> AsyncIterator[str]:
    async def greet(connection: ServerConnection) -> None:
        await connection.send('{"type":"session.created"}')
        await connection.wait_closed()

    async with serve(greet, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"


async def start(folder: Path, *arguments: str, **environment: str) -> asyncio.subprocess.Process:
    clean = {key: value for key, value in os.environ.items() if "OPENAI" not in key and key != "RTLOG_HOME"}
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "rtlog.cli", "record", *arguments)
    env = clean | environment
    return await asyncio.create_subprocess_exec(*command, cwd=folder, env=env, stdin=pipe, stdout=pipe, stderr=pipe)


async def record(folder: Path, *arguments: str, said: str = "", **environment: str) -> Ran:
    process = await start(folder, *arguments, **environment)
    out, err = await process.communicate(said.encode())
    return Ran(process.returncode or 0, out.decode(), err.decode())


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def recordings(folder: Path) -> list[Path]:
    return sorted((folder / "recordings").glob("*.rtlog.jsonl"))


@pytest.mark.parametrize("status", [0, 7])
async def test_a_program_is_recorded_and_its_streams_and_status_are_its_own(tmp_path: Path, status: int):
    async with provider() as url:
        ran = await record(tmp_path, "--", sys.executable, "-c", CLIENT, str(status), OPENAI_BASE_URL=url)

    (path,) = recordings(tmp_path)
    assert (ran.status, ran.out) == (status, '{"type":"session.created"}\n')
    assert ran.err == (
        f"the client's own wordsrtlog: wrote recordings/{path.name}\n"
        f"rtlog: 1 session, 1 event, {path.stat().st_size / 1000:.1f} kB; next: rtlog analyze latest\n"
    )
    header, *records, footer = lines(path)
    assert header["upstream"] == f"{url.replace('http', 'ws')}/realtime?model=m"
    assert [each.get("type", each.get("kind")) for each in records] == ["open", "session.created", "close"]
    assert footer["end"] is True
    assert "sk-secret" not in path.read_text()


async def test_output_title_and_audio_are_as_asked(tmp_path: Path):
    async with provider() as url:
        ran = await record(
            tmp_path, "-o", "a/b c.rtlog.jsonl", "--title", "barge-in", "--audio", "keep", "--upstream", url, "--",
            sys.executable, "-c", CLIENT, "0",
        )  # fmt: skip

    header = lines(tmp_path / "a" / "b c.rtlog.jsonl")[0]
    assert ran.status == 0
    assert (header["title"], header["audio"]) == ("barge-in", "keep")
    assert "next: rtlog analyze 'a/b c.rtlog.jsonl'" in ran.err


async def test_a_program_that_a_signal_ends_gives_128_and_the_signal(tmp_path: Path):
    ran = await record(tmp_path, "--", "sh", "-c", "kill -9 $$")

    assert ran.status == 128 + signal.SIGKILL
    assert recordings(tmp_path) == []


async def test_signals_reach_the_program(tmp_path: Path):
    script = 'trap "echo ended; exit 5" TERM; echo ready; while :; do read line || sleep 1; done'
    process = await start(tmp_path, "--", "sh", "-c", script)
    assert await process.stdout.readline() == b"ready\n"

    process.terminate()
    process.stdin.close()
    out, _ = await process.communicate()

    assert (process.returncode, out) == (5, b"ended\n")


async def test_without_a_session_one_line_says_how_to_point_each_client_here(tmp_path: Path):
    ran = await record(tmp_path, "--", "true")

    assert ran.status == 0
    assert ran.err.count("\n") == 1
    for word in ("no realtime session was seen", "OPENAI_BASE_URL", "/v1", "livekit", "openai-agents", "pipecat"):
        assert word in ran.err
    assert not (tmp_path / "recordings").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--", "no-such-program"], "cannot run 'no-such-program': No such file or directory"),
        (["-", "-o", "call.rtlog.jsonl"], "options stand before it: rtlog record -o FILE -"),
        (["--listen", "nowhere"], "--listen 'nowhere' is no address"),
        (["--upstream", "ftp://x", "--", "true"], "upstream 'ftp://x' is no address"),
        (["--upstream", "me:pw@host:99999", "--", "true"], "upstream 'host:99999': Port out of range"),
        (["-o", "there", "--", "true"], "there: already exists; use --force"),
        (["-o", "/proc/x/y", "--", "true"], "/proc/x/y: cannot be written"),
    ],
)
async def test_what_cannot_start_is_one_line_and_2(tmp_path: Path, arguments: list[str], sentence: str):
    (tmp_path / "there").write_text("kept")

    ran = await record(tmp_path, *arguments)

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("rtlog: ")
    assert sentence in ran.err
    assert os.listdir(tmp_path) == ["there"]  # noqa: PTH208 - async
    assert (tmp_path / "there").read_text() == "kept"


async def test_alone_it_listens_until_ctrl_c_which_is_its_normal_end(tmp_path: Path):
    async with provider() as url:
        process = await start(tmp_path, "--listen", "127.0.0.1:0", "--upstream", url)
        first = (await process.stderr.readline()).decode()
        base = first.partition("OPENAI_BASE_URL=")[2].split()[0]
        pipe, env = asyncio.subprocess.PIPE, os.environ | {"OPENAI_BASE_URL": base}
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLIENT, "0", env=env, stdout=pipe, stderr=pipe
        )
        await client.communicate()
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()

    (path,) = recordings(tmp_path)
    assert process.returncode == 0
    assert first.startswith("rtlog: listening; start the client with OPENAI_BASE_URL=http://127.0.0.1:")
    assert f"wrote recordings/{path.name}" in err.decode()
    assert lines(path)[-1]["end"] is True


async def test_listening_beyond_this_machine_is_said(tmp_path: Path):
    ran = await record(tmp_path, "--listen", "0.0.0.0:0", "--upstream", "ws://127.0.0.1:1", "--", "true")

    assert ran.err.startswith("rtlog: listening beyond this machine: whoever reaches 0.0.0.0 can use ws://127.0.0.1:1")


RAW_CLIENT = textwrap.dedent("""
    import os, socket
    from urllib.parse import urlsplit
    here = urlsplit(os.environ["OPENAI_BASE_URL"])
    with socket.create_connection((here.hostname, here.port)) as connection:
        connection.sendall(b"GET /v1/realtime HTTP/1.1\\r\\nUpgrade: websocket\\r\\n\\r\\n")
        while connection.recv(1000):
            pass
""")


async def test_a_recording_with_losses_is_3(tmp_path: Path):
    async def break_frames(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\xff\xff")
        writer.close()

    async with await asyncio.start_server(break_frames, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ran = await record(tmp_path, "--upstream", url, "--", sys.executable, "-c", RAW_CLIENT)

    (path,) = recordings(tmp_path)
    assert ran.status == 3
    assert "; some records were lost; next: rtlog analyze latest" in ran.err
    assert [each.get("kind") for each in lines(path)[1:-1]] == ["open", "gap", "close"]


async def test_events_on_stdin_become_a_recording(tmp_path: Path):
    said = '{"type":"session.created"}\n\n{"dir":"client","event":{"type":"response.create"}}\n'
    said += '{"kind":"mark","text":"now"}\n'

    ran = await record(tmp_path, "-", said=said)

    (path,) = recordings(tmp_path)
    header, *records, footer = lines(path)
    assert (ran.status, ran.err) == (0, f"rtlog: wrote recordings/{path.name}; next: rtlog analyze latest\n")
    assert header["tap"] == "stdin"
    assert [(each.get("dir"), each.get("type", each.get("kind"))) for each in records] == [
        ("server", "session.created"),
        ("client", "response.create"),
        (None, "mark"),
    ]
    assert footer == {"end": True, "records": 3, "dropped": 0}


def test_the_upstream_is_where_the_program_would_have_gone():
    assert upstream_of({}) == "wss://api.openai.com/v1"
    assert upstream_of({"OPENAI_BASE_URL": "https://gateway/v1"}) == "https://gateway/v1"
    azure = {"AZURE_OPENAI_ENDPOINT": "https://me.openai.azure.com"}
    assert upstream_of(azure) == "https://me.openai.azure.com/"
    assert upstream_of(azure | {"OPENAI_API_KEY": "x"}) == "wss://api.openai.com/v1"


def test_the_program_is_pointed_at_the_proxy_past_any_http_proxy():
    changed = environment_for({"NO_PROXY": "intra", "OPENAI_BASE_URL": "https://x", "A": "b"}, "http://127.0.0.1:1/v1")

    assert changed["OPENAI_BASE_URL"] == changed["OPENAI_API_BASE"] == "http://127.0.0.1:1/v1"
    assert changed["NO_PROXY"] == "intra,127.0.0.1,localhost"
    assert changed["no_proxy"] == "127.0.0.1,localhost"
    assert changed["A"] == "b"
    assert environment_for({"AZURE_OPENAI_ENDPOINT": "https://a"}, "http://127.0.0.1:1") == {
        "AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


async def test_with_tls_the_program_is_pointed_at_https_and_trusts_it(tmp_path: Path):
    async with provider() as url:
        ran = await record(tmp_path, "--tls", "--", sys.executable, "-c", CLIENT, "0", OPENAI_BASE_URL=url)

    (path,) = recordings(tmp_path)
    assert (ran.status, ran.out) == (0, '{"type":"session.created"}\n')
    assert [each.get("type", each.get("kind")) for each in lines(path)[1:-1]] == ["open", "session.created", "close"]


async def test_alone_with_tls_one_line_has_all_that_the_client_needs(tmp_path: Path):
    async with provider() as url:
        process = await start(tmp_path, "--tls", "--listen", "127.0.0.1:0", "--upstream", url)
        first = (await process.stderr.readline()).decode()
        words = first.partition("start the client with ")[2].partition(" (")[0].split()
        told = dict(word.split("=", 1) for word in words)
        pipe = asyncio.subprocess.PIPE
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CLIENT, "0", env=os.environ | told, stdout=pipe, stderr=pipe
        )
        out, _ = await client.communicate()
        process.send_signal(signal.SIGINT)
        await process.communicate()

    assert list(told) == ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "OPENAI_BASE_URL"]
    assert told["OPENAI_BASE_URL"].startswith("https://127.0.0.1:")
    assert (out, process.returncode) == (b'{"type":"session.created"}\n', 0)
    assert [name for name in told if os.path.exists(told[name])] == []  # noqa: ASYNC240, PTH110 - the run is over


async def test_tls_without_its_package_is_one_line_and_2(tmp_path: Path):
    missing = tmp_path / "trustme.py"
    missing.write_text("raise ImportError")

    ran = await record(tmp_path, "--tls", "--", "true", PYTHONPATH=str(tmp_path))

    assert (ran.status, ran.err) == (
        2,
        "rtlog: --tls needs a package that makes certificates: pip install 'rtlog[tls]'\n",
    )


async def test_the_upstream_is_dialled_through_the_http_proxy_of_the_environment(tmp_path: Path):
    asked = []

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        there, to_there = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2].partition("/")[0]))
        await asyncio.gather(copy(reader, to_there), copy(there, writer))

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async with provider() as url, await asyncio.start_server(tunnel, "127.0.0.1", 0) as proxy:
        ran = await record(
            tmp_path, "--upstream", "ws://provider.test/v1", "--", sys.executable, "-c", CLIENT, "0",
            http_proxy=f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}",
        )  # fmt: skip

    assert (ran.status, ran.out) == (0, '{"type":"session.created"}\n')
    assert asked == [b"CONNECT provider.test:80 HTTP/1.1"]
    assert len(recordings(tmp_path)) == 1


async def test_pages_are_recorded_alone_until_ctrl_c(tmp_path: Path):
    process = await start(tmp_path, "--webrtc", "--listen", "127.0.0.1:0")
    first = (await process.stderr.readline()).decode()
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    refused = await record(tmp_path, "--webrtc", "--tls")

    assert first.startswith('rtlog: put this first in the page: <script src="http://127.0.0.1:')
    assert (process.returncode, "no page opened an oai-events channel" in err.decode()) == (0, True)
    assert (refused.status, refused.err.count("\n")) == (2, 1)
    assert "--webrtc records pages and stands alone" in refused.err


PAGE_SERVER = textwrap.dedent("""
    import os, sys
    from urllib.request import urlopen
    from websockets.sync.client import connect

    script = os.environ["RTLOG_PAGE_SCRIPT"]
    assert b"oai-events" in urlopen(script).read()
    with connect(script.replace("http", "ws", 1).replace("rtlog.js", "events")) as channel:
        channel.send('{"dir":"server","at":0,"text":"{\\\\"type\\\\":\\\\"session.created\\\\"}"}')
        channel.send('{"dir":"client","at":0,"closed":true}')
    sys.exit(int(sys.argv[1]))
""")


@pytest.mark.parametrize("status", [0, 7])
async def test_the_program_that_serves_a_page_is_told_the_script_and_its_end_ends_the_recording(
    tmp_path: Path, status: int
):
    ran = await record(tmp_path, "--webrtc", "--", sys.executable, "-c", PAGE_SERVER, str(status))

    (path,) = recordings(tmp_path)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert ran.status == status
    assert [each.get("type") or each.get("kind") for each in records[1:-1]] == ["open", "session.created", "close"]
    assert records[-1] == {"end": True, "records": 3, "dropped": 0}
    assert "1 channel; next: rtlog analyze latest" in ran.err


async def test_a_recording_is_gone_on_with_in_its_own_file(tmp_path: Path):
    arguments = ["-o", "a.rtlog.jsonl", "--", sys.executable, "-c", CLIENT, "0"]
    async with provider() as url:
        first = await record(tmp_path, *arguments, OPENAI_BASE_URL=url)
        second = await record(tmp_path, "--append", *arguments, OPENAI_BASE_URL=url)

    _, *records, footer = lines(tmp_path / "a.rtlog.jsonl")
    life = ["open", "session.created", "close"]
    assert (first.status, second.status) == (0, 0)
    assert [each.get("type", each.get("kind")) for each in records] == [*life, "mark", *life]
    assert [each["conn"] for each in records] == [1, 1, 1, 2, 2, 2, 2]
    assert footer == {"end": True, "records": 7, "dropped": 0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--append", "--", "true"], "--append: needs -o FILE"),
        (["--append", "--force", "-o", "there", "--", "true"], "--append: needs -o FILE, and takes no --force"),
        (["--append", "-o", "nowhere", "--", "true"], "nowhere: cannot be read (No such file"),
        (["--append", "-o", "there", "--", "true"], "there: holds no complete JSON object"),
    ],
)
async def test_what_cannot_be_gone_on_with_is_one_line_and_2(tmp_path: Path, arguments: list[str], sentence: str):
    (tmp_path / "there").write_text("kept")

    ran = await record(tmp_path, *arguments)

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert sentence in ran.err
    assert (tmp_path / "there").read_text() == "kept"
