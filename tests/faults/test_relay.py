"""Nobody gets through the recorder to anywhere but the upstream, nobody else reads what it wrote."""

import ast
import os
import stat
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from wires import SWITCHED, dial, port_of, tapped, upstream

from rtlog.recordings.taps.proxy import Listen
from rtlog.recordings.taps.webrtc import PageTap

SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
EVIL = "evil.example"
REQUESTS = [
    f"GET http://{EVIL}/v1/realtime HTTP/1.1\r\nHost: {EVIL}",
    f"GET ws://{EVIL}:80/v1/realtime HTTP/1.1\r\nHost: {EVIL}",
    f"GET HTTPS://user:pass@{EVIL}/ HTTP/1.1\r\nHost: {EVIL}",
    f"GET //{EVIL}/v1/realtime HTTP/1.1\r\nHost: {EVIL}",
    f"GET http:{EVIL} HTTP/1.1\r\nHost: {EVIL}",
    f"GET /\\{EVIL}/x HTTP/1.1\r\nHost: {EVIL}:443",
    f"GET @{EVIL}/ HTTP/1.1\r\nHost: 127.0.0.1@{EVIL}",
    f"GET {EVIL}:443 HTTP/1.1\r\nHost: {EVIL}",
    f"GET /v1?u=http://{EVIL} HTTP/1.1\r\nHost: {EVIL}\r\nX-Forwarded-Host: {EVIL}",
    f"OPTIONS * HTTP/1.1\r\nHost: {EVIL}",
]


@pytest.mark.parametrize("request_head", REQUESTS)
@pytest.mark.parametrize("upgrade", ["", "\r\nUpgrade: websocket\r\nConnection: Upgrade"], ids=["http", "websocket"])
async def test_whatever_a_request_names_it_goes_to_the_upstream(tmp_path: Path, request_head: str, upgrade: str):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, notes):
        reader, writer = await dial(port_of(tap))
        writer.write(f"{request_head}{upgrade}\r\n\r\n".encode())
        server = await there.accepted.get()
        head = (await server[0].readuntil(b"\r\n\r\n")).decode()
        server[1].write(SWITCHED)
        server[1].close()
        assert await reader.read() == SWITCHED
        writer.close()
        await tap.idle(30)

    line, *headers, _, _ = head.split("\r\n")
    assert [each for each in headers if each.lower().startswith("host:")] == [f"Host: 127.0.0.1:{there.port}"]
    assert not line.split()[1].lower().startswith(("http://", "https://", "ws://", "wss://"))
    assert (there.accepted.qsize(), notes) == (0, [])


@pytest.mark.parametrize("target", [f"{EVIL}:443", "127.0.0.1:22", "/v1"])
async def test_a_tunnel_is_refused_before_anybody_is_dialled(tmp_path: Path, target: str):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, _):
        reader, writer = await dial(port_of(tap))
        writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 405 ")
    assert there.accepted.qsize() == 0


async def test_only_this_machine_can_reach_a_recorder_unless_somebody_says_otherwise(tmp_path: Path):
    async with upstream() as there, tapped(there.url, tmp_path) as (tap, _), PageTap(notice=print) as pages:
        for listening in (tap, pages):
            sockets = listening._server.sockets
            assert [each.getsockname()[0] for each in sockets] == ["127.0.0.1"]

    assert Listen().loopback
    assert not Listen.parse("0.0.0.0:1").loopback
    assert not Listen.parse("[::]:1").loopback


COPIES = [
    ("cut", str(SAMPLE), "--around", "RT101", "-o", "made.jsonl"),
    ("redact", str(SAMPLE), "-o", "made.jsonl.gz"),
    ("doctor", str(SAMPLE), "--repair", "-o", "made.jsonl"),
    ("export", str(SAMPLE), "-o", "made.har"),
    ("record", "-o", "made.jsonl", "-"),
]


@pytest.mark.parametrize("command", COPIES, ids=lambda command: command[0])
def test_a_recording_and_each_copy_of_it_is_its_owners_alone(tmp_path: Path, command: tuple[str, ...]):
    umask = os.umask(0)
    try:
        run = [sys.executable, "-m", "rtlog.cli", *command]
        subprocess.run(run, cwd=tmp_path, input=b'{"type":"session.created"}\n', capture_output=True, check=True)
    finally:
        os.umask(umask)

    (made,) = tmp_path.iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


FOLDERS = ("cli", "timelines", "analyzers", "recordings", "simulator")
MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "jsonpickle", "cloudpickle", "joblib"}
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"}


def test_nothing_that_is_read_can_become_a_program():
    sources = [path for folder in FOLDERS for path in (Path(__file__).parents[2] / folder).rglob("*.py")]
    found = [f"{path.name}: {each}" for path in sources for each in dangers(ast.parse(path.read_bytes()))]

    assert len(sources) > 300
    assert found == []


def dangers(tree: ast.AST) -> list[str]:
    """Give what in a module could run what it reads."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            found.append(node.module)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            safe = name == "yaml.load" and "SafeLoader" in ast.unparse(node)
            found += [name] if name in CALLS and not safe else []
            found += ["shell=True" for each in node.keywords if each.arg == "shell"]
    return found


def test_the_search_for_dangers_finds_them():
    program = """
import pickle
from marshal import loads
eval(x)
os.system(x)
run(x, shell=True)
yaml.load(x)
yaml.load(x, Loader=yaml.SafeLoader)
re.compile(x)
"""

    assert dangers(ast.parse(program)) == ["pickle", "marshal", "eval", "os.system", "shell=True", "yaml.load"]
