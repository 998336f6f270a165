"""Files that the real tools wrote, imported: they tell what the proxy recorded of the same session.

A server and a client say a sample's lines in its order over real sockets, with the proxy between. Each side waits until
what the sample has before its next line has arrived, so that every tap sees the same order.
"""

import asyncio
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.async_api import async_playwright
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame
from websockets.http11 import Request, Response

from rtlog.cli.loading import analyze_file
from rtlog.recordings.taps.proxy import Options, ProxyTap

SAMPLES = Path(str(files("rtlog.recordings.samples")))
SECRET = "sk-planted-0123456789abcdef"  # noqa: S105 - planted, to be looked for
TARGET = f"/v1/realtime?model=gpt-realtime&api_key={SECRET}"

SHORT = 74
"""Characters from which the websockets library shortens an event, which it shows in quotes."""

Script = list[tuple[str, str]]


def script_of(name: str) -> Script:
    path = next(SAMPLES.glob(f"{name}-*.rtlog.jsonl"))
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [(r["dir"], json.dumps(r["event"])) for r in records if r.get("dir") in {"client", "server"}]


async def say(
    script: Script, side: str, send: Callable[[str], Awaitable[None]], heard: Callable[[], Awaitable[object]]
) -> None:
    for speaker, text in script:
        await (send(text) if speaker == side else heard())


@dataclass
class Stage:
    """Where clients connect, and what the proxy wrote of them."""

    origin: str
    """`http://host:port` of the proxy."""
    page: str
    """A page that a browser can open."""
    script: Script
    tap: ProxyTap

    async def play(self, url: str) -> None:
        """Say the client's part with the websockets library."""
        async with connect(
            url,
            subprotocols=["realtime", f"openai-insecure-api-key.{SECRET}"],
            additional_headers={"Authorization": f"Bearer {SECRET}"},
            max_size=None,
        ) as client:
            await speak(self.script, client)

    async def recorded(self) -> Path:
        await self.tap.idle(30)
        (path,) = self.tap.summary().paths
        return path


async def speak(script: Script, client: ClientConnection) -> None:
    await say(script, "client", client.send, client.recv)


