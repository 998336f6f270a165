from collections.abc import Callable
from typing import Any

import pytest

from rtlog.recordings.errors import RtlogError
from rtlog.simulator import scenarios
from rtlog.simulator.audio import silence
from rtlog.simulator.scenario import (
    Appended,
    Either,
    Finish,
    Hold,
    Idle,
    Pause,
    Release,
    Respond,
    Say,
    Scenario,
    Sent,
    SpeechStarts,
    SpeechStops,
    Step,
    Transcribed,
    UserItem,
)

CREATE, DELETE, CLEAR = (
    Sent("conversation.item.create"),
    Sent("conversation.item.delete"),
    Sent("input_audio_buffer.clear"),
)
TURN: tuple[Step, ...] = (SpeechStarts("u", "hi"), SpeechStops("u"), UserItem("u"))
TURN_TYPES = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
]


def scripted(*steps: Step) -> Scenario:
    return Scenario("test", steps, listens=False)


def test_a_script_waits_for_the_client_and_then_acts(talk: Callable[..., Any], types: Callable[..., list[str]]):
    client = talk(scripted(CREATE, *TURN))

    assert types(client.heard) == ["session.created"]
    assert types(client.create("a")) == ["conversation.item.added", "conversation.item.done", *TURN_TYPES]
    assert client.stage.finished


def test_a_script_counts_what_it_waits_for(talk: Callable[..., Any]):
    client = talk(scripted(Sent("conversation.item.create", count=3), *TURN))

    counts = [len(client.create(item_id)) for item_id in ("a", "b", "c")]

    assert counts == [2, 2, 2 + len(TURN_TYPES)]


def test_an_early_client_is_not_missed(talk: Callable[..., Any], types: Callable[..., list[str]]):
    client = talk(scripted(CREATE, Pause(100), DELETE, *TURN), pace=1)
    client.create("a")
    client.say("conversation.item.delete", item_id="a")

    assert client.wait(99) == []
    assert types(client.wait(1)) == TURN_TYPES


def test_audio_counts_from_where_the_script_came_to_wait_for_it(talk: Callable[..., Any]):
    client = talk(scripted(CREATE, Appended(200), *TURN))
    audio = {"audio": silence(100)}
    client.say("input_audio_buffer.append", **audio)
    client.create("a")

    counts = [len(client.say("input_audio_buffer.append", **audio)) for _ in range(2)]

    assert counts == [0, len(TURN_TYPES)]


@pytest.mark.parametrize(("pace", "due"), [(1, 250), (2, 500), (0.1, 25)])
def test_pauses_follow_the_pace(talk: Callable[..., Any], pace: float, due: float):
    client = talk(scripted(Pause(250), *TURN), pace=pace)

    assert client.stage.due == due
    assert len(client.wait(due)) == len(TURN_TYPES)


def test_without_a_pace_there_are_no_pauses_but_the_real_ones(talk: Callable[..., Any]):
    assert len(talk(scripted(Pause(250), *TURN)).heard) == 1 + len(TURN_TYPES)
    assert talk(scripted(Pause(250, paced=False), *TURN)).stage.due == 250


def test_either_of_two_is_enough(talk: Callable[..., Any]):
    steps = Either(CLEAR, Pause(1000, paced=False)), *TURN

    told, waited = talk(scripted(*steps)), talk(scripted(*steps))

    assert len(told.say("input_audio_buffer.clear")) == 1 + len(TURN_TYPES)
    assert len(waited.wait(1000)) == len(TURN_TYPES)


def test_held_events_wait_in_order_and_pass_in_order(talk: Callable[..., Any]):
    client = talk(scripted(Hold(CREATE), Sent("conversation.item.create", count=2), Release(1), CLEAR, Release()))

    first = client.create("a")
    second = client.create("b")
    clear = client.say("input_audio_buffer.clear")

    assert first == []
    assert [event.get("item", {}).get("id") for event in second] == ["a", "a"]
    assert [event.get("item", {}).get("id") for event in clear] == ["b", "b", None]


