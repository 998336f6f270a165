import pytest

from rtlog.simulator.conversation import Conversation
from rtlog.simulator.items import Item, Part
from rtlog.simulator.refusal import RefusedError


def conversation_of(*ids: str) -> Conversation:
    made = Conversation()
    for item_id in ids:
        made.create(Item(id=item_id, type="message", role="user"), None)
    return made


@pytest.mark.parametrize(
    ("previous", "order", "named"),
    [
        (None, ["a", "b", "c", "x"], "c"),
        ("", ["a", "b", "c", "x"], "c"),
        ("root", ["x", "a", "b", "c"], None),
        ("a", ["a", "x", "b", "c"], "a"),
        ("c", ["a", "b", "c", "x"], "c"),
    ],
)
def test_an_item_is_created_where_its_anchor_says(previous: str | None, order: list[str], named: str | None):
    conversation = conversation_of("a", "b", "c")

    slot = conversation.create(Item(id="x"), previous)

    assert (conversation.ids, slot.previous) == (order, named)


def test_an_unknown_anchor_and_a_living_id_are_refused_and_change_nothing():
    conversation = conversation_of("a", "b")

    with pytest.raises(RefusedError, match="an item with id 'a' already exists"):
        conversation.create(Item(id="a"), None)
    with pytest.raises(RefusedError, match="the previous item with id 'gone' does not exist"):
        conversation.create(Item(id="x"), "gone")

    assert conversation.ids == ["a", "b"]


def test_a_deleted_id_may_be_created_again():
    conversation = conversation_of("a", "b")
    conversation.delete("a")

    conversation.create(Item(id="a"), "b")

    assert conversation.ids == ["b", "a"]


def test_a_reserved_place_is_seen_only_once_it_is_announced():
    conversation = conversation_of("a")
    slot = conversation.reserve(Item(id="turn"))
    conversation.create(Item(id="x"), None)

    assert conversation.ids == ["a", "x"]
    with pytest.raises(RefusedError, match="'turn' does not exist"):
        conversation.delete("turn")
    slot.announced = True

    assert conversation.ids == ["a", "turn", "x"]


def test_a_reserved_item_names_its_predecessor_of_then_even_when_that_is_deleted_since():
    conversation = conversation_of("a", "call")
    slot = conversation.reserve(Item(id="turn"))

    conversation.delete("call")

    assert slot.previous == "call"


def test_a_response_that_began_before_a_delete_still_anchors_to_what_was_deleted():
    conversation = conversation_of("a", "b")
    conversation.delete("b")

    assert conversation.reserve(Item(id="answer"), anchor="b").previous == "b"


def test_a_response_whose_anchor_lives_takes_the_tail_of_now():
    conversation = conversation_of("a", "b")

    assert conversation.reserve(Item(id="answer"), anchor="a").previous == "b"


def test_truncating_cuts_what_was_said_and_forgets_its_words():
    conversation = Conversation()
    part = Part(type="output_audio", transcript="Good morning")
    slot = conversation.reserve(Item(id="said", role="assistant", content=[part]))
    slot.announced, slot.audio_ms = True, 750

    conversation.truncate("said", 500)

    assert (slot.audio_ms, part.transcript) == (500, None)
    with pytest.raises(RefusedError, match="Audio content of 500ms is already shorter than 501ms"):
        conversation.truncate("said", 501)
