"""The generated sessions are healthy: their servers keep the order that real ones keep in every capture we know.

What the rules are held to (`test_properties.py`) is worth what these hold.
"""

from collections import defaultdict
from functools import cache
from itertools import pairwise

from sessions.acts import choose
from sessions.recorder import Json
from sessions.session import Generated, play, seeded

from rtlog.recordings.vocabulary.events import KNOWN_EVENTS, canonical

COUNT = 200
MADE_BY_A_RESPONSE = {"assistant", "function_call", "mcp_call"}
ENDS = {
    "response.output_text.delta": ("response.output_text.done", "text"),
    "response.output_audio_transcript.delta": ("response.output_audio_transcript.done", "transcript"),
    "response.function_call_arguments.delta": ("response.function_call_arguments.done", "arguments"),
}
ORDER_OF_A_PART = [
    "response.output_item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
]


@cache
def sessions() -> list[Generated]:
    def healthy(seed: int) -> Generated:
        rng, habits = seeded(seed)
        return play(seed, choose, habits, rng)

    return [healthy(seed) for seed in range(COUNT)]


def server_events(session: Generated) -> dict[int, list[Json]]:
    """Give each connection's server events, under their GA names."""
    streams: dict[int, list[Json]] = defaultdict(list)
    for line in session.lines:
        if line.get("dir") == "server":
            streams[line["conn"]].append(line["event"] | {"type": canonical(line["type"])})
    return streams


def streams() -> list[tuple[Generated, list[Json]]]:
    return [(session, stream) for session in sessions() for stream in server_events(session).values()]


def test_every_event_is_one_that_rtlog_knows():
    assert {line["type"] for session in sessions() for line in session.lines if "type" in line} <= KNOWN_EVENTS


def test_time_never_goes_back():
    for session in sessions():
        times = [line["t"] for line in session.lines]
        assert times == sorted(times)


def test_a_response_speaks_between_its_beginning_and_its_end_and_ends_once():
    for _, stream in streams():
        open_ones: set[str] = set()
        for event in stream:
            if event["type"] == "response.created":
                open_ones.add(event["response"]["id"])
            elif event["type"] == "response.done":
                open_ones.remove(event["response"]["id"])
            elif "response_id" in event and event["type"].startswith("response."):
                assert event["response_id"] in open_ones


def test_one_response_of_the_default_conversation_runs_at_a_time():
    for session, stream in streams():
        running: set[str] = set()
        for event in stream:
            response = event.get("response") or {}
            if event["type"] == "response.created" and "topic" not in (response.get("metadata") or {}):
                assert not running or session.habits.provider.drops_responses
                running = {response["id"]}
            elif event["type"] == "response.done":
                running.discard(response["id"])


def test_an_item_that_a_response_makes_is_added_right_after_it_is_announced():
    for session, stream in streams():
        told_again = session.habits.provider.resumes
        for before, event in pairwise(stream):
            item = event.get("item") or {}
            announced = before["type"] == "response.output_item.added" and before["item"]["id"] == item.get("id")
            if event["type"] != "conversation.item.added" or item.get("status") == "completed" or told_again:
                continue
            if item["type"] in MADE_BY_A_RESPONSE or item.get("role") in MADE_BY_A_RESPONSE:
                assert announced


def test_a_predecessor_is_in_the_conversation():
    for session, stream in streams():
        if session.habits.provider.idless_deletes:
            continue
        conversation: list[str] = []
        for event in stream:
            if event["type"] == "conversation.item.added":
                previous = event["previous_item_id"]
                assert previous is None or previous in conversation
                assert event["item"]["id"] not in conversation
                conversation.append(event["item"]["id"])
            elif event["type"] == "conversation.item.deleted":
                conversation.remove(event["item_id"])


def test_an_item_is_told_in_the_order_of_its_parts():
    for _, stream in streams():
        told: dict[str, list[str]] = defaultdict(list)
        for event in stream:
            item_id = event.get("item_id") or (event.get("item") or {}).get("id")
            kind = event["type"]
            if kind in ORDER_OF_A_PART and kind not in told[item_id]:
                told[item_id].append(kind)
        for kinds in told.values():
            assert kinds == [kind for kind in ORDER_OF_A_PART if kind in kinds]


def test_what_is_streamed_adds_up_to_what_is_told_at_the_end():
    for _, stream in streams():
        said: dict[tuple[str, str], str] = defaultdict(str)
        for event in stream:
            if event["type"] in ENDS:
                said[ENDS[event["type"]][0], event["item_id"]] += event["delta"]
            for done, name in ENDS.values():
                if event["type"] == done:
                    assert event[name] == said[done, event["item_id"]]


def test_a_response_lists_at_its_end_what_it_has_finished():
    for _, stream in streams():
        finished: dict[str, list[str]] = defaultdict(list)
        for event in stream:
            if event["type"] == "response.output_item.done":
                finished[event["response_id"]].append(event["item"]["id"])
            elif event["type"] == "response.done":
                response = event["response"]
                assert [item["id"] for item in response["output"]] == finished[response["id"]]


def test_a_turn_is_started_stopped_and_committed():
    for _, stream in streams():
        steps = defaultdict(list)
        for event in stream:
            if event["type"].startswith("input_audio_buffer.") and "item_id" in event:
                steps[event["item_id"]].append(event["type"].removeprefix("input_audio_buffer."))
        assert all(
            told in (["speech_started", "speech_stopped", "committed"], ["committed"]) for told in steps.values()
        )


def test_a_provider_keeps_its_own_ways():
    types = {(s.habits.provider.name, event["type"]) for s in sessions() for event in _server_lines(s)}

    assert ("openai beta", "conversation.item.created") in types
    assert ("openai beta", "conversation.item.added") not in types
    assert ("openai", "conversation.item.done") in types
    assert ("xai", "ping") in types
    assert ("xai", "conversation.item.done") not in types
    assert ("qwen", "session.finished") in types
    assert ("hugging face", "conversation.item.truncated") not in types
    assert not {provider for provider, kind in types if kind == "rate_limits.updated"} - {"openai", "openai beta"}


def _server_lines(session: Generated) -> list[Json]:
    return [line["event"] for line in session.lines if line.get("dir") == "server"]