def test_what_comes_before_the_held_event_passes(talk: Callable[..., Any]):
    client = talk(scripted(Hold(DELETE), DELETE, CLEAR, Release()))

    client.create("a")
    held = client.say("conversation.item.delete", item_id="a")
    behind = client.create("b")

    assert (held, behind, client.conversation) == ([], [], ["a"])
    client.say("input_audio_buffer.clear")
    assert client.conversation == ["b"]


def test_a_link_that_was_fixed_at_the_commit_may_name_an_item_that_is_gone(
    talk: Callable[..., Any], broken: Callable[..., list[str]]
):
    client = talk(scripted(CREATE, SpeechStarts("u", "hi"), SpeechStops("u"), DELETE, UserItem("u")))
    client.create("a")

    _, added, _ = client.say("conversation.item.delete", item_id="a")

    assert added["previous_item_id"] == "a"
    assert broken(client.heard) == ["R09 deleted predecessor"]


def test_a_turn_that_was_deleted_is_transcribed_no_more(talk: Callable[..., Any]):
    client = talk(scripted(*TURN, DELETE, Transcribed("u")))
    client.say("session.update", session={"type": "realtime", "audio": {"input": {"transcription": {"model": "any"}}}})

    answers = client.say("conversation.item.delete", item_id=client.conversation[0])

    assert [event["type"] for event in answers] == ["conversation.item.deleted"]
    assert client.stage.finished


def test_a_turn_is_transcribed_where_the_session_asks_for_it(talk: Callable[..., Any]):
    client = talk(scripted(*TURN, CLEAR, Transcribed("u")))
    client.say("session.update", session={"type": "realtime", "audio": {"input": {"transcription": {"model": "any"}}}})

    *_, completed = client.say("input_audio_buffer.clear")

    assert (completed["transcript"], completed["item_id"]) == ("hi", client.conversation[0])


def test_idle_waits_for_the_end_of_the_active_response(talk: Callable[..., Any]):
    client = talk(scripted(CREATE, Idle(), *TURN), pace=1)
    client.say("response.create")

    assert len(client.create("a")) == 2
    assert [event["type"] for event in client.wait(1000)][-len(TURN_TYPES) - 1 :] == ["response.done", *TURN_TYPES]


def test_a_response_that_began_before_a_delete_still_names_what_was_deleted(talk: Callable[..., Any]):
    client = talk(scripted(CREATE, Respond("R"), DELETE, Say("R", "m", "Good morning."), Finish("R")))
    client.create("a")

    answer = client.say("conversation.item.delete", item_id="a")

    assert [event["previous_item_id"] for event in answer if event["type"] == "conversation.item.added"] == ["a"]


def test_a_script_goes_on_when_the_client_cancels_its_response(
    talk: Callable[..., Any], broken: Callable[..., list[str]]
):
    client = talk(scripted(Respond("R"), Say("R", "m", "Good morning.", every=100), Finish("R"), *TURN), pace=1)
    client.wait(50)
    client.say("response.cancel")

    client.wait(1000)

    assert client.stage.finished
    assert [e["response"]["status"] for e in client.heard if e["type"] == "response.done"] == ["cancelled"]
    assert broken(client.heard) == []


def test_a_scripted_response_waits_for_the_one_that_the_client_asked_for(
    talk: Callable[..., Any], broken: Callable[..., list[str]]
):
    client = talk(scripted(CREATE, Respond("R"), Say("R", "m", "And another thing."), Finish("R")), pace=1)
    client.say("response.create")
    client.create("a")

    client.wait(1000)

    assert [e["response"]["status"] for e in client.heard if e["type"] == "response.done"] == ["completed"] * 2
    assert broken(client.heard) == []


def test_every_scenario_is_found_by_its_name_and_opens(talk: Callable[..., Any], types: Callable[..., list[str]]):
    assert scenarios.names() == [
        "conversation",
        "in_flight_delete",
        "in_flight_delete_fixed",
        "late_response_created",
    ]
    for name in scenarios.names():
        assert types(talk(scenarios.load(name)).heard) == ["session.created"]


def test_an_unknown_scenario_is_refused_with_the_known_ones():
    with pytest.raises(RtlogError, match="no scenario is called nothing; there are conversation, in_flight_delete"):
        scenarios.load("nothing")
