"""The reconciler, told as sessions: after each, the three lanes and the lives are what the records prove."""

from hypothesis import given
from hypothesis import strategies as st

from rtlog.analyzers.reconciler.changes import ItemAdded, RequestAnswered, ResponseCreated
from rtlog.analyzers.reconciler.connection import TOMBSTONES, Connection
from rtlog.analyzers.reconciler.lane import Lane
from rtlog.analyzers.reconciler.reconciler import DELTAS, HANDLERS, Reconciler
from rtlog.analyzers.reconciler.states import ItemState, LocalState
from rtlog.analyzers.tape import parse
from rtlog.recordings.vocabulary.events import BETA_TO_GA, CLIENT_EVENTS, SERVER_EVENTS


def reconcile(tape: str) -> tuple[Reconciler, list[object]]:
    reconciler = Reconciler()
    return reconciler, [change for record in parse(tape) for change in reconciler.feed(record)]


def after(tape: str) -> Connection:
    return reconcile(tape)[0].connections[1]


def test_every_event_of_the_protocol_has_a_handler() -> None:
    handled = set(HANDLERS) | set(DELTAS)

    assert {BETA_TO_GA.get(name, name) for name in CLIENT_EVENTS | SERVER_EVENTS} == handled


def test_items_stand_where_the_server_puts_them() -> None:
    c = after("""
    0 < added m1 user
    1 < added m2 assistant prev=m1
    2 > create s1 system prev=root
    3 < added s1 system prev=null
    4 < added x1 user prev=m1
    """)

    assert c.lanes.snapshot().server == ("s1", "m1", "x1", "m2")
    assert c.lanes.snapshot().mirror == ("s1", "m1", "x1", "m2")
    assert c.lanes.snapshot().local is None


def test_a_null_predecessor_without_a_request_goes_to_the_tail_but_to_a_strict_mirrors_head() -> None:
    c = after("""
    0 < added m1 user
    1 < added m2 assistant prev=null
    """)

    assert c.lanes.snapshot().server == ("m1", "m2")
    assert c.lanes.snapshot().mirror == ("m2", "m1")


def test_a_strict_mirror_loses_the_whole_chain_behind_a_deleted_predecessor() -> None:
    c = after("""
    0 < added m1 user
    1 > delete m1
    2 < deleted m1
    3 < added m2 assistant prev=m1
    4 < added m3 user prev=m2
    5 < added m4 user prev=null
    """)

    assert c.lanes.lost == {"m2": "m2", "m3": "m2"}
    assert c.lanes.snapshot().mirror == ("m4",)
    assert c.lanes.snapshot().server == ("m2", "m3", "m4")


def test_the_predecessor_of_item_done_is_not_believed() -> None:
    c = after("""
    0 < added m1 user
    1 < added m2 assistant prev=m1
    2 < done m2 assistant prev=null
    """)

    assert c.lanes.snapshot().server == ("m1", "m2")


def test_acknowledgements_without_an_id_are_matched_in_order() -> None:
    c = after("""
    0 < added m1 user
    1 < added m2 user prev=m1
    2 > delete m1
    3 > delete m2
    4 < deleted ""
    """)

    assert (c.buried["m1"].state, c.items["m2"].state) == (ItemState.GONE, ItemState.DELETING)
    assert c.buried["m1"].delete_ack_by_id is False


def test_a_create_without_an_id_is_answered_by_the_item_with_its_call() -> None:
    _, changes = reconcile("""
    0 > create item.type=function_call_output call_id=c1
    1 < added o1 result call_id=c1
    """)

    (added,) = [c for c in changes if isinstance(c, ItemAdded)]
    assert added.request is not None
    assert added.item.origin == "client"


def test_a_response_is_tied_to_its_request_by_metadata_else_by_order_else_to_the_turn() -> None:
    _, changes = reconcile("""
    0 > respond response.metadata={"k":"a"}
    1 > respond response.metadata={"k":"b"}
    2 < response r2 response.metadata={"k":"b"}
    3 < finished r2 completed
    4 < response r1 response.metadata={"k":"a"}
    5 < finished r1 completed
    6 > respond
    7 < response r3
    8 < finished r3 completed
    9 < committed u1
    10 < response r4
    """)

    requests = {c.response.id: c.response.request for c in changes if isinstance(c, ResponseCreated)}
    assert {name: r.sent.line if r else None for name, r in requests.items()} == {"r2": 2, "r1": 1, "r3": 7, "r4": None}


