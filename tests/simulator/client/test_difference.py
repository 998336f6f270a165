import pytest

from rtlog.simulator.client.difference import difference

# Worked by hand from the description of the client's diff: the longest common subsequence stays, an item that moved is
# removed and created, ties keep the later ids of the old list.
HAND_WORKED = [
    ("", "", "", ""),
    ("a b c", "a b c", "", ""),
    ("", "a b", "", "root>a a>b"),
    ("a b c", "", "a b c", ""),
    ("a b c", "b c", "a", ""),
    ("a b", "s a b", "", "root>s"),
    ("a b c", "a x c", "b", "a>x"),
    ("a b", "b a", "a", "b>a"),
    ("a b c", "c a b", "c", "root>c"),
    ("m1 m2 m3 m4 m5 FC", "sum m3 m4 m5", "m1 m2 FC", "root>sum"),
    ("sum m3 m4 m5 FC m6 m7 FCO", "sum m3 m4 m5 FC FCO m6 m7", "FCO", "FC>FCO"),
]


@pytest.mark.parametrize(("old", "new", "removed", "created"), HAND_WORKED)
def test_the_difference_of_two_lists(old: str, new: str, removed: str, created: str):
    found = difference(old.split(), new.split())

    assert found.removed == removed.split()
    assert [f"{previous or 'root'}>{item_id}" for previous, item_id in found.created] == created.split()
    assert sorted([*found.kept, *found.removed]) == sorted(old.split())
