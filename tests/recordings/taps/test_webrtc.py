"""The page tap's end on this machine, told by a WebSocket client in the script's place; a browser is in tests/e2e."""

import json
import time
import urllib.error
import urllib.request
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy import Listen, Options
from rtlog.recordings.taps.webrtc import PageTap


@asynccontextmanager
async def tapped(folder: Path) -> AsyncIterator[PageTap]:
    async with PageTap(options=Options(output=folder), notice=lambda _: None) as tap:
        yield tap


def events(tap: PageTap) -> str:
    return tap.script_url.replace("http", "ws", 1).replace("rtlog.js", "events")


def told(direction: str, text: str, at: float | None = None) -> str:
    return json.dumps({"dir": direction, "at": time.time_ns() / 1e6 if at is None else at, "text": text})


def recording(folder: Path) -> list[dict[str, object]]:
    (path,) = folder.iterdir()
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def get(url: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own address
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


async def test_the_script_knows_where_to_tell(tmp_path: Path):
    async with tapped(tmp_path) as tap:
        status, kind, script = await to_thread(get, tap.script_url)

    assert (status, kind) == (200, "text/javascript; charset=utf-8")
    assert f'const ENDPOINT = "{events(tap)}";'.encode() in script


async def test_without_the_key_of_the_run_nothing_is_given_or_taken(tmp_path: Path):
    async with tapped(tmp_path) as tap:
        origin = tap.script_url.rpartition("/")[0].rpartition("/")[0]
        for path in ("/", "/rtlog.js", "//rtlog.js", "/wrong/rtlog.js", "/%C3%BC/rtlog.js"):
            assert (await to_thread(get, origin + path))[0] == 404
        for path in ("/events", "/wrong/events"):
            with pytest.raises(InvalidStatus, match="404"):
                await connect(origin.replace("http", "ws", 1) + path)

    assert list(tmp_path.glob("*")) == []  # noqa: ASYNC240 - a test


async def test_each_text_is_kept_as_it_was_and_a_page_that_leaves_is_the_end(tmp_path: Path):
    text = '{"type": "session.created",  "session":{"client_secret":{"value":"ek_abcdefghijklmnop"}}}'
    async with tapped(tmp_path) as tap, connect(events(tap), user_agent_header="Page/1") as page:
        await page.send(told("server", '{"type": "response.done",  "n":1}'))
        await page.send(told("server", text))

    header, opened, done, created, closed, footer = recording(tmp_path)
    assert header["tap"] == "webrtc"
    assert opened["request"] == {"headers": {"user-agent": "Page/1"}}
    assert (done["type"], done["dir"], done["n"], done["src"]) == ("response.done", "server", 33, "wire")
    assert created["type"] == "session.created"
    assert "ek_abcdefghijklmnop" not in json.dumps(created)
    assert (closed["by"], closed["code"], closed["reason"]) == ("client", 1001, "the page is gone")
    assert footer == {"end": True, "records": 4, "dropped": 0}


async def test_what_the_page_lost_is_counted(tmp_path: Path):
    async with tapped(tmp_path) as tap, connect(events(tap)) as page:
        await page.send('{"dir":"client","at":0,"lost":7}')
        await page.send('{"dir":"server","at":0,"size":12}')
        await page.send('{"dir":"server","at":0,"closed":true}')
    assert tap.lossy

    _, _, lost, binary, closed, footer = recording(tmp_path)
    assert (lost["kind"], lost["lost"]) == ("gap", 7)
    assert (binary["kind"], binary["reason"]) == ("gap", "server: a binary message of 12 bytes")
    assert (closed["by"], closed["code"]) == ("server", 1000)
    assert footer["dropped"] == 8


@pytest.mark.parametrize("message", ["{", "[]", '{"dir":"local","at":1}', '{"dir":"client","at":1,"x":1}', b"\xff"])
async def test_what_is_not_the_scripts_ends_the_connection_with_a_gap(tmp_path: Path, message: str | bytes):
    async with tapped(tmp_path) as tap, connect(events(tap)) as page:
        await page.send(message)
        with pytest.raises(ConnectionClosedError, match="1003"):
            await page.recv()

    assert [each.get("kind") for each in recording(tmp_path)[1:-1]] == ["open", "gap", "close"]


async def test_the_pages_times_are_kept_within_what_can_be(tmp_path: Path):
    async with tapped(tmp_path) as tap, connect(events(tap)) as page:
        base = time.time_ns() / 1e6
        for at in (base + 1.5, base + 2.5, base, -1, 0, 1e300):
            await page.send(told("client", '{"type":"response.create"}', at))

    times = [each["t"] for each in recording(tmp_path)[1:-1]]
    assert times == sorted(times)
    assert times[-1] < 60e9


async def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path):
    async with tapped(tmp_path) as tap:
        port = int(tap.script_url.split(":")[2].partition("/")[0])
        with pytest.raises(RtlogError, match="Address already in use; choose another"):
            async with PageTap(listen=Listen("127.0.0.1", port), notice=lambda _: None):
                pass


async def test_what_a_page_told_but_did_not_get_out_before_it_went_is_counted(tmp_path: Path):
    async with tapped(tmp_path) as tap, connect(f"{events(tap)}?channel=0.5") as page:
        await page.send(told("server", '{"type":"session.created"}'))
        said = await to_thread(get, tap.script_url.replace("rtlog.js", "gone?channel=0.5&told=3"))
    assert tap.lossy
    assert said[0] == 204

    created, lost, closed, footer = recording(tmp_path)[2:]
    assert created["type"] == "session.created"
    assert (lost["lost"], lost["reason"]) == (2, "the page went before it was told")
    assert (closed["code"], closed["reason"]) == (1001, "the page is gone")
    assert footer["dropped"] == 2


async def test_a_page_that_told_all_before_it_went_lost_nothing(tmp_path: Path):
    async with tapped(tmp_path) as tap, connect(f"{events(tap)}?channel=0.5") as page:
        await page.send(told("server", '{"type":"session.created"}'))
        await to_thread(get, tap.script_url.replace("rtlog.js", "gone?channel=0.5&told=1"))
    assert not tap.lossy

    assert recording(tmp_path)[-1] == {"end": True, "records": 3, "dropped": 0}


async def test_a_page_that_went_before_its_socket_came_is_told_of(tmp_path: Path):
    notices: list[str] = []
    async with PageTap(options=Options(output=tmp_path), notice=notices.append) as tap:
        for query in ("?channel=0.5&told=3", "?channel=0.5&told=-1", "?told=3", ""):
            await to_thread(get, tap.script_url.replace("rtlog.js", f"gone{query}"))

    assert notices == ["a page went away before anything of its channel had arrived"]
    assert tap.lossy
