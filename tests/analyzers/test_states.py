"""The tables: complete, reachable, and the joint state means what it says."""

from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.reconciler.states import (
    IN_CONVERSATION,
    ITEM_TRANSITIONS,
    LOCAL_TRANSITIONS,
    SITUATIONS,
    ItemState,
    LocalMove,
    LocalState,
    Move,
    Situation,
    situation,
)


def test_every_state_has_a_row() -> None:
    assert set(ITEM_TRANSITIONS) == set(ItemState)
    assert set(LOCAL_TRANSITIONS) == set(LocalState)
    assert all(set(row) == set(LocalMove) for row in LOCAL_TRANSITIONS.values())


def test_every_state_can_be_reached_and_every_move_is_used() -> None:
    reached = {ItemState.ABSENT}
    while True:
        further = reached | {after for state in reached for after in ITEM_TRANSITIONS[state].values()}
        if further == reached:
            break
        reached = further

    assert reached == set(ItemState)
    assert {move for row in ITEM_TRANSITIONS.values() for move in row} == set(Move)


def test_the_life_of_an_updated_item() -> None:
    item = ItemLife("m1", 1)
    lived = []
    for move in (Move.ANNOUNCE, Move.ADDED, Move.DELETE, Move.CREATE, Move.DELETED, Move.ADDED):
        assert item.move(move)
        lived.append(item.state)

    S = ItemState  # noqa: N806 - reads as the table does
    assert lived == [S.ANNOUNCED, S.LIVE, S.DELETING, S.REPLACING, S.REQUESTED, S.LIVE]


def test_a_move_that_the_table_lacks_is_counted_and_changes_nothing() -> None:
    item = ItemLife("m1", 1)

    assert not item.move(Move.DELETED)
    assert (item.state, item.moves_refused) == (ItemState.ABSENT, 1)


def test_every_joint_state_has_a_meaning() -> None:
    assert set(SITUATIONS) == {(live, local) for live in (True, False) for local in LocalState}
    assert situation(ItemState.LIVE, LocalState.ABSENT) is Situation.IN_FLIGHT
    assert situation(ItemState.GONE, LocalState.PRESENT) is Situation.ORPHANED
    assert {state for state in ItemState if situation(state, LocalState.PRESENT) is Situation.AGREED} == IN_CONVERSATION
