import pytest

from rtlog.simulator.client.mirror import Mirror, MirrorError
from rtlog.simulator.items import Item


def mirror_of(*ids: str) -> Mirror:
    made, previous = Mirror(), None
    for item_id in ids:
        made.insert(previous, Item(id=item_id))
        previous = item_id
    return made


@pytest.mark.parametrize(
    ("previous", "order"),
    [(None, ["x", "a", "b"]), ("a", ["a", "x", "b"]), ("b", ["a", "b", "x"])],
)
def test_an_item_goes_right_behind_its_predecessor_and_to_the_head_without_one(previous: str | None, order: list[str]):
    mirror = mirror_of("a", "b")

    mirror.insert(previous, Item(id="x"))

    assert mirror.ids == order


def test_an_unknown_predecessor_a_known_id_and_an_unknown_delete_are_refused():
    mirror = mirror_of("a", "b")

    with pytest.raises(MirrorError, match="failed to insert item `x`: previous_item_id `gone` not found"):
        mirror.insert("gone", Item(id="x"))
    with pytest.raises(MirrorError, match="Item with ID a already exists"):
        mirror.insert("b", Item(id="a"))
    with pytest.raises(MirrorError, match="item_id `gone` not found"):
        mirror.delete("gone")

    assert mirror.ids == ["a", "b"]


def test_a_deleted_id_is_forgotten():
    mirror = mirror_of("a", "b", "c")

    mirror.delete("b")

    assert mirror.ids == ["a", "c"]
    with pytest.raises(MirrorError, match="not found"):
        mirror.insert("b", Item(id="x"))
