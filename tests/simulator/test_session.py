from collections.abc import Callable
from typing import Any

import pytest

from rtlog.simulator.audio import silence, tone
from rtlog.simulator.scenario import Called, Scenario, Spoken

OUTPUT = {"id": "out", "type": "function_call_output", "call_id": "call_unknown", "output": "{}"}

EMPTY = (
    "Error committing input audio buffer: buffer too small. "
    "Expected at least 100ms of audio, but buffer only has 0.00ms of audio."
)


def error(events: list[dict[str, Any]]) -> tuple[str, str, object]:
    (event,) = events
    return event["error"]["code"], event["error"]["message"], event["error"]["event_id"]


def test_the_session_is_announced_first_and_updated_as_a_whole_or_not_at_all(talk: Callable[..., Any]):
    client = talk()
    (created,) = client.heard
    turns = {"type": "server_vad", "silence_duration_ms": 200}
    update = {"type": "realtime", "instructions": "Be brief.", "audio": {"input": {"turn_detection": turns}}}

    (updated,) = client.say("session.update", session=update)
    refused = client.say("session.update", event_id="mine", session={"instructions": "no type"})

    session = updated["session"]
    assert (created["type"], updated["type"]) == ("session.created", "session.updated")
    assert session["id"] == created["session"]["id"]
    assert session["instructions"] == "Be brief."
    assert session["audio"]["input"]["turn_detection"]["silence_duration_ms"] == 200
    assert session["audio"]["input"]["turn_detection"]["create_response"] is True
    assert session["audio"]["output"] == created["session"]["audio"]["output"]
    assert error(refused) == ("missing_required_parameter", "Missing required parameter: 'session.type'.", "mine")


def test_a_session_that_makes_no_sense_is_refused_whole(talk: Callable[..., Any]):
    client = talk()
    nonsense = {"type": "realtime", "output_modalities": 7, "instructions": "lost"}

    refused = client.say("session.update", event_id="mine", session=nonsense)
    (updated,) = client.say("session.update", session={"type": "realtime"})

    assert error(refused)[0::2] == ("invalid_type", "mine")
    assert updated["session"]["instructions"] == client.heard[0]["session"]["instructions"]


def test_every_item_event_is_acknowledged(talk: Callable[..., Any], types: Callable[..., list[str]]):
    client = talk()

    added, done = client.create("a")
    (retrieved,) = client.say("conversation.item.retrieve", item_id="a")
    (deleted,) = client.say("conversation.item.delete", item_id="a")

    assert types([added, done]) == ["conversation.item.added", "conversation.item.done"]
    assert added["previous_item_id"] is None
    assert added["item"] == {
        "id": "a",
        "type": "message",
        "status": "completed",
        "role": "user",
        "content": [{"type": "input_text", "text": "words"}],
    }
    assert (retrieved["type"], retrieved["item"]) == ("conversation.item.retrieved", added["item"])
    assert (deleted["type"], deleted["item_id"]) == ("conversation.item.deleted", "a")
    assert client.conversation == []


def test_an_item_without_an_id_gets_one(talk: Callable[..., Any]):
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}

    added, _ = talk().say("conversation.item.create", item=item)

    assert added["item"]["id"].startswith("item_")


@pytest.mark.parametrize(
    ("kind", "fields", "code", "message"),
    [
        (
            "conversation.item.create",
            {"item": {"id": "a", "type": "message"}},
            "item_create_duplicate_item_id",
            "Error adding item: an item with id 'a' already exists.",
        ),
        (
            "conversation.item.create",
            {"item": {"type": "message"}, "previous_item_id": "x"},
            "item_create_invalid_previous_item_id",
            "Error adding item: the previous item with id 'x' does not exist.",
        ),
        ("session.update", {}, "missing_required_parameter", "Missing required parameter: 'session'."),
        ("conversation.item.create", {}, "missing_required_parameter", "Missing required parameter: 'item'."),
        (
            "conversation.item.create",
            {"item": {"id": "b"}},
            "missing_required_parameter",
            "Missing required parameter: 'item.type'.",
        ),
        ("conversation.item.delete", {}, "missing_required_parameter", "Missing required parameter: 'item_id'."),
        (
            "conversation.item.truncate",
            {"item_id": "a"},
            "missing_required_parameter",
            "Missing required parameter: 'audio_end_ms'.",
        ),
        (
            "output_audio_buffer.clear",
            {},
            "invalid_value",
            "output_audio_buffer.clear is only available over WebRTC and SIP.",
        ),
        (
            "conversation.item.create",
            {"item": {"id": "no spaces", "type": "message"}},
            "invalid_value",
            "Invalid 'item.id': letters, digits, '_' and '-' only.",
        ),
        (
            "conversation.item.delete",
            {"item_id": "x"},
            "item_delete_invalid_item_id",
            "Error deleting item: the item with id 'x' does not exist.",
        ),
        (
            "conversation.item.retrieve",
            {"item_id": "x"},
            "item_retrieve_invalid_item_id",
            "Error retrieving item: the item with id 'x' does not exist.",
        ),
        (
            "conversation.item.truncate",
            {"item_id": "x", "content_index": 0, "audio_end_ms": 0},
            "item_truncate_invalid_item_id",
            "Item with item_id not found: x",
        ),
        (
            "conversation.item.truncate",
            {"item_id": "a", "content_index": 0, "audio_end_ms": 0},
            "unsupported_content_type",
            "Only model output audio messages can be truncated",
        ),
        (
            "conversation.item.truncate",
            {"item_id": "a", "content_index": 0, "audio_end_ms": -1},
            "integer_below_min_value",
            "Invalid 'audio_end_ms': expected a value >= 0.",
        ),
        (
            "input_audio_buffer.commit",
            {},
            "input_audio_buffer_commit_empty",
            EMPTY,
        ),
        (
            "input_audio_buffer.append",
            {"audio": "not base64!"},
            "invalid_value",
            "Invalid 'audio': expected base64.",
        ),
        ("response.cancel", {}, "response_cancel_not_active", "Cancellation failed: no active response found"),
        ("nonsense", {}, "invalid_value", "Invalid value: 'nonsense'. This is no event that a client sends."),
    ],
)
def test_what_cannot_be_done_is_refused_in_the_services_words(
    talk: Callable[..., Any], kind: str, fields: dict[str, Any], code: str, message: str
):
    client = talk()
    client.create("a")

    assert error(client.say(kind, event_id="mine", **fields)) == (code, message, "mine")
    assert client.conversation == ["a"]


