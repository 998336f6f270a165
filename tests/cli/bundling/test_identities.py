"""A recording tells by what its provider finds the session again: ids of sessions and requests, and times."""

import json
from pathlib import Path
from typing import Any

from rtlog.cli.bundling.identities import identities_of

HEADER = {"rtlog": 1, "id": "01JD", "started": "2026-11-21T03:08:15Z", "sdk": {"openai": "2.1.0"}}


def written(tmp_path: Path, *records: dict[str, Any]) -> Path:
    path = tmp_path / "recording.jsonl"
    lines = [HEADER, *({"seq": number, "t": number * 10**9, **each} for number, each in enumerate(records, 1))]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def opened(request: object, response: object) -> dict[str, Any]:
    return {"kind": "open", "request": {"headers": request}, "response": {"headers": response}}


def event(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any event
    return {"type": fields["type"], "dir": "server", "event": fields}


def test_ids_are_told_once_and_in_order(tmp_path: Path) -> None:
    session = event(type="session.created", session={"id": "sess_1", "model": "gpt-realtime"})
    path = written(
        tmp_path,
        opened({"X-Client-Request-Id": "mine"}, {"X-Request-Id": "req_1", "date": "today"}),
        session,
        session,
        opened({}, {"x-request-id": "req_2"}),
        event(type="session.created", session={"id": "sess_2", "model": "gpt-realtime"}),
    )

    told = identities_of(path, set())

    assert told.sessions == ["sess_1", "sess_2"]
    assert told.models == ["gpt-realtime"]
    assert told.requests == [("x-client-request-id", "mine"), ("x-request-id", "req_1"), ("x-request-id", "req_2")]


def test_evidence_is_told_by_the_clock(tmp_path: Path) -> None:
    path = written(
        tmp_path, event(type="error", event_id="event_1"), event(type="response.created", response={"id": "r1"})
    )

    told = identities_of(path, {2, 3})

    assert [(proof.line, proof.wall, proof.event_id, proof.subject) for proof in told.proofs] == [
        (2, "2026-11-21 03:08:16.000Z", "event_1", ""),
        (3, "2026-11-21 03:08:17.000Z", "", "r1"),
    ]


def test_a_handshake_of_another_shape_tells_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, opened([1], "text"), {"kind": "open"}, {"kind": "open", "request": 7, "response": None})

    assert identities_of(path, set()).requests == []