def test_an_error_finds_its_request_by_event_id_by_the_text_or_by_what_its_code_can_only_mean() -> None:
    _, changes = reconcile("""
    0 < added m1 user
    1 > create m1 user event_id=e1
    2 > delete x1
    3 > delete x2
    4 > truncate m1 0
    5 < error item_create_duplicate_item_id e1
    6 < error item_delete_invalid_item_id error.message="the item with id 'x2' does not exist."
    7 < error unsupported_content_type
    """)

    answered = [c.request for c in changes if isinstance(c, RequestAnswered)]
    assert [(r.type.rpartition(".")[2], r.item_id, r.outcome) for r in answered] == [
        ("create", "m1", "rejected"),
        ("delete", "x2", "rejected"),
        ("truncate", "m1", "rejected"),
    ]


def test_beta_names_are_normalised_at_the_door() -> None:
    c = after("""
    0 < conversation.item.created item.id=m1 item.type=message item.role=user
    1 < response r1
    2 < response.audio.delta item_id=m1 response_id=r1 audio_bytes=480
    """)

    assert c.items["m1"].state is ItemState.LIVE
    assert c.responses["r1"].audio_ms == 10


def test_a_local_push_tells_what_the_application_lacks() -> None:
    c = after("""
    0 < added m1 user
    1 < added fc1 call call_id=c1 prev=m1
    2 L ctx_push_begin push_id=p1 source=local items=["m1"]
    3 L tool_started fc1 call_id=c1
    """)

    assert c.lanes.snapshot().local == ("m1", "fc1")
    assert (c.items["m1"].local, c.items["fc1"].local) == (LocalState.PRESENT, LocalState.PRESENT)
    assert c.items["fc1"].local_missed is not None


def test_sdk_copies_of_wire_events_are_not_modelled_twice() -> None:
    reconciler = Reconciler()
    for record in parse("""
    0 < added m1 user
    1 > delete m1
    1 > delete m1
    """):
        record.src = "sdk" if record.line == 3 else "wire"
        reconciler.feed(record)

    assert len(reconciler.connections[1].requests.all_pending()) == 1


def test_id_spaces_of_connections_never_merge() -> None:
    reconciler, _ = reconcile("""
    0 < added m1 user
    1 close by=server
    2 < session conn=2
    3 < added m1 user conn=2
    """)

    assert {n: c.items["m1"].added.line for n, c in reconciler.connections.items()} == {1: 1, 2: 4}  # type: ignore[union-attr]
    assert reconciler.connections[2].gone_from_older("m1")


def test_memory_grows_with_what_lives_not_with_what_died() -> None:
    turns = "\n".join(f"{n} < added m{n} user\n{n} > delete m{n}\n{n} < deleted m{n}" for n in range(TOMBSTONES + 50))

    c = after(turns)

    assert (len(c.items), len(c.buried), c.buried_dropped) == (0, TOMBSTONES, 50)
    assert len(c.labels.items) == TOMBSTONES


def test_a_lane_keeps_its_order_through_inserts_and_removals() -> None:
    lane = Lane()
    lane.append("b")
    lane.insert("a", after=None)
    lane.insert("c", after="b")
    lane.insert("x", after="a")
    lane.remove("b")
    lane.insert("c", after="a")

    assert list(lane) == ["a", "c", "x"]
    assert (lane.head, lane.tail, lane.before("x"), len(lane)) == ("a", "x", "c", 3)


@given(st.lists(st.lists(st.sampled_from("abcdef")), max_size=6))
def test_whoever_follows_a_lane_by_its_journal_sees_what_it_holds(replacements: list[list[str]]) -> None:
    lane, followed = Lane(), []
    lane.journal = []
    for wanted in replacements:
        lane.replace(wanted)
        for edit in lane.journal:
            place = followed.index(edit.after) + 1 if edit.after is not None else 0
            if edit.put:
                followed.insert(place, edit.item_id)
            else:
                assert followed.pop(place) == edit.item_id
        lane.journal.clear()

        last_of_each = sorted(set(wanted), key=wanted[::-1].index, reverse=True)
        assert list(lane) == followed == last_of_each


def test_a_lane_that_is_replaced_touches_only_what_differs() -> None:
    lane = Lane()
    lane.replace(["a", "b", "c", "d"])
    lane.journal = []
    lane.replace(["a", "x", "d"])

    assert [(edit.put, edit.item_id) for edit in lane.journal] == [(False, "b"), (False, "c"), (True, "x")]
