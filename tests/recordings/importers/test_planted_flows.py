"""No key of a flow that mitmproxy kept is in the recording that is made of it; needs mitmproxy itself."""

import json
import random
from io import BytesIO
from pathlib import Path

import pytest
from planting import Garden, script_of, traces

from rtlog.recordings.importers.importing import import_data

io = pytest.importorskip("mitmproxy.io", reason="the extra mitmproxy is not installed")


def flows(garden: Garden) -> bytes:
    """Write a call as mitmproxy does."""
    from mitmproxy import http, websocket  # noqa: PLC0415 - an extra
    from mitmproxy.test import tflow  # noqa: PLC0415 - as above
    from wsproto.frame_protocol import Opcode  # noqa: PLC0415 - what mitmproxy itself needs

    flow = tflow.twebsocketflow()
    flow.request = http.Request.make(
        "GET", f"https://api.openai.com{garden.target()}", headers=fields(garden.headers())
    )
    flow.request.headers["Sec-WebSocket-Protocol"] = ", ".join(garden.protocols())
    flow.response.headers = http.Headers(fields([*garden.answer_headers(), ("Location", garden.location())]))
    flow.websocket.messages = [
        websocket.WebSocketMessage(Opcode.TEXT, side == "client", text.encode(), 1795266872.5 + number)
        for number, (side, text) in enumerate(said(garden))
    ]
    flow.websocket.close_reason = garden.words()
    file = BytesIO()
    io.FlowWriter(file).add(flow)
    return file.getvalue()


def said(garden: Garden) -> list[tuple[str, str]]:
    planted = [(side, garden.text(garden.event(event))) for side, event in script_of("r01")[::7]]
    return [*planted, ("client", garden.malformed())]


def fields(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("audio", ["meta", "keep"])
def test_no_key_of_a_flow_is_recorded(seed: int, audio: str):
    garden = Garden(random.Random(seed))  # noqa: S311 - a reproducible choice, no cryptography
    _, result = import_data(Path("call.flows"), flows(garden), audio=audio, title=garden.words())

    written = b"".join(result.encoded())

    assert len([line for line in written.splitlines() if "event" in json.loads(line)]) == len(script_of("r01")[::7])
    assert traces(written, garden.keys) == []
