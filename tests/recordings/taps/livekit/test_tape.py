import json
from pathlib import Path

import pytest

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.taps.livekit.tape import MOST_CALLS, Tape


def tape(path: Path, url: str = "", *, force: bool = False) -> Tape:
    return Tape(path, url, force=force, audio="meta", title=None)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_the_header_names_the_tap_the_client_and_the_provider_without_its_secrets(tmp_path: Path):
    told = tape(tmp_path / "a.rtlog.jsonl", "https://user:secretpass@api.openai.com/v1?api-key=0123456789abcdef")
    told.close()

    header, footer = lines(told.path)
    assert (header["tap"], header["client"], header["provider"]) == ("livekit", "LiveKit Agents", "openai")
    assert header["upstream"] == "https://api.openai.com/v1?api-key=[redacted]"
    assert b"0123456789abcdef" not in told.path.read_bytes()
    assert footer == {"end": True, "records": 0, "dropped": 0}


def test_an_event_is_recorded_as_it_is_at_this_moment(tmp_path: Path):
    told = tape(tmp_path / "a.rtlog.jsonl")
    event = {"type": "response.output_audio.delta", "delta": "UklGRg=="}
    told.wire(told.connection(), "server", event)
    event["delta"] = "UklGRg=="[:4] + "..."
    told.close()

    _, record, _ = lines(told.path)
    assert (record["src"], record["audio_bytes"]) == ("sdk", 4)


@pytest.mark.parametrize("odd", ["half a pair \ud83d", 2**80, {1: object}])
def test_what_only_python_can_write_is_recorded_too(odd: object, tmp_path: Path):
    told = tape(tmp_path / "a.rtlog.jsonl")
    told.wire(told.connection(), "client", {"type": "session.update", "odd": odd})
    told.close()

    _, record, _ = lines(told.path)
    assert (record["type"], record["dir"]) == ("session.update", "client")
    assert told.failures == 0


def test_connections_share_the_file_under_their_own_numbers(tmp_path: Path):
    told = tape(tmp_path / "a.rtlog.jsonl")
    first, second = told.connection(), told.connection()
    told.tell(second, "reconnect_end")
    told.tell(first, "remote_item_added", item_id="msg1", previous_item_id=None, inserted=True, error=None)
    told.close()

    _, end, added, _ = lines(told.path)
    assert (end["conn"], added["conn"]) == (2, 1)
    assert added["event"] == {
        "type": "local.remote_item_added",
        "item_id": "msg1",
        "previous_item_id": None,
        "inserted": True,
    }


def test_a_call_is_told_on_the_connection_that_it_came_on(tmp_path: Path):
    told = tape(tmp_path / "a.rtlog.jsonl")
    first, second = told.connection(), told.connection()
    told.note_call(first, "call_0")
    for number in range(1, MOST_CALLS):
        told.note_call(second, f"call_{number}")

    assert told.call("call_0") is first
    told.note_call(second, "call_new")
    assert told.call("call_0") is second
    told.close()


def test_failures_are_told_at_the_end(tmp_path: Path):
    told = tape(tmp_path / "a.rtlog.jsonl")
    told.hooks.run("interrupt", lambda: 1 // 0)
    told.close()
    told.close()

    _, first, last, _ = lines(told.path)
    assert str(first["text"]).startswith("the hook on interrupt failed, and may have missed events: ZeroDivisionError")
    assert last["text"] == "1 calls of hooks failed"


def test_an_existing_file_is_replaced_only_where_that_is_asked_for(tmp_path: Path):
    path = tmp_path / "a.rtlog.jsonl"
    path.write_text("mine")

    with pytest.raises(RecordingError, match="already exists"):
        tape(path)
    assert path.read_text() == "mine"
    tape(path, force=True).close()
    assert lines(path)[0]["tap"] == "livekit"
