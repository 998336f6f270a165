"""Whatever a client does and whenever: the server answers, and keeps the order of the real one."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtlog.recordings.vocabulary.requests import ACKNOWLEDGEMENTS
from rtlog.simulator.audio import silence, tone
from rtlog.simulator.scenario import Called, Scenario, Spoken

IDS = st.sampled_from(["a", "b", "c"])
ANCHORS = st.sampled_from([None, "root", "a", "b", "c"])
AUDIO = st.sampled_from([tone(100), silence(100), silence(600)])
RESPONSES = st.sampled_from([{}, {"conversation": "none"}, {"output_modalities": ["text"]}])


def event(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), "event_id": st.just("mine"), **fields})


ITEMS = IDS.map(lambda item_id: {"id": item_id, "type": "message", "role": "user", "content": []})
EVENTS = st.one_of(
    event("session.update", session=st.just({"type": "realtime"})),
    event("conversation.item.create", item=ITEMS, previous_item_id=ANCHORS),
    event("conversation.item.delete", item_id=IDS),
    event("conversation.item.retrieve", item_id=IDS),
    event("conversation.item.truncate", item_id=IDS, content_index=st.just(0), audio_end_ms=st.just(0)),
    event("input_audio_buffer.append", audio=AUDIO),
    event("input_audio_buffer.commit"),
    event("input_audio_buffer.clear"),
    event("response.create", response=RESPONSES),
    event("response.cancel"),
)
PAUSES = st.sampled_from([0.0, 0.0, 30.0, 200.0])
AGENT = Scenario("an agent", replies=(Spoken("Good morning, how can I help?"), Called("look_up", '{"order":1}')))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(EVENTS, PAUSES), max_size=25))
def test_every_request_is_answered_at_once_and_no_invariant_is_broken(
    talk: Callable[..., Any], broken: Callable[..., list[str]], said: list[tuple[dict[str, Any], float]]
):
    client = talk(AGENT, pace=1)
    for each, pause in said:
        answers = client.say(each["type"], **{key: value for key, value in each.items() if key != "type"})
        client.wait(pause)

        expected = ACKNOWLEDGEMENTS.get(each["type"])
        errors = [answer["error"]["event_id"] for answer in answers if answer["type"] == "error"]
        if expected is None:
            assert errors == []
        else:
            acknowledged = [answer for answer in answers if answer["type"] == expected.answer]
            assert len(acknowledged) + len(errors) == 1
            assert errors in ([], ["mine"])
    client.wait(10_000)

    created = [e["response"]["id"] for e in client.heard if e["type"] == "response.created"]
    done = [e["response"]["id"] for e in client.heard if e["type"] == "response.done"]
    assert sorted(created) == sorted(done)
    assert [problem for problem in broken(client.heard) if not problem.startswith("R09 deleted")] == []


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.binary(max_size=40), st.sampled_from(["null", "[]", "{}", '{"type":null}'])))
def test_nothing_that_is_said_ends_the_session(talk: Callable[..., Any], message: str | bytes):
    client = talk(AGENT)

    (answer,) = client.say_raw(message)

    assert answer["type"] == "error"
    assert len(client.create("a")) == 2
