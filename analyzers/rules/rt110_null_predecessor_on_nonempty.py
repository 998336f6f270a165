"""RT110: an item is added without a predecessor although the conversation is not empty."""

from collections.abc import Iterable

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import ItemAdded
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen

SHOWN = 5


class NullPredecessorOnNonempty(Rule):
    """`conversation.item.added` says `previous_item_id: null` though the conversation holds items."""

    code = "RT110"
    name = "null-predecessor-on-nonempty"
    severity = Severity.WARNING
    leads_to = ("RT104",)
    what = (
        "Null names the head of the conversation, yet the item was not created there. A server that names predecessors "
        "leaves them out at times, and a strict client puts the item at the head of its mirror."
    )
    why = "The mirror's order is inverted; the next sync deletes and re-creates items to repair it."
    remedy = "Take a null predecessor for the tail unless the conversation is empty or the head was asked for."
    look_alikes = (
        "an item that the client creates at the root",
        "a provider that never names predecessors (xAI): information",
        "an event that leaves the field out",
        "the first item of an empty conversation",
    )
    references = ("livekit/agents#5320",)
    bad = (
        Example(
            "a server that names predecessors leaves one out",
            """
            0    < added m1 user prev=null
            10   < added m2 assistant prev=m1
            20   < added m3 user prev=null
            """,
            "warning likely",
            (3,),
        ),
        Example(
            "a server that never names any",
            """
            0    < added m1 user prev=null
            10   < added m2 assistant prev=null
            20   < added m3 user prev=null
            """,
            "info likely",
            (2, 3),
        ),
        Example(
            "xAI: normal",
            """
            bare
            0    < session session.model=grok-voice-latest
            1    < added m1 user prev=null
            10   < added m2 assistant prev=m1
            20   < added m3 call call_id=c1 prev=null
            """,
            "info likely",
            (5,),
        ),
    )
    good = (
        Example(
            "an item that the client creates at the root",
            """
            0    < added m1 user prev=null
            5    < added m2 user prev=m1
            10   > create s1 system prev=root text=note
            20   < added s1 system prev=null
            """,
        ),
        Example(
            "an event that leaves the field out",
            """
            0    < added m1 user prev=null
            5    < added m2 user prev=m1
            10   < added m3 user
            """,
        ),
        Example(
            "the first item of an empty conversation",
            """
            0    < added m1 user prev=null
            5    > delete m1
            9    < deleted m1
            10   < added m2 user prev=null
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._unanchored: dict[int, list[tuple[ItemLife, Moment]]] = {}
        self._counts: dict[int, int] = {}

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """Count the items that were put at no known place."""
        if not change.unanchored:
            return
        number = change.conn.number
        self._counts[number] = self._counts.get(number, 0) + 1
        kept = self._unanchored.setdefault(number, [])
        if len(kept) < SHOWN:
            kept.append((change.item, change.at))

    def finish(self) -> None:
        """Report once a connection: it is the server's habit, not the item's."""
        for connection in self.engine.connections():
            if connection.number in self._counts:
                self._report(connection, self._unanchored[connection.number])

    def _report(self, connection: Connection, cases: Iterable[tuple[ItemLife, Moment]]) -> None:
        shown, count = list(cases), self._counts[connection.number]
        usual = connection.dialect.null_anchors or not connection.names_anchors
        names = ", ".join(item.label for item, _ in shown) + (", …" if count > len(shown) else "")
        habit = "this server does so as a rule" if usual else "this server names predecessors otherwise"
        self.report(
            f"{names}: added with previous_item_id null at {stamp(shown[0][1])} though the conversation was not empty; "
            f"{habit}",
            shown[0][1],
            [seen(at, f"{item.label} is added at no named place") for item, at in shown],
            certainty="likely",
            severity=Severity.INFO if usual else Severity.WARNING,
            items=tuple(item.id for item, _ in shown),
            subject="server",
            prevented_by=("take a null predecessor for the tail of a conversation that is not empty",),
        )
