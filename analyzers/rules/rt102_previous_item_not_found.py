"""RT102: the server places an item behind one that is not in the conversation."""

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, ms, stamp
from rtlog.analyzers.moment import Moment, elapsed, within
from rtlog.analyzers.reconciler.changes import AnchorFault, ItemAdded
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, Snapshot, on, seen

UNTIMED_GRACE_RECORDS = 3


class _Case(Struct, eq=False):
    item: ItemLife
    added: Moment
    anchor_id: str
    anchor: ItemLife | None
    fault: AnchorFault
    connection: Connection
    deleted: Moment | None
    lost: dict[str, None]
    """What a strict mirror loses, in order."""
    after: Snapshot
    kept: bool
    """The named client's mirror holds the item all the same."""


class PreviousItemNotFound(Rule):
    """`conversation.item.added` names a `previous_item_id` that the conversation does not hold."""

    code = "RT102"
    name = "previous-item-not-found"
    severity = Severity.ERROR
    leads_to = ("RT104", "RT113")
    what = (
        "The server announces an item behind a predecessor that is not in the conversation: deleted earlier, rejected, "
        "never seen, or of an older connection. A response and a turn fix their predecessor when they start."
    )
    why = (
        "A strict client drops the item ('previous_item_id not found') with all that chains off it; its next sync "
        "re-creates what it lacks, so the conversation gets duplicates."
    )
    remedy = "Put an item with an unknown predecessor at the tail of the mirror, or behind the deleted item's own one."
    look_alikes = (
        "the predecessor is announced within 50 ms: the recorder's threads swapped two records",
        "the predecessor belongs to an out-of-band response",
        "a null predecessor",
        "a recording that starts mid-session: the predecessor may be older than it",
    )
    references = ("livekit/agents#5021", "livekit/agents#6964", "livekit/agents#6392", "livekit/agents#6391")
    options = (Option("grace-ms", 50, "a predecessor announced this soon after was only swapped by the recorder"),)
    bad = (
        Example(
            "the predecessor was deleted before the item came",
            """
            0    < added m1 assistant
            10   > delete m1
            20   < deleted m1
            416  < added u1 user prev=m1
            430  < added m2 assistant prev=u1
            """,
            "error proven",
            (1, 3, 4),
        ),
        Example(
            "the acknowledgement of the delete carried no id",
            """
            0    < added m1 assistant
            10   > delete m1
            20   < deleted ""
            416  < added u1 user prev=m1
            """,
            "error likely",
            (1, 3, 4),
        ),
        Example(
            "the predecessor was never announced",
            """
            0    < added m1 assistant
            416  < added u1 user prev=ghost
            """,
            "error proven",
            (2,),
        ),
        Example(
            "the predecessor was rejected",
            """
            0    > create s1 system event_id=e1 prev=nowhere
            9    < error item_create_invalid_previous_item_id e1
            416  < added u1 user prev=s1
            """,
            "error proven",
            (2, 3),
        ),
        Example(
            "the predecessor belongs to an older connection",
            """
            0    < added m1 assistant
            10   close by=server
            20   < session conn=2
            416  < added u1 user prev=m1 conn=2
            """,
            "error proven",
            (4,),
        ),
        Example(
            "the named client puts such an item at its mirror's tail: nothing is lost",
            """
            0    < added m1 assistant
            10   > delete m1
            20   < deleted m1
            416  < added u1 user prev=m1
            430  < added m2 assistant prev=u1
            """,
            "info proven",
            (1, 3, 4),
            client="livekit-agents@1.7.1",
        ),
    )
    good = (
        Example(
            "two records swapped by the recorder",
            """
            0    < added u1 user prev=m1
            40   < added m1 assistant
            """,
        ),
        Example(
            "a predecessor of an out-of-band response",
            """
            0    > respond response.conversation=none
            5    < response r1
            10   < output r1 x1 assistant
            400  < added u1 user prev=x1
            """,
        ),
        Example(
            "a null predecessor",
            """
            0    < added m1 assistant
            400  < added u1 user prev=null
            """,
        ),
        Example(
            "no predecessor, as xAI spells it",
            """
            0    < added m1 assistant prev="0"
            400  < added u1 user prev=""
            """,
        ),
        Example(
            "the recording starts mid-session",
            """
            bare
            0    < added u1 user prev=m1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []
        self._losing: dict[tuple[int, str], _Case] = {}

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """Open a case for the first item of a lost chain, count every further one into it."""
        if change.fault is not None and change.anchor is not None and not self._excused(change, change.anchor):
            self._open(change, change.anchor, change.fault)
        elif not change.mirror_kept and change.item.id in change.conn.lanes.lost:
            first = change.conn.lanes.lost[change.item.id]
            case = self._losing.get((change.conn.number, first))
            if case is not None:
                case.lost[change.item.id] = None

    def _open(self, change: ItemAdded, anchor_id: str, fault: AnchorFault) -> None:
        anchor = change.conn.item(anchor_id)
        deleted = anchor.deleted if anchor else None
        case = _Case(
            change.item,
            change.at,
            anchor_id,
            anchor,
            fault,
            change.conn,
            deleted,
            {change.item.id: None},
            change.conn.lanes.around(change.item.id, None),
            change.mirror_kept,
        )
        self._cases.append(case)
        self._losing[change.conn.number, change.item.id] = case

    def _excused(self, change: ItemAdded, anchor_id: str) -> bool:
        anchor = change.conn.item(anchor_id)
        response = change.conn.response_of(anchor) if anchor else None
        if response is not None and response.out_of_band:
            return True
        return change.fault == "never seen" and not change.conn.saw_session_created

    def finish(self) -> None:
        """Report every case whose predecessor did not come after all."""
        for case in self._cases:
            if not self._came_late(case):
                self._report(case)

    def _came_late(self, case: _Case) -> bool:
        anchor = case.connection.item(case.anchor_id)
        if case.fault != "never seen" or anchor is None or anchor.added is None:
            return False
        if case.added.t is None:
            return 0 < anchor.added.seq - case.added.seq <= UNTIMED_GRACE_RECORDS
        return within(case.added, anchor.added, self.number("grace-ms"))

    def _report(self, case: _Case) -> None:
        labels, anchor = case.connection.labels, case.anchor
        named = labels.of(case.anchor_id)
        self.report(
            f"previous_item_id not found: the server put {case.item.label} behind {named}, {_why(case)}; "
            f"{_effect(case)}",
            case.added,
            (
                seen(anchor.added, f"{named} was in the conversation") if anchor and case.deleted else None,
                seen(case.deleted, f"{named} left the conversation"),
                seen(_rejected(anchor), f"{named} was refused") if case.fault == "rejected" else None,
                seen(case.added, f"{case.item.label} names {named} as its predecessor"),
            ),
            certainty=self._certainty(case),
            severity=Severity.INFO if case.kept else Severity.ERROR,
            about=case.item,
            items=(*case.lost, case.anchor_id),
            prevented_by=self.prevention("relink to the deleted item's predecessor"),
            after=case.after,
        )

    def _certainty(self, case: _Case) -> Certainty:
        if case.fault == "deleted":
            by_id = case.anchor is not None and case.anchor.delete_ack_by_id
            return "proven" if by_id else "likely"
        return "likely" if self.engine.coverage.lossy else "proven"


def _rejected(anchor: ItemLife | None) -> Moment | None:
    return anchor.create.answered if anchor is not None and anchor.create is not None else None


def _effect(case: _Case) -> str:
    profile, lost = case.connection.profile, len(case.lost)
    who = "a strict client" if profile is None else profile.name
    if case.kept:
        return f"{who} puts it at the tail of its mirror and loses nothing"
    return f"{who} loses {lost} item{'s' if lost > 1 else ''}"


def _why(case: _Case) -> str:
    if case.fault == "deleted":
        gap = elapsed(case.deleted, case.added)
        return f"deleted {ms(gap)} before, at {stamp(case.deleted)}" if gap is not None else "deleted before"
    return {
        "rejected": "which the server had refused",
        "never seen": "which no event ever announced",
        "older connection": "which belongs to an older connection",
    }[case.fault]
