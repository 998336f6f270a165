"""No key that another tool left in a file is in any byte that a command writes of it, on a stream or in a file."""

import base64
import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from planting import Garden, printed, script_of, traces

HERE = "call.rtlog.jsonl"
TOLD = "told.rtlog.jsonl"
OUT = "out.jsonl"

READING = [
    *(["analyze", HERE, "--output-format", each] for each in ("full", "json", "jsonl", "junit", "github", "sarif")),
    ["analyze", HERE, "--output-format", "markdown"],
    *(["timeline", HERE, "--output-format", each] for each in ("text", "markdown", "mermaid", "html", "svg", "json")),
    ["timeline", HERE, "--output-format", "chrome-trace"],
    ["timeline", HERE, "--style", "steps", "--ids", "--raw"],
    ["timeline", HERE, "--style", "list", "--spoken"],
    ["info", HERE],
    ["info", HERE, "--output-format", "json"],
    ["list", "."],
    ["list", ".", "--output-format", "json"],
    ["stats", HERE],
    ["diff", HERE, TOLD],
    ["doctor", HERE],
    ["export", HERE, "--format", "har", "-o", OUT],
    ["export", HERE, "--format", "events", "-o", OUT],
    ["cut", HERE, "--around", "RT101", "-o", OUT],
    ["cut", HERE, "--from", "0", "--to", "100000", "-o", OUT],
    ["redact", HERE, "-o", OUT],
    ["redact", HERE, "-o", OUT, "--keep", "spoken,arguments,outputs,instructions,tools,metadata,notes,addresses,other"],
    ["report", HERE, "-o", OUT],
]
WITH_HEADER = [["doctor", HERE, "--repair", "-o", OUT], ["merge", HERE, TOLD, "-o", OUT]]
COMMANDS = [
    *((command, True) for command in [*READING, *WITH_HEADER]),
    *((command, False) for command in READING if command[0] in {"info", "list", "timeline", "cut", "redact", "export"}),
]


def header(garden: Garden, name: str) -> dict[str, object]:
    return {
        "rtlog": 1,
        "id": f"01JD{name}",
        "started": "2026-11-21T03:08:15Z",
        "tool": "another 1.0",
        "tap": "proxy",
        "upstream": f"wss://user:{garden.query(garden.silent())}@api.openai.com{garden.target()}",
        "client": f"agent {garden.telling()}",
        "sdk": {"some": garden.telling()},
        "title": garden.words(),
    }


def outside_the_story(garden: Garden) -> list[dict[str, object]]:
    """Give records that tell of keys wherever a record shows what somebody wrote."""
    details = {"type": "failed", "error": {"code": garden.telling(), "message": garden.words()}}
    failed = {"id": "resp_x", "status": "failed", "status_details": details}
    told = [
        ("server", {"type": "session.updated", "session": garden.session() | {"instructions": garden.words()}}),
        ("server", {"type": "error", "error": {"type": garden.telling(), "message": garden.words()}}),
        ("server", {"type": "response.created", "response": {"id": "resp_x", "metadata": {"note": garden.words()}}}),
        ("server", {"type": "response.done", "response": failed}),
        ("server", {"type": f"custom.{garden.telling()}", "event_id": garden.telling(), garden.telling(): 1}),
        ("local", {"type": "local.log", "level": "error", "message": garden.words()}),
        ("local", {"type": "local.tool_finished", "call_id": "call_x", "error": garden.words()}),
        ("local", {"type": "local.ctx_push_end", "push_id": "push_x", "error": garden.words()}),
    ]  # fmt: skip
    binary = base64.b64encode(garden.malformed().encode()).decode()
    return [
        *({"type": event["type"], "dir": side, "src": "wire", "event": event} for side, event in told),
        {"kind": "data", "dir": "client", "op": "text", "text": garden.malformed()},
        {"kind": "data", "dir": "client", "op": "binary", "base64": binary},
        {"kind": "mark", "text": garden.words()},
        {"kind": "gap", "lost": 1, "reason": garden.words()},
        {"kind": f"odd {garden.telling()}", "note": garden.words()},
    ]


def handshake(garden: Garden) -> dict[str, object]:
    response = {"status": 101, "headers": {**dict(garden.answer_headers()), "location": garden.location()}}
    request = {"target": garden.target(), "headers": dict(garden.headers())}
    return {"kind": "open", "request": request, "response": response | {"body": garden.words()}}


def foreign(garden: Garden, name: str, src: str = "wire", *, framed: bool = True) -> bytes:
    """Write a recording as a tool does that takes no secret out; where it is not *framed*, without a header."""
    lines = [json.dumps(header(garden, name))] if framed else []
    records = [handshake(garden)]
    for number, (side, event) in enumerate(script_of("r01")):
        planted = garden.event(event) if number % 9 == 0 else event
        records.append({"type": event["type"], "dir": side, "src": src, "event": planted})
    records += outside_the_story(garden)
    records.append({"kind": "close", "by": "server", "code": 1008, "reason": garden.words()})
    for seq, record in enumerate(records, 1):
        place = {"seq": seq, "t": seq * 5_000_000, "conn": 1}
        bare = record.get("event") if not framed and seq % 2 else None
        lines.append(garden.text({"t": place["t"], **bare} if isinstance(bare, dict) else {**record, **place}))
    return "\n".join([*lines, garden.malformed()]).encode() + b"\n"


def written(folder: Path) -> bytes:
    """Give every name and every byte that stands in *folder* beside the foreign recordings."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in {HERE, TOLD}]
    return b"\n".join(str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes() for path in files)


@pytest.mark.parametrize(
    ("command", "framed"), COMMANDS, ids=lambda each: " ".join(each) if isinstance(each, list) else str(each)
)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=1, phases=[Phase.generate])
def test_no_key_in_a_file_of_another_tool_is_in_what_a_command_writes(command: list[str], framed: bool, seed: int):  # noqa: FBT001 - of the table
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.chdir(folder)
        patch.setenv("COLUMNS", "400")
        garden = Garden(random.Random(f"{seed} {command} {framed}"))  # noqa: S311 - a reproducible choice, no cryptography
        Path(HERE).write_bytes(foreign(garden, "HERE", framed=framed))
        if TOLD in command:
            # Of a key that is spoken of in one file nothing tells where its place is in the other.
            Path(TOLD).write_bytes(foreign(Garden(garden.chance, garden.keys), "TOLD", "sdk"))

        said = printed(command)

        assert (folder / OUT).exists() if OUT in command else said
        assert traces(said.encode() + written(folder), garden.keys) == []
