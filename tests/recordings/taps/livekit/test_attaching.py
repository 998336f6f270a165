import json
from pathlib import Path

import pytest

import rtlog.recordings.taps.livekit as tap
from rtlog.recordings.errors import RtlogError


class Bare:
    """A `RealtimeSession` of a release that has changed every name but those of its events."""

    realtime_model = None

    def __init__(self) -> None:
        self.listeners: dict[str, set[object]] = {}

    def on(self, event: str, callback: object) -> None:
        self.listeners.setdefault(event, set()).add(callback)

    def off(self, event: str, callback: object) -> None:
        self.listeners[event].discard(callback)

    def emit(self, event: str, *args: object) -> None:
        for callback in set(self.listeners[event]):
            assert callable(callback)
            callback(*args)


class Closed(Bare):
    """One that lets nobody listen."""

    def on(self, event: str, callback: object) -> None:
        raise NotImplementedError(event, callback)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_release_that_has_lost_every_method_is_recorded_as_far_as_its_events_tell(tmp_path: Path):
    session = Bare()
    attached = tap.attach(session, tmp_path / "a.rtlog.jsonl")
    session.emit("openai_client_event_queued", {"type": "response.create"})
    session.emit("openai_server_event_received", {"type": "response.created"})
    attached.close()
    session.emit("openai_server_event_received", {"type": "response.done"})

    _, note, sent, received, _ = lines(attached.path)
    assert str(note["text"]).startswith("not told, because this release has no such method: _create_ws_conn, _run_ws,")
    assert [(each["dir"], each["src"], each["type"]) for each in (sent, received)] == [
        ("client", "sdk", "response.create"),
        ("server", "sdk", "response.created"),
    ]
    assert attached.failures == 0


def test_a_session_that_cannot_be_hooked_is_left_alone_and_the_recording_says_so(tmp_path: Path):
    attached = tap.attach(Closed(), tmp_path / "a.rtlog.jsonl")
    attached.close()

    assert attached.failures == 1
    assert "NotImplementedError" in attached.path.read_text()


def test_attached_again_after_its_end_a_session_needs_another_file(tmp_path: Path):
    session = Bare()
    first = tap.attach(session, tmp_path / "a.rtlog.jsonl")
    first.close()

    with pytest.raises(RtlogError, match="already exists"):
        tap.attach(session, tmp_path / "a.rtlog.jsonl")
    second = tap.attach(session, tmp_path / "a.rtlog.jsonl", force=True)

    assert second is not first
    assert tap.attach(session) is second
    second.close()
    assert (first.closed, second.closed) == (True, True)


def test_without_a_path_it_is_a_new_file_in_the_folder_of_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RTLOG_HOME", str(tmp_path))

    attached = tap.attach(Bare(), title="barge-in")
    attached.close()

    assert list(tmp_path.iterdir()) == [attached.path]
    assert lines(attached.path)[0]["title"] == "barge-in"


def test_a_hook_that_fails_is_counted_and_the_event_that_it_belongs_to_is_kept(tmp_path: Path):
    session = Bare()
    attached = tap.attach(session, tmp_path / "a.rtlog.jsonl")
    session.emit("openai_server_event_received", {"type": "conversation.item.added", "item": None})
    attached.close()

    assert attached.failures == 1
    assert [each.get("type") for each in lines(attached.path)[2:3]] == ["conversation.item.added"]


def test_neither_kind_of_session_is_refused_in_one_line():
    with pytest.raises(RtlogError, match=r"^str is no AgentSession and no RealtimeSession; attach one of these$"):
        tap.attach("session")
