"""A page in a real browser that talks WebRTC: two peers of one page, one of them in the server's place."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from rtlog.recordings.reader import read

pytestmark = pytest.mark.browser

CALL = """
async (script) => {
  window.seen = [];
  const client = new RTCPeerConnection();
  const server = new RTCPeerConnection();
  client.onicecandidate = ({ candidate }) => server.addIceCandidate(candidate);
  server.onicecandidate = ({ candidate }) => client.addIceCandidate(candidate);

  const events = client.createDataChannel("oai-events");
  const other = client.createDataChannel("game");
  const both = new Promise((resolve) => {
    const channels = {};
    server.ondatachannel = ({ channel }) => {
      channels[channel.label] = channel;
      channel.onmessage = ({ data }) => window.seen.push(["server", data]);
      if (channels["oai-events"] && channels.game) resolve(channels);
    };
  });
  events.onmessage = ({ data }) => {
    window.seen.push(["client", data]);
    if (data.includes("throw")) setTimeout(() => window.done());
  };
  await client.setLocalDescription();
  await server.setRemoteDescription(client.localDescription);
  await server.setLocalDescription();
  await client.setRemoteDescription(server.localDescription);
  const channels = await both;
  window.call = { client, server, events, other, theirs: channels["oai-events"], theirOther: channels.game };
}
"""
TALK = """
async () => {
  const { events, other, theirs } = window.call;
  const done = new Promise((resolve) => { window.done = resolve; });
  theirs.send('{"type": "session.created", "session": {"id": "sess_1"}}');
  events.send('{"type":"conversation.item.create","item":{"id":"ü","type":"message"}}');
  other.send("no event of ours");
  events.send('{"type":"response.create"}');
  theirs.send('{"type":"response.created","why":"throw"}');
  await done;
  while (window.seen.length < 5) await new Promise((resolve) => setTimeout(resolve));
}
"""


@contextmanager
def recorder(folder: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Run `rtlog record --webrtc`; gives the script's URL, and what ends it and gives what it said."""
    command = [sys.executable, "-m", "rtlog.cli", "record", "--webrtc", "--listen", "127.0.0.1:0", "-o", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def end() -> str:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        assert process.returncode == (3 if "some records were lost" in err else 0), err
        return err

    assert process.stderr is not None
    line = process.stderr.readline()
    try:
        yield line.partition('src="')[2].partition('"')[0], end
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_a_recorder_that_is_gone_leaves_the_page_alone(page: Page, tmp_path: Path, site: Callable[[str], str]):
    folder = tmp_path / "recordings"
    folder.mkdir()
    with recorder(folder) as (script, end):
        page.goto(site(script))
        page.evaluate(CALL)
        wait_until(page, lambda: any(folder.iterdir()))
        end()
        page.evaluate(TALK)

    assert len(page.evaluate("window.seen")) == 5
    assert page.evaluate("window.call.events.readyState") == "open"


def wait_until(page: Page, true: Callable[[], bool]) -> None:
    while not true():
        page.wait_for_timeout(10)


def ended(folder: Path) -> bool:
    return any('"end":true' in path.read_text() for path in folder.iterdir())


def events_in(folder: Path) -> int:
    return sum(path.read_text().count('"event":') for path in folder.iterdir())


def told(path: Path) -> list[tuple[object, ...]]:
    return [(r.dir or r.kind, r.type) for r in read(path)]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


@contextmanager
def website(folder: Path) -> Iterator[str]:
    """Serve *folder* on loopback; gives its address. A browser lets no page of an unknown origin load from loopback."""
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Give a function that makes a page with a script in its head, and gives the page's address.

    Each page has its own name: of one that is written again within a second a browser may have the old text still.
    """
    folder = tmp_path / "site"
    with website(folder) as origin:

        def with_script(url: str) -> str:
            name = f"{len(list(folder.iterdir()))}.html"
            script = f'<script src="{url}"></script>' if url else ""
            (folder / name).write_text(f"<!doctype html><link rel=icon href=data:,>{script}")
            return f"{origin}/{name}"

        yield with_script


def test_what_crosses_the_channel_is_recorded_and_the_page_sees_what_it_always_saw(
    page: Page, tmp_path: Path, site: Callable[[str], str]
):
    page.goto(site(""))
    page.evaluate(CALL)
    page.evaluate(TALK)
    alone = page.evaluate("window.seen")

    folder = tmp_path / "recordings"
    folder.mkdir()
    with recorder(folder) as (script, end):
        page.goto(site(script))
        page.evaluate(CALL)
        page.evaluate(TALK)
        recorded = page.evaluate("window.seen")
        page.evaluate("window.call.events.close()")
        wait_until(page, lambda: ended(folder))
        said = end()
    (path,) = folder.iterdir()

    assert sorted(recorded) == sorted(alone)
    assert f"rtlog: wrote {path}" in said
    lines = told(path)
    assert [each for each in lines if each[0] == "server"] == [
        ("server", "session.created"),
        ("server", "response.created"),
    ]
    assert [each for each in lines if each[0] == "client"] == [
        ("client", "conversation.item.create"),
        ("client", "response.create"),
    ]
    assert (lines[0][0], lines[-1][0]) == ("open", "close")
    assert '"event":{"type": "session.created", "session": {"id": "sess_1"}}' in path.read_text()
    assert json.loads(path.read_text().splitlines()[0])["tap"] == "webrtc"
    times = [record.t for record in read(path)]
    assert times == sorted(times)


HANG_UP = "window.call.client.close()"
BURST_AND_LEAVE = """
() => {
  for (let number = 0; number < 500; number++) {
    window.call.events.send(JSON.stringify({ type: "burst", number, padding: "x".repeat(2000) }));
  }
  location = "about:blank";
}
"""


@pytest.mark.parametrize(
    ("act", "by", "code"),
    [
        (HANG_UP, "client", 1000),
        ("window.call.server.close()", "server", 1000),
        ("window.call.theirs.close()", "server", 1000),
        ("() => { location = 'about:blank' }", "client", 1001),
    ],
    ids=["the page hangs up", "the other side hangs up", "the other side closes the channel", "the page goes"],
)
def test_every_end_ends_the_recording(
    page: Page, tmp_path: Path, site: Callable[[str], str], act: str, by: str, code: int
):
    folder = tmp_path / "recordings"
    folder.mkdir()
    with recorder(folder) as (script, end):
        page.goto(site(script))
        page.evaluate(CALL)
        page.evaluate(TALK)
        # What is still on its way to the recorder would go with a page that goes.
        wait_until(page, lambda: events_in(folder) == 4)
        page.evaluate(act)
        wait_until(page, lambda: ended(folder))
        end()
    (path,) = folder.iterdir()

    *_, closed, footer = [json.loads(line) for line in path.read_text().splitlines()]
    assert (closed["by"], closed["code"]) == (by, code)
    assert footer == {"end": True, "records": 6, "dropped": 0}


def test_what_goes_with_the_page_is_counted(page: Page, tmp_path: Path, site: Callable[[str], str]):
    folder = tmp_path / "recordings"
    folder.mkdir()
    with recorder(folder) as (script, end):
        page.goto(site(script))
        page.evaluate(CALL)
        # Of a page that goes before the recorder has answered it there is no recording.
        wait_until(page, lambda: any(folder.iterdir()))
        page.evaluate(BURST_AND_LEAVE)
        wait_until(page, lambda: ended(folder))
        end()
    (path,) = folder.iterdir()

    *records, footer = [json.loads(line) for line in path.read_text().splitlines()]
    assert len([each for each in records if each.get("type") == "burst"]) + footer["dropped"] == 500
