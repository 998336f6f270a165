"""The walk of livekit/agents#5021, step by step; the plans are those that the released 1.4.6 and 1.5.0 made of it."""

from typing import Any

import pytest

from rtlog.simulator.client.contexts import Contexts, Create, Delete
from rtlog.simulator.client.local import Teller
from rtlog.simulator.client.profile import LIVEKIT_1_4, LIVEKIT_1_5, Profile
from rtlog.simulator.items import Item, message

HISTORY = ["msg1", "msg2", "msg3", "msg4", "msg5"]
FC = Item(id="FC", type="function_call", call_id="call_1", name="lookup_order", arguments="")
FCO = Item(id="FCO", type="function_call_output", call_id="call_1", output="{}")


class Walk:
    """A client that holds the history, the server's word that it gets, and what it tells."""

    def __init__(self, profile: Profile) -> None:
        self.told: list[dict[str, Any]] = []
        self.contexts = Contexts(profile, Teller(self.told.append))
        previous = None
        for item_id in HISTORY:
            item = message("user", "words", item_id)
            self.contexts.mirror.insert(previous, item)
            self.contexts.local.append(item)
            previous = item_id

    def push(self, *ids: str, extra: tuple[Item, ...] = ()) -> list[str]:
        """Push these ids of either context, and *extra*; gives the plan, which the server obeys."""
        known = {item.id: item for item in (*self.contexts.mirror.items, *self.contexts.local, *extra)}
        plan = self.contexts.plan([known[item_id] for item_id in ids])
        for change in plan:
            match change:
                case Delete(item_id):
                    self.contexts.deleted(item_id)
                case Create(item, previous):
                    self.contexts.added(item, None if previous == "root" else previous)
        return [written(change) for change in plan]

    def replace_local(self, *ids: str, extra: tuple[Item, ...] = ()) -> list[str]:
        """Push from the application's context, which the pushed items replace."""
        known = {item.id: item for item in (*self.contexts.local, *extra)}
        self.contexts.local = [known[item_id] for item_id in ids]
        return self.push(*ids)


def written(change: Delete | Create) -> str:
    match change:
        case Delete(item_id):
            return f"delete {item_id}"
        case Create(item, previous):
            return f"create {item.id} prev={previous}"


def words(item_id: str, role: str = "assistant") -> Item:
    return message(role, "words of " + item_id, item_id)


def test_1_4_6_deletes_the_call_loses_what_follows_and_makes_ghosts():
    walk = Walk(LIVEKIT_1_4)
    contexts = walk.contexts

    contexts.added(FC, "msg5")
    summary = words("sum1", "system")
    assert contexts.local_ids == HISTORY
    assert walk.replace_local("sum1", "msg3", "msg4", "msg5", extra=(summary,)) == [
        "delete msg1",
        "delete msg2",
        "delete FC",
        "create sum1 prev=root",
    ]

    contexts.commit(FC)
    assert walk.push(*contexts.mirror.ids, "FCO", extra=(FCO,)) == ["create FCO prev=msg5"]
    contexts.commit(FCO)

    contexts.added(words("msg6"), "FC")
    contexts.added(words("msg7"), "msg6")
    assert [event["error"] for event in walk.told if event.get("error")] == [
        "failed to insert item `msg6`: previous_item_id `FC` not found",
        "failed to insert item `msg7`: previous_item_id `msg6` not found",
    ]
    assert contexts.mirror.ids == ["sum1", "msg3", "msg4", "msg5", "FCO"]

    contexts.commit(words("msg6"))
    contexts.commit(words("msg7"))
    assert walk.push(*contexts.local_ids) == ["create FC prev=msg5", "create msg6 prev=FCO", "create msg7 prev=msg6"]


def test_1_5_0_keeps_the_call_and_churns_its_output():
    walk = Walk(LIVEKIT_1_5)
    contexts = walk.contexts

    contexts.added(FC, "msg5")
    assert contexts.local_ids == [*HISTORY, "FC"]
    summary = words("sum1", "system")
    assert walk.replace_local("sum1", "msg3", "msg4", "msg5", "FC", extra=(summary,)) == [
        "delete msg1",
        "delete msg2",
        "create sum1 prev=root",
    ]

    contexts.commit(FC)
    contexts.commit(FCO)
    assert walk.push(*contexts.mirror.ids, "FCO", extra=(FCO,)) == ["create FCO prev=FC"]

    contexts.added(words("msg6"), "FC")
    assert contexts.mirror.ids == ["sum1", "msg3", "msg4", "msg5", "FC", "msg6", "FCO"]
    assert contexts.local_ids == ["sum1", "msg3", "msg4", "msg5", "FC", "FCO"]
    assert walk.told[-1] == {
        "type": "local.placeholder_skipped",
        "item_id": "msg6",
        "previous_item_id": "FC",
        "local_tail": "FCO",
    }

    contexts.added(words("msg7"), "msg6")
    contexts.commit(words("msg6"))
    contexts.commit(words("msg7"))
    assert walk.push(*contexts.local_ids) == ["delete FCO", "create FCO prev=FC"]


def test_a_config_item_at_the_tail_lets_1_5_0_delete_the_call_all_the_same():
    walk = Walk(LIVEKIT_1_5)
    walk.contexts.local.append(Item(id="config_1", type="agent_config_update"))

    walk.contexts.added(FC, "msg5")

    assert walk.told[-1]["type"] == "local.placeholder_skipped"
    assert walk.push("msg3", "msg4", "msg5") == ["delete msg1", "delete msg2", "delete FC"]


@pytest.mark.parametrize("profile", [LIVEKIT_1_4, LIVEKIT_1_5])
def test_a_message_that_is_still_empty_is_never_deleted(profile: Profile):
    walk = Walk(profile)
    walk.contexts.added(Item(id="msg6", type="message", role="assistant", content=[]), "msg5")

    assert walk.push(*HISTORY) == []


def test_a_changed_text_is_made_anew_under_its_id():
    walk = Walk(LIVEKIT_1_4)

    assert walk.push(*HISTORY) == []
    walk.contexts.local[1] = words("msg2")

    assert walk.push(*HISTORY) == ["delete msg2", "create msg2 prev=msg1"]


def test_a_transcript_fills_the_mirror_and_commits_the_turn():
    walk = Walk(LIVEKIT_1_4)
    walk.contexts.added(Item(id="msg6", type="message", role="user", content=[]), "msg5")

    walk.contexts.heard("msg6", "Hello?")

    assert walk.told == [
        {"type": "local.remote_item_added", "item_id": "msg6", "previous_item_id": "msg5", "inserted": True},
        {"type": "local.item_committed", "item_id": "msg6", "role": "user", "empty": False},
    ]
    assert walk.push(*walk.contexts.local_ids) == []


def test_a_delete_that_the_mirror_does_not_know_is_told():
    walk = Walk(LIVEKIT_1_4)

    walk.contexts.deleted("nobody")

    assert walk.told == [{"type": "local.remote_item_deleted", "item_id": "nobody", "found": False}]