@asynccontextmanager
async def staged(name: str, folder: Path) -> AsyncIterator[Stage]:
    """Give the stage of a sample by the start of its name; the proxy records into *folder*."""
    script = script_of(name)

    async def act(connection: ServerConnection) -> None:
        await say(script, "server", connection.send, connection.recv)
        await connection.wait_closed()

    def page(connection: ServerConnection, request: Request) -> Response | None:
        if request.path != "/":
            return None
        answer = connection.respond(HTTPStatus.OK, "<title>page</title>")
        del answer.headers["Content-Type"]
        answer.headers["Content-Type"] = "text/html"
        return answer

    async with serve(
        act, "127.0.0.1", 0, process_request=page, select_subprotocol=lambda _, offered: offered[0], max_size=None
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        options = Options(folder / "proxy.rtlog.jsonl")
        async with ProxyTap(f"http://127.0.0.1:{port}/v1", options=options) as tap:
            origin = tap.url.removesuffix("/v1")
            yield Stage(origin, f"http://127.0.0.1:{port}/", script, tap)


def told(path: Path) -> list[tuple[str, object]]:
    """Give the events of a recording in order, with their senders."""
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [(record["dir"], record["event"]) for record in records if "event" in record]


def findings(path: Path) -> tuple[str, list[str]]:
    """Give the verdict and what was found."""
    _, analysis = analyze_file(path)
    return analysis.verdict, sorted(finding.id for finding in analysis.findings)


async def run(*command: str) -> tuple[int, str]:
    """Run a command to its end; gives its status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def imported(source: Path, python: str = sys.executable) -> Path:
    """Import *source* with the command; gives the recording, in which no secret stands."""
    target = source.with_name("imported.rtlog.jsonl")
    status, out = await run(python, "-m", "rtlog.cli", "import", str(source), "-o", str(target))
    assert status == 0, out
    assert SECRET not in out
    assert SECRET.encode() not in target.read_bytes()
    return target


def header(path: Path) -> dict[str, object]:
    first: dict[str, object] = json.loads(path.read_bytes().splitlines()[0])
    return first


PLAYER = """([script, url, protocols]) => new Promise(done => {
    const socket = new WebSocket(url, protocols)
    let at = 0
    const speak = () => {
        for (; at < script.length && script[at][0] == 'client'; at++) socket.send(script[at][1])
        if (at == script.length) socket.close()
    }
    socket.onopen = speak
    socket.onmessage = () => { at++; speak() }
    socket.onclose = done
})"""


def browser() -> str:
    path = os.environ.get("RTLOG_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return path or pytest.skip("no browser: no chromium on PATH, and RTLOG_CHROMIUM is not set")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["r01", "r02"])
async def test_the_har_that_playwright_writes_of_a_page_in_chromium(tmp_path: Path, name: str):
    har = tmp_path / "page.har"
    async with staged(name, tmp_path) as stage, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser())
        context = await chromium.new_context(record_har_path=har)
        page = await context.new_page()
        await page.goto(stage.page)
        url = stage.origin.replace("http", "ws") + TARGET
        await page.evaluate(PLAYER, [stage.script, url, ["realtime", f"openai-insecure-api-key.{SECRET}"]])
        await context.close()
        await chromium.close()
        proxy = await stage.recorded()

    recording = await imported(har)

    assert SECRET in har.read_text(encoding="utf-8")
    assert told(recording) == told(proxy)
    assert findings(recording) == findings(proxy)
    assert header(recording)["tap"] == "import:har"
    assert "Chrome" in str(header(recording)["client"])


async def log_of(name: str, folder: Path) -> tuple[Path, Path]:
    """Play a sample with the websockets library's log on; gives the log and what the proxy recorded."""
    log = folder / "program.log"
    handler = logging.FileHandler(log)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("websockets.client")
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        async with staged(name, folder) as stage:
            await stage.play(stage.origin.replace("http", "ws") + TARGET)
            proxy = await stage.recorded()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()
    return log, proxy


@pytest.mark.parametrize("name", ["r01", "r02"])
async def test_the_debug_log_of_websockets_that_shortens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(Frame, "MAX_LOG_SIZE", 10**8)  # what WEBSOCKETS_MAX_LOG_SIZE sets

    log, proxy = await log_of(name, tmp_path)
    recording = await imported(log)

    assert SECRET in log.read_text(encoding="utf-8")
    assert told(recording) == told(proxy)
    assert findings(recording) == findings(proxy)
    assert header(recording)["tap"] == "import:websockets"
    assert "websockets" in str(header(recording)["client"])


async def test_what_the_log_of_websockets_shortens_is_lost_and_not_guessed(tmp_path: Path):
    log, proxy = await log_of("r01", tmp_path)

    recording = await imported(log)

    records = [json.loads(line) for line in recording.read_bytes().splitlines()[1:-1]]
    lost = [record["reason"] for record in records if record.get("kind") == "gap"]
    kept = told(recording)
    assert kept == [each for each in told(proxy) if len(json.dumps(each[1])) < SHORT]
    assert len(kept) + len(lost) == len(told(proxy))
    assert "server: conversation.item.deleted of 121 bytes that the log does not hold whole" in lost
    assert findings(recording)[0] == "inconclusive"


MITMDUMP = os.environ.get("RTLOG_MITMDUMP", "")


@pytest.mark.skipif(not MITMDUMP, reason="RTLOG_MITMDUMP names no mitmdump in an environment that holds rtlog too")
@pytest.mark.parametrize("name", ["r01", "r02"])
async def test_the_flows_and_the_har_of_mitmproxy(tmp_path: Path, name: str):
    flows, har = tmp_path / "call.flows", tmp_path / "call.har"
    async with staged(name, tmp_path) as stage:
        mitmdump = await asyncio.create_subprocess_exec(
            MITMDUMP, "--mode", f"reverse:{stage.origin}", "--listen-host", "127.0.0.1", "-p", "0",
            "-w", str(flows),
            "--set", f"hardump={har}", "--set", f"confdir={tmp_path}", "--set", "termlog_verbosity=info",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert mitmdump.stdout is not None
        listening = (await mitmdump.stdout.readline()).decode()
        port = int(listening.rstrip(".\n").rpartition(":")[2])
        await stage.play(f"ws://127.0.0.1:{port}{TARGET}")
        proxy = await stage.recorded()
        mitmdump.send_signal(signal.SIGINT)
        await mitmdump.communicate()

    python = str(Path(MITMDUMP).with_name("python"))
    for source, tap in ((flows, "import:mitmproxy"), (har, "import:har")):
        recording = await imported(source, python)
        assert SECRET.encode() in source.read_bytes()
        assert told(recording) == told(proxy)
        assert findings(recording) == findings(proxy)
        assert header(recording)["tap"] == tap
        recording.unlink()
