"""Each scenario, driven by a client that is no more than the events it sends."""

from collections.abc import Callable
from typing import Any

import pytest

from rtlog.simulator import scenarios
from rtlog.simulator.audio import silence

TRANSCRIBED = {"type": "realtime", "audio": {"input": {"transcription": {"model": "any"}}}}
AUDIO = {"audio": silence(100)}
HISTORY = ("msg1", "msg2", "msg3", "msg4")


def item_ids(events: list[dict[str, Any]], kind: str) -> list[str]:
    """Ids of the items of *kind* (a role, or an item type) in the order they were added."""
    added = [event["item"] for event in events if event["type"] == "conversation.item.added"]
    return [item["id"] for item in added if kind in {item.get("role"), item["type"]}]


def until_summarized(client: Any) -> tuple[str, str]:  # noqa: ANN401 - the fixture's client
    """Open the session, speak msg5 and put the summary in; gives the ids of msg5 and of the function call."""
    client.say("session.update", session=TRANSCRIBED)
    for item_id in HISTORY:
        client.create(item_id)
    for _ in range(3):
        client.say("input_audio_buffer.append", **AUDIO)
    client.wait(2000)
    client.create("sum", previous_item_id="root")
    client.wait(500)
    return item_ids(client.heard, "user")[4], item_ids(client.heard, "function_call")[0]


@pytest.mark.parametrize("pace", [0, 1])
def test_in_flight_delete(talk: Callable[..., Any], broken: Callable[..., list[str]], pace: float):
    client = talk(scenarios.load("in_flight_delete"), pace)
    msg5, call = until_summarized(client)
    assert client.conversation == ["sum", *HISTORY, msg5, call]

    for item_id in ("msg1", "msg2", call):
        client.say("conversation.item.delete", item_id=item_id)
    client.wait(500)
    output = {"id": "out", "type": "function_call_output", "call_id": "call_1", "output": "{}"}
    client.say("conversation.item.create", previous_item_id=msg5, item=output)
    client.wait(500)

    msg6 = item_ids(client.heard, "user")[-1]
    (msg7,) = item_ids(client.heard, "assistant")
    links = {
        event["item"]["id"]: event["previous_item_id"]
        for event in client.heard
        if event["type"] == "conversation.item.added"
    }
    assert (links["out"], links[msg6], links[msg7]) == (msg5, call, msg6)
    assert broken(client.heard) == ["R09 deleted predecessor"]

    again = {"id": call, "type": "function_call", "call_id": "call_1", "name": "lookup_order", "arguments": "{}"}
    early = client.say("conversation.item.create", event_id="c1", previous_item_id=msg5, item=again)
    client.create(msg6, event_id="c2", previous_item_id="out")
    client.create(msg7, event_id="c3", previous_item_id=msg6)
    early += client.wait(59)
    client.wait(500)
    assert (early == []) == (pace == 1)

    errors = [event["error"] for event in client.heard if event["type"] == "error"]
    assert [(error["code"], error["event_id"]) for error in errors] == [
        ("item_create_duplicate_item_id", "c2"),
        ("item_create_duplicate_item_id", "c3"),
    ]
    assert client.conversation == ["sum", "msg3", "msg4", msg5, call, "out", msg6, msg7]
    assert client.stage.finished


@pytest.mark.parametrize("pace", [0, 1])
def test_in_flight_delete_fixed(talk: Callable[..., Any], broken: Callable[..., list[str]], pace: float):
    client = talk(scenarios.load("in_flight_delete_fixed"), pace)
    _, call = until_summarized(client)

    for item_id in ("msg1", "msg2"):
        client.say("conversation.item.delete", item_id=item_id)
    client.wait(500)
    output = {"id": "out", "type": "function_call_output", "call_id": "call_1", "output": "{}"}
    client.say("conversation.item.create", previous_item_id=call, item=output)
    client.wait(500)

    assert broken(client.heard) == []
    assert [event for event in client.heard if event["type"] == "error"] == []
    assert client.stage.finished


def test_the_race_has_the_threads_offsets(talk: Callable[..., Any]):
    client = talk(scenarios.load("in_flight_delete"), pace=1)
    client.say("session.update", session=TRANSCRIBED)
    client.create("msg1")
    for _ in range(3):
        client.say("input_audio_buffer.append", **AUDIO)
    client.wait(2000)
    begun = client.now - 1
    at: dict[str, float] = {}

    def wait_until(ms: float) -> None:
        while client.now - begun < ms:
            for event in client.wait(1):
                at.setdefault(event["type"], client.now - begun)

    client.create("sum", previous_item_id="root")
    wait_until(228)
    client.say("conversation.item.delete", item_id="msg1")
    wait_until(500)

    assert {kind: at[kind] for kind in SUMMARY_AT} == SUMMARY_AT


SUMMARY_AT = {
    "response.output_item.added": 82,
    "response.function_call_arguments.done": 112,
    "response.done": 112,
    "input_audio_buffer.speech_started": 130,
    "input_audio_buffer.committed": 190,
    "conversation.item.deleted": 429,
}
"""ms after the summarization began; the summary is sent 1 ms later, the delete at 228 ms."""


def test_late_response_created_answers_after_more_than_ten_seconds(
    talk: Callable[..., Any], types: Callable[..., list[str]], broken: Callable[..., list[str]]
):
    client = talk(scenarios.load("late_response_created"))

    assert client.say("response.create", response={"metadata": {"client_event_id": "E"}}) == []
    assert client.wait(10_299) == []
    late = client.wait(1)

    assert late[0]["response"]["metadata"] == {"client_event_id": "E"}
    assert types(late)[-1] == "response.done"
    assert broken(client.heard) == []


def test_late_response_created_answers_once_the_client_gave_up(
    talk: Callable[..., Any], types: Callable[..., list[str]]
):
    client = talk(scenarios.load("late_response_created"))
    client.say("response.create")

    late = client.say("input_audio_buffer.clear")

    assert (types(late)[0], types(late)[1]) == ("response.created", "input_audio_buffer.cleared")


def test_conversation_answers_in_turn_and_keeps_every_invariant(
    talk: Callable[..., Any], broken: Callable[..., list[str]]
):
    client = talk(scenarios.load("conversation"))
    for turn in range(6):
        client.create(f"turn{turn}")
        client.say("response.create")

    said = [e["transcript"] for e in client.heard if e["type"] == "response.output_audio_transcript.done"]
    assert (len(said), len(set(said)), said[0]) == (6, 4, said[4])
    assert broken(client.heard) == []
