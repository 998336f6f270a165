import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from rtlog.recordings.taps.livekit.connections import Connections
from rtlog.recordings.taps.livekit.replies import Replies
from rtlog.recordings.taps.livekit.tape import Tape
from rtlog.recordings.taps.livekit.tools import Tools


class Session:
    """Asks for replies as the plugin does: a future for each, under the id of its `response.create`."""

    def __init__(self) -> None:
        self._response_created_futures: dict[str, asyncio.Future[object]] = {}

    def generate_reply(self) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._response_created_futures[f"response_create_{len(self._response_created_futures) + 1}"] = future
        return future


@pytest.fixture
def tape(tmp_path: Path) -> Iterator[Tape]:
    told = Tape(tmp_path / "a.rtlog.jsonl", "", force=False, audio="meta", title=None)
    yield told
    told.close()


def events(tape: Tape) -> list[dict[str, object]]:
    """Give what was told, without the common beginning of the types."""
    tape.close()
    told = [json.loads(line)["event"] for line in tape.path.read_bytes().splitlines()[1:-1]]
    return [{**event, "type": event["type"].removeprefix("local.")} for event in told]


async def test_a_reply_is_requested_and_then_created_timed_out_cancelled_or_refused(tape: Tape):
    session, hooks = Session(), tape.hooks
    missing = Replies(session, tape, Connections(session, tape)).attach(hooks)
    created, timed_out, cancelled, refused = (session.generate_reply() for _ in range(4))
    created.set_result(SimpleNamespace(response_id="R1"))
    timed_out.set_exception(RuntimeError("generate_reply timed out."))
    cancelled.cancel()
    refused.set_exception(RuntimeError("conversation_already_has_active_response"))
    await asyncio.gather(created, timed_out, cancelled, refused, return_exceptions=True)

    told = events(tape)
    assert missing == []
    assert [event["type"] for event in told[:4]] == ["reply_requested"] * 4
    assert told[4:] == [
        {"type": "reply_created", "event_id": "response_create_1", "response_id": "R1"},
        {"type": "reply_timeout", "event_id": "response_create_2"},
        {"type": "reply_cancelled", "event_id": "response_create_3"},
        {
            "type": "reply_cancelled",
            "event_id": "response_create_4",
            "error": "conversation_already_has_active_response",
        },
    ]


def call(number: int) -> SimpleNamespace:
    return SimpleNamespace(type="function_call", id=f"FC{number}", call_id=f"call_{number}", name="lookup_order")


def output(number: int, text: str = "in Lyon", *, is_error: bool = False) -> SimpleNamespace:
    return SimpleNamespace(type="function_call_output", call_id=f"call_{number}", output=text, is_error=is_error)


def ended(number: int, status: str, message: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(
        update=SimpleNamespace(type="tool_call_ended", call_id=f"call_{number}", status=status, message=message)
    )


def started(number: int) -> SimpleNamespace:
    return SimpleNamespace(update=SimpleNamespace(type="tool_call_started", function_call=call(number)))


class Speech:
    def __init__(self) -> None:
        self.callbacks: set[object] = set()

    def _add_item_added_callback(self, callback: object) -> None:
        self.callbacks.add(callback)

    def adds(self, item: object) -> None:
        for callback in self.callbacks:
            assert callable(callback)
            callback(item)


def test_a_tool_that_two_sources_tell_of_starts_and_ends_once(tape: Tape):
    taken: list[str] = []
    tools, speech = Tools(tape, taken.append), Speech()
    tools.follow(speech)
    tools.follow(speech)
    tools.updated(started(1))
    speech.adds(call(1))
    tools.updated(ended(1, "done"))
    speech.adds(output(1))

    assert taken == ["FC1"]
    assert events(tape) == [
        {"type": "tool_started", "item_id": "FC1", "call_id": "call_1", "name": "lookup_order"},
        {"type": "tool_finished", "item_id": "FC1", "call_id": "call_1"},
    ]


def test_cancelled_and_failed_tools_are_told_as_such(tape: Tape):
    tools, speech = Tools(tape, lambda _: None), Speech()
    tools.follow(speech)
    for number in (1, 2, 3):
        speech.adds(call(number))
    tools.updated(ended(1, "cancelled"))
    tools.updated(ended(2, "error", "no such order"))
    speech.adds(output(3, "broken", is_error=True))

    assert events(tape)[3:] == [
        {"type": "tool_cancelled", "item_id": "FC1", "call_id": "call_1"},
        {"type": "tool_finished", "item_id": "FC2", "call_id": "call_2", "error": "no such order"},
        {"type": "tool_finished", "item_id": "FC3", "call_id": "call_3", "error": "broken"},
    ]


def test_a_speech_of_a_release_without_such_a_callback_is_left_alone(tape: Tape):
    Tools(tape, lambda _: None).follow(SimpleNamespace())

    assert events(tape) == []
