"""What a push leaves out is missed each time that the application had taken it, and only then."""

from rtlog.analyzers.reconciler.reconciler import Reconciler
from rtlog.analyzers.reconciler.states import LocalState
from rtlog.analyzers.tape import parse

LEFT_OUT = """
0   < added u1 user
10  L ctx_push_begin source=local push_id=p1 items=[]
"""


def local_state(tape: str) -> LocalState:
    reconciler = Reconciler()
    for record in parse(tape):
        reconciler.feed(record)
    return reconciler.connection(1).items["u1"].local


def test_an_item_that_no_push_ever_listed_is_absent():
    assert local_state(LEFT_OUT) is LocalState.ABSENT


def test_an_item_that_the_application_takes_after_a_push_is_missed_by_the_next():
    taken = LEFT_OUT + "20 L item_committed u1 role=user\n"
    assert local_state(taken) is LocalState.PRESENT
    assert local_state(taken + "30 L ctx_push_begin source=local push_id=p2 items=[]") is LocalState.REMOVED


def test_a_placeholder_set_after_a_push_is_missed_by_the_next():
    placed = LEFT_OUT + "20 L placeholder_added u1\n"
    assert local_state(placed) is LocalState.PLACEHOLDER
    assert local_state(placed + "30 L ctx_push_begin source=local push_id=p2 items=[]") is LocalState.REMOVED


def test_an_item_that_comes_back_under_its_id_is_missed_once_more():
    back = LEFT_OUT + '20 > delete u1\n25 < deleted u1\n30 L ctx_push_begin source=local push_id=p2 items=["u1"]\n'
    back += "40 > create u1 user text=hi\n45 < added u1 user\n"
    assert local_state(back) is LocalState.PRESENT
    assert local_state(back + "50 L ctx_push_begin source=local push_id=p3 items=[]") is LocalState.REMOVED
