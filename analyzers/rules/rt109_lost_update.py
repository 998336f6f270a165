"""RT109: a context push from a stale copy deletes what landed since the copy was taken."""

from collections.abc import Iterator

from msgspec import Struct

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.interruption import deleted_on_interruption
from rtlog.analyzers.moment import elapsed, within
from rtlog.analyzers.reconciler.changes import ItemDeleteSent, LocalChanged
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.lane import Lane
from rtlog.analyzers.reconciler.life import ItemLife, Push, Request
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen


class _Case(Struct, eq=False):
    item: ItemLife
    request: Request
    push: Push


class LostUpdate(Rule):
    """A context push from a stale copy deletes what the application had taken since."""

    code = "RT109"
    name = "lost-update"
    severity = Severity.ERROR
    needs = frozenset({"time", "client", "local"})
    leads_to = ("RT102", "RT104", "RT106", "RT113", "RT404", "RT408")
    what = (
        "The application copies its context, awaits something, and pushes the copy. What landed in between (a user "
        "turn, another push) is missing from the copy, so the push takes it out of both contexts."
    )
    why = "The newest turn disappears from the conversation, and nobody decided that it should."
    remedy = "Take the copy and push it under one lock, and wait for the answers inside it."
    look_alikes = (
        "history trimmed from its old end",
        "an item that the application removed itself",
        "a message deleted because it was interrupted",
        "a recording that starts in the middle: what is newest is not known",
    )
    references = ("livekit/agents#2454", "livekit/agents#5021", "livekit/agents-js#1844")
    options = (
        Option("landed-ms", 5_000, "what the application took this long before the push can be missing from a copy"),
        Option("interruption-ms", 2_000, "a message deleted this soon after an interruption is deleted on purpose"),
    )
    bad = (
        Example(
            "a user turn landed between copy and push",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            900  < added m2 user prev=m1
            950  < transcribed m2 "and two"
            951  L item_committed m2 role=user
            1000 L ctx_push_begin push_id=p1 source=local items=["m1"]
            1001 > delete m2
            1040 < deleted m2
            """,
            "error likely",
            (5, 6, 7, 8),
        ),
        Example(
            "another push landed between copy and push",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            900  L ctx_push_begin push_id=p1 source=local items=["m1","s1"]
            901  > create s1 system text=note
            940  < added s1 system prev=m1
            941  L ctx_push_end push_id=p1
            1000 L ctx_push_begin push_id=p2 source=local items=["m1"]
            1001 > delete s1
            1040 < deleted s1
            """,
            "error likely",
            (4, 7, 8, 9),
        ),
    )
    good = (
        Example(
            "history trimmed from its old end",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            900  < added m2 user prev=m1
            951  L item_committed m2 role=user
            1000 L ctx_push_begin push_id=p1 source=local items=["m2"]
            1001 > delete m1
            1040 < deleted m1
            """,
        ),
        Example(
            "an item that the application removed itself",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            900  < added m2 user prev=m1
            951  L item_committed m2 role=user
            990  L item_removed m2
            1000 L ctx_push_begin push_id=p1 source=local items=["m1"]
            1001 > delete m2
            1040 < deleted m2
            """,
        ),
        Example(
            "a message deleted because it was interrupted",
            """
            0    < added u1 user text=one
            1    L item_committed u1 role=user
            100  < response r1
            110  < output r1 m1 assistant
            111  < added m1 assistant prev=u1
            120  L item_committed m1 role=assistant
            900  < speech_started u2
            910  < finished r1 cancelled turn_detected
            1000 L ctx_push_begin push_id=p1 source=local items=["u1"]
            1001 > delete m1
            1040 < deleted m1
            """,
        ),
        Example(
            "a recording that starts in the middle: what is newest is not known",
            """
            bare
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            900  < added m2 user prev=m1
            951  L item_committed m2 role=user
            1000 L ctx_push_begin push_id=p1 source=local items=["m1"]
            1001 > delete m2
            1040 < deleted m2
            """,
        ),
        Example(
            "taken long before the push",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            900  < added m2 user prev=m1
            951  L item_committed m2 role=user
            9000 L ctx_push_begin push_id=p1 source=local items=["m1"]
            9001 > delete m2
            9040 < deleted m2
            """,
        ),
        Example(
            "the server refuses the delete",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            900  < added m2 user prev=m1
            951  L item_committed m2 role=user
            1000 L ctx_push_begin push_id=p1 source=local items=["m1"]
            1001 > delete m2 event_id=e1
            1040 < error item_delete_invalid_item_id e1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []
        self._removed: set[tuple[int, str]] = set()
        self._behind = _Behind()

    @on(LocalChanged)
    def removed(self, change: LocalChanged) -> None:
        """What the application removed itself is no loss."""
        if change.at.type == "local.item_removed" and change.item is not None:
            self._removed.add((change.conn.number, change.item.id))

    @on(ItemDeleteSent)
    def delete_sent(self, change: ItemDeleteSent) -> None:
        """Open a case when the push lacks what had just landed behind all that it keeps."""
        item, push = change.item, change.request.push
        if push is None or push.source != "local":
            return
        removed = (item.conn, item.id) in self._removed
        self._removed.discard((item.conn, item.id))
        # Of a recording that starts in the middle nobody knows what stands where.
        seen_whole = change.conn.saw_session_created
        landed = seen_whole and within(item.local_taken, push.began, self.number("landed-ms"))
        if landed and not removed and item.id in self._behind.of(change.conn, push):
            item_deleted = _Case(item, change.request, push)
            self._cases.append(item_deleted)

    def finish(self) -> None:
        """Report what no refusal has cleared."""
        for case in self._cases:
            connection = next(c for c in self.engine.connections() if c.number == case.item.conn)
            on_purpose = deleted_on_interruption(connection, case.item, self.number("interruption-ms"))
            if case.request.outcome != "rejected" and not on_purpose:
                self._report(case)

    def _report(self, case: _Case) -> None:
        item, request, push = case.item, case.request, case.push
        self.report(
            f"{item.label} was deleted at {stamp(request.sent)} by a push from a stale copy: the application had taken "
            f"it at {stamp(item.local_taken)}, {ms(elapsed(item.local_taken, push.began))} before the push began",
            request.sent,
            (
                seen(item.local_taken, f"the application holds {item.label}"),
                seen(push.began, f"a push begins that lacks {item.label}"),
                seen(request.sent, f"the client deletes {item.label}"),
                seen(request.answered, f"{item.label} is gone"),
            ),
            certainty="likely",
            about=item,
            prevented_by=self.prevention("take the copy and push it in one step"),
        )


class _Behind:
    """What stands behind all that a push keeps: looked up once for all its deletes, until the lanes change."""

    def __init__(self) -> None:
        self._push: Push | None = None
        self._version = 0
        self._items: frozenset[str] = frozenset()

    def of(self, connection: Connection, push: Push) -> frozenset[str]:
        """Give the items behind the last one that *push* keeps; none where it keeps nothing, or something unknown."""
        if push is not self._push or connection.lanes.version != self._version:
            self._push, self._version = push, connection.lanes.version
            self._items = frozenset(_tail_behind(connection.lanes.server, push.listed))
        return self._items


def _tail_behind(lane: Lane, kept: frozenset[str]) -> Iterator[str]:
    if not kept or not all(item_id in lane for item_id in kept):
        return
    item_id = lane.tail
    while item_id is not None and item_id not in kept:
        yield item_id
        item_id = lane.before(item_id)