@pytest.mark.parametrize(
    ("message", "code", "event_id"),
    [
        ("{not json", "invalid_json", None),
        ('"a string"', "invalid_type", None),
        (b'{"type":"response.create"}', "invalid_event", None),
        ('{"type":"conversation.item.delete","item_id":7,"event_id":"mine"}', "invalid_type", "mine"),
        ('{"event_id":"mine"}', "invalid_type", "mine"),
        ('{"type":"response.create","x":' + "[" * 100_000, "invalid_json", None),
    ],
)
def test_what_is_no_event_is_refused_and_the_session_goes_on(
    talk: Callable[..., Any], message: str | bytes, code: str, event_id: str | None
):
    client = talk()

    (refused,) = client.say_raw(message)

    assert (refused["error"]["code"], refused["error"]["event_id"]) == (code, event_id)
    assert len(client.create("a")) == 2


def test_an_output_without_its_call_is_accepted_as_older_models_do(talk: Callable[..., Any]):
    client = talk()

    added, _ = client.say("conversation.item.create", item=OUTPUT)

    assert added["item"] == OUTPUT


def test_a_model_that_knows_its_calls_refuses_an_output_without_one(talk: Callable[..., Any]):
    client = talk(Scenario("newer", knows_calls=True))

    refused = client.say("conversation.item.create", event_id="mine", item=OUTPUT)

    assert error(refused) == (
        "invalid_tool_call_id",
        "Tool call ID 'call_unknown' not found in conversation.",
        "mine",
    )


def test_a_written_turn_is_answered_in_the_services_order(
    talk: Callable[..., Any], types: Callable[..., list[str]], broken: Callable[..., list[str]]
):
    client = talk(Scenario("text", replies=(Spoken("It is foggy."),)))
    client.create("a")

    answer = client.say("response.create", response={"output_modalities": ["text"], "metadata": {"client": "7"}})

    assert types(answer) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        *["response.output_text.delta"] * 3,
        "response.output_text.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    assert answer[0]["response"]["metadata"] == {"client": "7"}
    assert answer[2]["previous_item_id"] == "a"
    assert answer[-1]["response"]["status"] == "completed"
    assert answer[-1]["response"]["output"][0]["content"] == [{"type": "output_text", "text": "It is foggy."}]
    assert broken(client.heard) == []


def test_a_call_is_made_answered_and_followed_up(talk: Callable[..., Any], broken: Callable[..., list[str]]):
    replies = Called("lookup_order", '{"order":"7741"}'), Spoken("It is in Lyon.")
    client = talk(Scenario("a tool", replies=replies, knows_calls=True))
    client.create("a")
    client.say("response.create")
    call = client.heard[-1]["response"]["output"][0]

    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "{}"}
    added, _ = client.say("conversation.item.create", item=output)
    answer = client.say("response.create")

    assert (call["type"], call["name"], call["arguments"]) == ("function_call", "lookup_order", '{"order":"7741"}')
    assert added["previous_item_id"] == call["id"]
    assert answer[-1]["response"]["output"][0]["content"][0]["transcript"] == "It is in Lyon."
    assert broken(client.heard) == []


