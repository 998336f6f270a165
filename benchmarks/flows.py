"""Writes the messages of a recording as one WebSocket flow, by mitmproxy's own Python: `flows.py RECORDING FLOW`."""

import json
import sys
from pathlib import Path

from mitmproxy import io
from mitmproxy.test.tflow import twebsocketflow
from mitmproxy.websocket import WebSocketMessage

TEXT = 1


def main(recording: str, flows: str) -> None:
    flow = twebsocketflow(messages=False)
    with Path(recording).open("rb") as lines:
        for line in lines:
            start = line.find(b',"event":')
            if start > 0:
                head, content = json.loads(line[:start] + b"}"), line[start + len(b',"event":') : -2]
                message = WebSocketMessage(TEXT, head["dir"] == "client", content, head["t"] / 1e9)
                flow.websocket.messages.append(message)
    with Path(flows).open("wb") as file:
        io.FlowWriter(file).add(flow)


if __name__ == "__main__":
    main(*sys.argv[1:3])
