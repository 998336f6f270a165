"""The scripted client against the simulated server, over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from rtlog.recordings.vocabulary.events import LOCAL_EVENTS
from rtlog.simulator import scenarios
from rtlog.simulator.client.call_center import CallCenter
from rtlog.simulator.client.client import PushError, RealtimeClient, ReplyError
from rtlog.simulator.client.profile import LIVEKIT_1_4, LIVEKIT_1_5, Profile
from rtlog.simulator.items import message
from rtlog.simulator.scenario import Hold, Scenario, Sent
from rtlog.simulator.server import SimulatedServer
from rtlog.simulator.stage import Stage

# On a busy machine an answer may take longer than LiveKit's client waits for it.
PATIENT = replace(LIVEKIT_1_4, reply_timeout_s=60, push_timeout_s=60)
GREETING = [message("user", "Hello?", "msg1"), message("assistant", "Good morning.", "msg2")]


@asynccontextmanager
async def session(
    scenario: Scenario, told: list[dict[str, Any]], profile: Profile = PATIENT
) -> AsyncIterator[tuple[RealtimeClient, Stage]]:
    async with (
        SimulatedServer(scenario) as server,
        RealtimeClient(f"{server.origin}/v1/realtime", profile, told.append) as client,
    ):
        await client.seen(lambda event: event.type == "session.created")
        yield client, server.stages[0]


async def test_a_push_makes_the_servers_conversation_and_is_told_from_begin_to_end():
    told: list[dict[str, Any]] = []
    async with session(scenarios.load("conversation"), told) as (client, stage):
        await client.push(GREETING, source="local", reason="resume")
        await client.push(GREETING[1:], source="local")

        assert stage.session.conversation.ids == client.contexts.mirror.ids == client.contexts.local_ids == ["msg2"]
    assert told == [
        {
            "type": "local.ctx_push_begin",
            "push_id": "push_1",
            "source": "local",
            "items": ["msg1", "msg2"],
            "reason": "resume",
        },
        {"type": "local.remote_item_added", "item_id": "msg1", "previous_item_id": None, "inserted": True},
        {"type": "local.remote_item_added", "item_id": "msg2", "previous_item_id": "msg1", "inserted": True},
        {"type": "local.ctx_push_end", "push_id": "push_1"},
        {"type": "local.ctx_push_begin", "push_id": "push_2", "source": "local", "items": ["msg2"]},
        {"type": "local.remote_item_deleted", "item_id": "msg1", "found": True},
        {"type": "local.ctx_push_end", "push_id": "push_2"},
    ]


async def test_a_push_that_is_never_acknowledged_is_given_up():
    told: list[dict[str, Any]] = []
    silent = Scenario("creates are never answered", (Hold(Sent("conversation.item.create")),))
    async with session(silent, told, replace(LIVEKIT_1_4, push_timeout_s=0.05)) as (client, _):
        with pytest.raises(PushError, match=r"update_chat_ctx timed out\."):
            await client.push(GREETING, source="local")

    assert [event["type"] for event in told] == ["local.ctx_push_begin", "local.ctx_push_end"]
    assert told[-1]["error"] == "update_chat_ctx timed out."


async def test_a_reply_is_tied_to_its_request():
    told: list[dict[str, Any]] = []
    async with session(scenarios.load("conversation"), told) as (client, _):
        response_id = await client.reply()
        created = await client.seen(lambda event: event.type == "response.created")

    assert created.response is not None
    assert created.response.id == response_id
    event_id = (created.response.metadata or {})["client_event_id"]
    assert told[:2] == [
        {"type": "local.reply_requested", "event_id": event_id},
        {"type": "local.reply_created", "event_id": event_id, "response_id": response_id},
    ]


async def test_a_reply_that_comes_late_is_created_after_the_client_gave_up():
    told: list[dict[str, Any]] = []
    async with session(scenarios.load("late_response_created"), told, replace(LIVEKIT_1_4, reply_timeout_s=0.05)) as (
        client,
        _,
    ):
        with pytest.raises(ReplyError):
            await client.reply()
        given_up = [event["type"] for event in told]
        await client.send("input_audio_buffer.clear")
        late = await client.seen(lambda event: event.type == "response.created")

    assert given_up == ["local.reply_requested", "local.reply_timeout"]
    assert late.response is not None
    assert (late.response.metadata or {})["client_event_id"] == told[0]["event_id"]


async def test_waiting_for_what_never_comes_ends_with_the_connection():
    async with session(scenarios.load("conversation"), []) as (client, _):
        await client.send("session.update", session={"type": "realtime"})
        await client.seen(lambda event: event.type == "session.updated")

    with pytest.raises(ConnectionError, match="the server ended the session"):
        await client.seen(lambda event: event.type == "never")


async def test_the_call_center_of_1_4_6_deletes_the_call_that_is_on_its_way():
    told: list[dict[str, Any]] = []
    async with session(scenarios.load("in_flight_delete"), told) as (client, stage):
        await CallCenter(client, pace=0).run()

        call = next(event["item_id"] for event in told if event["type"] == "local.tool_started")
        refused = [event["item_id"] for event in told if event.get("inserted") is False]
        ids = stage.session.conversation.ids
    assert {event["type"] for event in told} <= LOCAL_EVENTS
    assert {"type": "local.remote_item_deleted", "item_id": call, "found": True} in told
    assert ids[-2:] == refused
    assert call in ids


async def test_the_call_center_of_1_5_0_keeps_it():
    told: list[dict[str, Any]] = []
    patient = replace(LIVEKIT_1_5, reply_timeout_s=60, push_timeout_s=60)
    async with session(scenarios.load("in_flight_delete_fixed"), told, patient) as (client, stage):
        await CallCenter(client, pace=0, repairs=False).run()

        call = next(event["item_id"] for event in told if event["type"] == "local.tool_started")
        assert sorted(client.contexts.local_ids) == sorted(stage.session.conversation.ids)
        assert sorted(client.contexts.mirror.ids) == sorted(stage.session.conversation.ids)
        assert call in stage.session.conversation.ids
    assert [event for event in told if event.get("inserted") is False] == []
    assert {event["item_id"] for event in told if event["type"] == "local.placeholder_added"} >= {call}