def test_one_response_of_the_conversation_at_a_time_and_any_number_beside_it(
    talk: Callable[..., Any], broken: Callable[..., list[str]]
):
    client = talk(pace=1)
    (created,) = client.say("response.create")[:1]
    first = created["response"]["id"]

    refused = client.say("response.create", event_id="mine")
    beside = client.say("response.create", response={"conversation": "none"})
    client.wait(1000)

    assert error(refused)[0::2] == ("conversation_already_has_active_response", "mine")
    assert f"in progress: {first}." in error(refused)[1]
    assert beside[0]["response"]["conversation_id"] is None
    done = [event["response"] for event in client.heard if event["type"] == "response.done"]
    assert {response["status"] for response in done} == {"completed"}
    assert len(done) == 2
    assert client.conversation == [item["id"] for item in done[0]["output"]]
    assert broken(client.heard) == []


@pytest.mark.parametrize("by_id", [True, False])
def test_a_cancelled_response_ends_its_items_and_says_nothing_more(
    talk: Callable[..., Any], types: Callable[..., list[str]], broken: Callable[..., list[str]], *, by_id: bool
):
    client = talk(pace=1)
    created = client.say("response.create")[0]["response"]
    client.wait(50)

    cancelled = client.say("response.cancel", **({"response_id": created["id"]} if by_id else {}))

    assert types(cancelled) == [
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    assert cancelled[-2]["item"]["status"] == "incomplete"
    assert cancelled[-1]["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert client.wait(1000) == []
    assert broken(client.heard) == []


def test_spoken_answers_can_be_truncated_up_to_what_was_said(talk: Callable[..., Any]):
    client = talk()
    client.say("response.create")
    (said,) = client.conversation
    place = {"item_id": said, "content_index": 0}

    past = client.say("conversation.item.truncate", event_id="mine", audio_end_ms=751, **place)
    (truncated,) = client.say("conversation.item.truncate", audio_end_ms=500, **place)

    assert error(past) == ("invalid_value", "Audio content of 750ms is already shorter than 751ms", "mine")
    assert truncated["type"] == "conversation.item.truncated"
    assert (truncated["item_id"], truncated["content_index"], truncated["audio_end_ms"]) == (said, 0, 500)


def test_an_answer_that_was_not_heard_yet_cannot_be_truncated(talk: Callable[..., Any]):
    client = talk(pace=1)
    client.say("response.create")
    (begun,) = client.conversation

    refused = client.say("conversation.item.truncate", item_id=begun, content_index=0, audio_end_ms=0)

    assert error(refused)[0] == "unsupported_content_type"


def test_the_voice_is_fixed_once_the_assistant_spoke(talk: Callable[..., Any]):
    client = talk()
    voice = {"type": "realtime", "audio": {"output": {"voice": "cedar"}}}
    assert client.say("session.update", session=voice)[0]["type"] == "session.updated"
    client.say("response.create")

    again = client.say("session.update", session={"type": "realtime", "audio": {"output": {"voice": "marin"}}})

    assert error(again)[0] == "cannot_update_voice"


def test_a_spoken_turn_is_heard_committed_transcribed_and_answered(
    talk: Callable[..., Any], types: Callable[..., list[str]], broken: Callable[..., list[str]]
):
    client = talk()
    transcription = {"type": "realtime", "audio": {"input": {"transcription": {"model": "any"}}}}
    client.say("session.update", session=transcription)
    heard = client.say("input_audio_buffer.append", audio=silence(200))
    heard += client.say("input_audio_buffer.append", audio=tone(300))
    for _ in range(5):
        heard += client.say("input_audio_buffer.append", audio=silence(100))

    assert types(heard)[:9] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.delta",
        "conversation.item.input_audio_transcription.completed",
        "response.created",
        "response.output_item.added",
    ]
    assert (heard[0]["audio_start_ms"], heard[1]["audio_end_ms"]) == (200, 1000)
    assert types(heard)[-1] == "response.done"
    assert broken(client.heard) == []


def test_barging_in_cancels_the_answer(talk: Callable[..., Any], broken: Callable[..., list[str]]):
    client = talk(pace=1)
    client.say("response.create")
    client.wait(50)

    started, *rest = client.say("input_audio_buffer.append", audio=tone(100))

    assert started["type"] == "input_audio_buffer.speech_started"
    assert rest[-1]["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert broken(client.heard) == []


def test_without_turn_detection_the_client_commits_its_turns(talk: Callable[..., Any], types: Callable[..., list[str]]):
    client = talk()
    client.say("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})

    assert client.say("input_audio_buffer.append", audio=tone(300)) == []
    committed = client.say("input_audio_buffer.commit")
    again = client.say("input_audio_buffer.commit")
    client.say("input_audio_buffer.append", audio=tone(300))
    cleared = client.say("input_audio_buffer.clear")

    assert types(committed) == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert error(again)[0] == "input_audio_buffer_commit_empty"
    assert types(cleared) == ["input_audio_buffer.cleared"]
    assert error(client.say("input_audio_buffer.commit"))[0] == "input_audio_buffer_commit_empty"
