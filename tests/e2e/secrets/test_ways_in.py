"""No key planted in a session, in headers, URLs, events or broken text, is in any byte that a recorder writes of it."""

import asyncio
import json
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI
from planting import SAMPLES, Garden, printed, script_of, traces
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response

import rtlog.recordings.taps.openai_python as openai_tap
from rtlog.cli.loading import analyze_file
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.rotation import Rotation
from rtlog.recordings.taps.proxy import Options, ProxyTap
from rtlog.recordings.taps.stdin import StdinTap
from rtlog.recordings.taps.tape import Tape
from rtlog.recordings.taps.webrtc import PageTap

SAMPLE = "r01"
PLANTED_EVERY = 7
LOSSY = "RT902"
"""Told where a test plants a loss."""


@dataclass
class Session:
    """A session full of keys, and what each side said of it."""

    garden: Garden
    headers: list[tuple[str, str]]
    answer: list[tuple[str, str]]
    protocols: list[str]
    target: str
    script: list[tuple[str, dict[str, object], str]]
    """Sender, event, and the event's text."""
    broken: str
    title: str
    notes: list[str]


def planted(seed: int) -> Session:
    garden = Garden(random.Random(seed))  # noqa: S311 - a reproducible choice, no cryptography
    headers, answer = garden.headers(), garden.answer_headers()
    protocols, target = garden.protocols(), garden.target()
    script = []
    for number, (side, told) in enumerate(script_of(SAMPLE)):
        event = garden.event(told) if number % PLANTED_EVERY == 0 else told
        script.append((side, event, garden.text(event)))
    title = f"call with {garden.telling()}"
    return Session(
        garden, headers, answer, protocols, target, script, garden.malformed(), title, [garden.words() for _ in "abc"]
    )


def by_recorder(session: Session, folder: Path, audio: str, queue: int | None = None) -> None:
    with Recorder.create(folder / "a.rtlog.jsonl", audio=audio, title=session.title, queue=queue) as recorder:
        for number, (side, event, text) in enumerate(session.script):
            message = [event, text, text.encode()][number % 3]
            recorder.event(side, message, src="wire")
        recorder.local({"type": "local.tool_finished", "call_id": "call_1", "error": session.notes[0]})
        recorder.client(session.broken)
        recorder.binary("server", session.script[0][2].encode())
        recorder.mark(session.notes[1])
        recorder.gap("server", session.notes[2])
        recorder.closed("server", 1008, session.notes[2])


def by_tape(session: Session, folder: Path, audio: str) -> None:
    """Record as every SDK's tap does."""
    url = f"wss://api.openai.com{session.target}"
    tape = Tape("livekit", folder / "a.rtlog.jsonl", (), client="LiveKit", url=url, audio=audio, title=session.title)
    recorder = tape.connection()
    for side, event, _ in session.script:
        recorder.event(side, event)
    tape.local("tool_finished", call_id="call_1", error=session.notes[0])
    tape.mark(session.notes[1])

    def fail(*_: object) -> None:
        raise ValueError(session.notes[2])

    tape.hooks.run(session.notes[1], fail)
    tape.close()


def by_stdin(session: Session, folder: Path, audio: str) -> None:
    with Recorder.create(folder / "a.rtlog.jsonl", audio=audio, title=session.title, tap="stdin") as recorder:
        recorder.src = "wire"
        lines = [f'{{"dir":"{side}","event":{text}}}'.encode() for side, _, text in session.script]
        mark = json.dumps({"kind": "mark", "text": session.notes[0]}).encode()
        StdinTap(recorder).feed([*lines, mark, session.broken.encode(), session.notes[1].encode()])


def by_page(session: Session, folder: Path, audio: str) -> list[str]:
    notices: list[str] = []

    async def tell() -> None:
        options = Options(folder, audio=audio, title=session.title)
        async with PageTap(options=options, notice=notices.append) as tap:
            url = tap.script_url.replace("http", "ws", 1).replace("rtlog.js", "events")
            headers = {"Origin": f"https://app.example/?key={session.garden.silent()}"}
            async with connect(
                url, additional_headers=headers, user_agent_header=f"Page {session.garden.telling()}"
            ) as page:
                for side, _, text in session.script:
                    await page.send(json.dumps({"dir": side, "at": 0, "text": text}))
                await page.send(json.dumps({"dir": "client", "at": 0, "text": session.broken}))
                await page.send(session.notes[1])

    asyncio.run(tell())
    return notices


