"""What a named client does with its contexts, told case by case; `tests/e2e/livekit` compares it with the releases."""

from hypothesis import given
from hypothesis import strategies as st

from rtlog.analyzers.profiles.context import ContextItem
from rtlog.analyzers.profiles.diff import common, diff
from rtlog.analyzers.profiles.mirror import delete, insert, places_placeholder
from rtlog.analyzers.profiles.profile import UnknownAnchor
from rtlog.analyzers.profiles.push import Sent, push
from rtlog.analyzers.profiles.releases import profile_of
from rtlog.analyzers.reconciler.lane import Lane


def lane(*ids: str) -> Lane:
    made = Lane()
    made.replace(list(ids))
    return made


def said(item_id: str, *content: str | None, role: str = "user") -> ContextItem:
    return ContextItem(item_id, "message", role, content)


def sent(mirror: list[ContextItem], wanted: list[ContextItem], client: str) -> list[str]:
    events = push(mirror, wanted, profile_of(client))
    return [f"{e.act} {e.item_id}{f' behind {e.previous_item_id}' if e.previous_item_id else ''}" for e in events]


def test_an_unknown_predecessor_loses_the_item_or_puts_it_at_the_tail() -> None:
    strict, lenient = lane("a", "b"), lane("a", "b")

    assert insert(strict, "gone", "x", UnknownAnchor.REFUSE) == "previous_item_id `gone` not found"
    assert insert(lenient, "gone", "x", UnknownAnchor.TAIL) is None
    assert (list(strict), list(lenient)) == (["a", "b"], ["a", "b", "x"])


def test_an_item_stands_right_behind_its_predecessor_and_at_the_head_without_one() -> None:
    mirror = lane("a", "b")

    assert insert(mirror, "a", "x", UnknownAnchor.REFUSE) is None
    assert insert(mirror, None, "h", UnknownAnchor.TAIL) is None
    assert list(mirror) == ["h", "a", "x", "b"]


def test_what_is_there_or_not_there_is_refused_and_said() -> None:
    mirror = lane("a")

    assert insert(mirror, None, "a", UnknownAnchor.TAIL) == "Item with ID a already exists."
    assert delete(mirror, "b") == "item_id `b` not found"
    assert delete(mirror, "a") is None
    assert list(mirror) == []


def test_a_placeholder_needs_no_predecessor_or_the_tail_as_one() -> None:
    local = lane("a", "config")

    assert [places_placeholder(local, previous, "x") for previous in (None, "config", "a", "gone")] == [
        True,
        True,
        False,
        False,
    ]
    assert not places_placeholder(local, None, "a")


def test_a_swap_removes_the_first_and_creates_it_behind_the_second() -> None:
    changes = diff([said("a"), said("b")], [said("b"), said("a")])

    assert (changes.removed, changes.created, changes.updated) == (("a",), (("b", "a"),), ())


def test_only_the_texts_of_messages_are_compared() -> None:
    old = [said("a", "one"), ContextItem("c", "function_call"), said("i", None)]
    new = [said("a", "two"), ContextItem("c", "function_call"), said("i", None, None)]

    assert diff(old, new).updated == ((None, "a"),)


ids = st.lists(st.sampled_from("abcdefg"), unique=True)


@given(ids, ids)
def test_what_is_kept_stands_in_both_in_order_and_nothing_longer_does(old: list[str], new: list[str]) -> None:
    kept = common(old, new)

    assert [i for i in old if i in kept] == [i for i in new if i in kept] == kept
    assert not any(common(old, [*kept, extra]) == [*kept, extra] for extra in new if extra not in kept and not kept)


@given(ids, ids)
def test_a_push_makes_the_mirror_what_was_pushed(old: list[str], new: list[str]) -> None:
    mirror = lane(*old)
    for event in push([said(i, "x") for i in old], [said(i, "x") for i in new], profile_of("livekit-agents@1.8.9")):
        if event.act == "delete":
            assert delete(mirror, event.item_id) is None
        else:
            previous = None if event.previous_item_id == "root" else event.previous_item_id
            assert insert(mirror, previous, event.item_id, UnknownAnchor.REFUSE) is None

    assert list(mirror) == new


def test_deletes_go_first_then_creates_then_what_is_written_anew() -> None:
    mirror, wanted = [said("a", "x"), said("b", "x")], [said("s", "sum", role="assistant"), said("b", "y")]

    assert sent(mirror, wanted, "livekit-agents@1.4.6") == [
        "delete a",
        "create s behind root",
        "delete b",
        "create b behind s",
    ]


def test_a_message_whose_words_never_came_down_is_deleted_since_1_6_5() -> None:
    mirror = [said("a"), ContextItem("c", "function_call")]

    assert sent(mirror, [], "livekit-agents@1.6.4") == ["delete c"]
    assert sent(mirror, [], "livekit-agents@1.6.5") == ["delete a", "delete c"]


def test_a_placeholder_is_created_on_the_server_until_1_6_0() -> None:
    assert sent([], [said("p")], "livekit-agents@1.5.0") == ["create p behind root"]
    assert sent([], [said("p")], "livekit-agents@1.6.0") == []
    assert sent([said("p")], [said("p")], "livekit-agents@1.6.0") == []


def test_what_only_the_application_has_is_never_sent() -> None:
    wanted = [
        ContextItem("h", "agent_handoff"),
        ContextItem("u", "agent_config_update"),
        said("lk.agent_task.instructions", "be kind", role="system"),
        said("s", "sum", role="system"),
    ]

    assert sent([], wanted, "livekit-agents@1.4.3") == []
    assert sent([], wanted, "livekit-agents@1.4.4") == ["create s behind root"]


def test_agents_js_names_no_predecessor_at_the_front() -> None:
    assert push([], [said("a", "x")], profile_of("agents-js")) == [Sent("create", "a", None)]


def test_what_is_not_known_of_agents_js_is_not_made_up() -> None:
    profile = profile_of("agents-js")

    assert (profile.reply_timeout_ms, profile.error_settles_waiter) == (None, None)