@asynccontextmanager
async def provider(session: Session) -> AsyncIterator[str]:
    """A server that refuses the first connection, in many words, and talks to the second."""
    refused = False

    def refuse(connection: ServerConnection, _request: Request) -> Response | None:
        nonlocal refused
        if refused:
            return None
        refused = True
        answer = connection.respond(
            401, json.dumps({"error": {"message": f"Incorrect API key provided: {session.garden.telling()}."}})
        )
        answer.headers["Location"] = session.garden.location()
        return answer

    async def talk(connection: ServerConnection) -> None:
        for number, (side, _, text) in enumerate(session.script):
            if side == "client":
                await connection.recv()
            else:
                await connection.send(halves(text) if number % 2 else text)
        await connection.send(session.script[0][2].encode())
        await connection.send(session.broken)
        await connection.close(1008, session.garden.telling()[:100])

    def dress(_connection: ServerConnection, _request: Request, response: Response) -> None:
        for name, value in session.answer:
            response.headers[name] = value

    async with serve(
        talk, "127.0.0.1", 0, process_request=refuse, process_response=dress, max_size=None,
        select_subprotocol=lambda _, offered: offered[0],
    ) as server:  # fmt: skip
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"


def halves(text: str) -> list[str]:
    return [text[: len(text) // 2], text[len(text) // 2 :]]


def by_proxy(session: Session, folder: Path, audio: str, rotation: Rotation | None = None) -> list[str]:
    notices: list[str] = []

    async def talk(url: str) -> None:
        async with connect(
            url, subprotocols=session.protocols, additional_headers=session.headers, max_size=None
        ) as client:
            for number, (side, _, text) in enumerate(session.script):
                if side == "server":
                    await client.recv()
                else:
                    await client.send(halves(text) if number % 2 else text)
            await client.wait_closed()

    async def play() -> None:
        options = Options(folder, audio=audio, title=session.title, rotation=rotation)
        async with provider(session) as url, ProxyTap(url, options=options, notice=notices.append) as tap:
            dialled = tap.url.replace("http", "ws", 1).removesuffix("/v1") + session.target
            with pytest.raises(InvalidStatus):
                await talk(dialled)
            await talk(dialled)
            await tap.idle(30)

    asyncio.run(play())
    return notices


def har(session: Session) -> bytes:
    said = [
        {"type": "receive" if side == "server" else "send", "time": 1795266872.5 + n, "opcode": 1, "data": text}
        for n, (side, _, text) in enumerate(session.script)
    ]
    said.append({"type": "send", "time": 1795266999, "opcode": 1, "data": session.broken})
    said.append({"type": "nobody", "data": session.notes[1]})
    protocols = ("Sec-WebSocket-Protocol", ", ".join(session.protocols))
    request = [{"name": name, "value": value} for name, value in [*session.headers, protocols]]
    answer = [{"name": name, "value": value} for name, value in session.answer]
    url = f"wss://api.openai.com{session.target}"
    entries = [
        {"request": {"url": f"wss://other.example{session.target}", "headers": request}, "_webSocketMessages": []},
        {
            "request": {"url": url, "headers": request},
            "response": {"status": 101, "headers": answer},
            "_webSocketMessages": said,
        },
    ]
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": entries}}).encode()


def websockets_log(session: Session) -> bytes:
    lines = ["= connection is CONNECTING", f"> GET {session.target} HTTP/1.1", "> Host: api.openai.com"]
    lines += [f"> {name}: {value}" for name, value in session.headers]
    lines += ["< HTTP/1.1 101 Switching Protocols", *(f"< {name}: {value}" for name, value in session.answer)]
    lines.append("= connection is OPEN")
    for side, _, text in session.script:
        lines.append(f"{'>' if side == 'client' else '<'} {Frame(Opcode.TEXT, text.encode())}")
    lines += [f"! {session.notes[0]}", f"> TEXT {session.notes[1]}", "= connection is CLOSED"]
    return "\n".join(f"2026-11-21 13:00:00,{n:03} DEBUG {line}" for n, line in enumerate(lines)).encode()


def livekit_log(session: Session) -> bytes:
    lines = [f"connecting to Realtime API: wss://api.openai.com{session.target}", session.notes[0]]
    lines += [f"{'>>>' if side == 'client' else '<<<'} {event}" for side, event, _ in session.script]
    return "\n".join(f"DEBUG:livekit.plugins.openai:{line}" for line in lines).encode()


def json_lines(session: Session) -> bytes:
    lines = [f'{{"direction":"{side}","ts":{n},"data":{text}}}' for n, (side, _, text) in enumerate(session.script)]
    return "\n".join([*lines, session.broken, session.notes[0]]).encode()


def cassette(session: Session) -> bytes:
    said = [
        {"kind": "message", "direction": "received" if side == "server" else "sent", "at": n / 8, "data": event}
        for n, (side, event, _) in enumerate(session.script)
    ]
    said.append({"direction": session.notes[0]})
    return yaml.safe_dump({"version": 1, "interactions": said}, sort_keys=False).encode()


def by_import(write: Callable[[Session], bytes], session: Session, folder: Path, audio: str) -> str:
    """Import with the command, and give what it printed."""
    source = folder / f"call {session.garden.telling()}.log"
    source.write_bytes(write(session))
    target = folder / "a.rtlog.jsonl"
    arguments = ["import", str(source), "-o", str(target), "--audio", audio, "--title", session.title, "-v"]
    return printed(arguments)


def by_openai(session: Session, folder: Path, audio: str) -> None:
    """Record with the tap of openai-python, in a program that uses it."""

    async def talk(url: str) -> None:
        client = AsyncOpenAI(api_key=session.garden.telling(), base_url=url, websocket_base_url=url)
        query = dict(parse_qsl(urlsplit(session.target).query)) | {"model": "gpt-realtime"}
        headers = {name: value for name, value in session.headers if name != "Authorization"}
        async with client.realtime.connect(
            model="gpt-realtime", extra_query=query, extra_headers=headers, websocket_connection_options=SUBPROTOCOLS
        ) as connection:
            tape = openai_tap.attach(connection, folder / "a.rtlog.jsonl", audio=audio, title=session.title)
            for side, event, _ in session.script:
                await (connection.recv_bytes() if side == "server" else connection.send(event))
        tape.close()

    async def play() -> None:
        async with provider(session) as url:
            with pytest.raises(InvalidStatus):
                await talk(url)
            await talk(url)

    asyncio.run(play())


SUBPROTOCOLS = {"subprotocols": ["realtime"], "max_size": None}


WAYS = {
    "recorder": by_recorder,
    "queued recorder": partial(by_recorder, queue=1000),
    "an SDK's tape": by_tape,
    "openai-python": by_openai,
    "stdin": by_stdin,
    "page": by_page,
    "proxy": by_proxy,
    "HAR": partial(by_import, har),
    "websockets log": partial(by_import, websockets_log),
    "LiveKit log": partial(by_import, livekit_log),
    "JSON Lines": partial(by_import, json_lines),
    "cassette": partial(by_import, cassette),
}


def told(path: Path) -> list[tuple[object, object]]:
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    events = [(record["dir"], record["type"]) for record in records if "event" in record]
    return [each for each in events if each[0] != "local"][: len(script_of(SAMPLE))]


def findings(path: Path) -> set[str]:
    _, analysis = analyze_file(path)
    return {finding.rule for finding in analysis.findings if finding.rule != LOSSY}


@pytest.mark.filterwarnings("ignore:the websocket_connection_options")
@pytest.mark.parametrize("audio", ["meta", "keep"])
@pytest.mark.parametrize("way", WAYS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=2, phases=[Phase.generate])
def test_no_key_is_in_any_byte_that_is_written_of_a_session_and_the_session_is_understood(
    way: str, audio: str, seed: int
):
    with tempfile.TemporaryDirectory() as name, patch.object(Frame, "MAX_LOG_SIZE", 10**8):
        folder = Path(name)
        session = planted(seed)
        said = WAYS[way](session, folder, audio)

        recordings = [path for path in folder.iterdir() if path.name.endswith(".rtlog.jsonl")]
        events = max(recordings, key=lambda path: path.stat().st_size)
        written = b"\n".join(path.read_bytes() for path in recordings) + json.dumps(said).encode()
        assert traces(written, session.garden.keys) == []
        assert told(events) == [(side, event["type"]) for side, event, _ in session.script]
        assert findings(events) == findings(next(SAMPLES.glob(f"{SAMPLE}-*")))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=2, phases=[Phase.generate])
def test_no_key_is_in_any_of_the_files_of_a_long_run(seed: int):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session = planted(seed)
        said = by_proxy(session, folder, "meta", Rotation(size=20_000))

        files = [path.read_bytes() for path in folder.iterdir()]
        events = [line for file in files for line in file.splitlines() if "event" in json.loads(line)]
        assert len(files) > 3
        assert len(events) >= len(session.script)
        assert traces(b"".join(files) + json.dumps(said).encode(), session.garden.keys) == []
