"""RT112: an event speaks of an item that nothing has announced."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import ItemAdded, StrayItemEvent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen


class EventForUnknownItem(Rule):
    """An output or a transcript comes for an item that the conversation does not know."""

    code = "RT112"
    name = "event-for-unknown-item"
    severity = Severity.WARNING
    what = (
        "`response.output_item.done`, a delta or a transcript names an item that no event has announced, and that is "
        "not added right after: its `added` was lost, or the server sends events in another order."
    )
    why = "Strict clients throw on it or drop it, and the item's words are missing from their history."
    remedy = "Accept events for unknown items and reconcile when the item is added."
    look_alikes = (
        "response.output_item.added before conversation.item.added: the normal order",
        "late events of an item that the client itself deleted",
        "an out-of-band response: its items never enter the conversation",
        "added right after the event",
        "a recording that starts in the middle of a session",
    )
    references = ("openai/openai-realtime-api-beta#110", "openai/openai-agents-js#1341", "openai/openai-agents-js#1571")
    options = (Option("grace-ms", 500, "an item added this soon after was only announced late"),)
    bad = (
        Example(
            "a finished output",
            """
            0    < response r1
            10   < output_done r1 m1 assistant
            900  < finished r1 completed
            """,
            "warning proven",
            (2,),
        ),
        Example(
            "a transcript, and the item comes much later",
            """
            0    < transcribed u1 hello
            900  < added u1 user
            """,
            "warning proven",
            (1, 2),
        ),
        Example(
            "words",
            """
            0    < response r1
            10   < words r1 m1
            """,
            "warning proven",
            (2,),
        ),
        Example(
            "sound",
            """
            0    < response r1
            10   < audio r1 m1 4800
            """,
            "warning proven",
            (2,),
        ),
    )
    good = (
        Example(
            "response.output_item.added before conversation.item.added: the normal order",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < words r1 m1
            12   < added m1 assistant
            20   < output_done r1 m1 assistant
            """,
        ),
        Example(
            "late events of an item that the client itself deleted",
            """
            0    < added u1 user
            10   > delete u1
            20   < deleted u1
            30   < transcribed u1 hello
            """,
        ),
        Example(
            "an out-of-band response: its items never enter the conversation",
            """
            0    > respond response.conversation=none
            5    < response r1
            10   < output r1 m1 assistant
            12   < words r1 m1
            20   < output_done r1 m1 assistant
            """,
        ),
        Example(
            "added right after the event",
            """
            0    < transcribed u1 hello
            90   < added u1 user
            """,
        ),
        Example(
            "a recording that starts in the middle of a session",
            """
            bare
            0    < transcribed u1 hello
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: dict[tuple[int, str], tuple[Connection, Moment]] = {}
        self._added: dict[tuple[int, str], Moment] = {}

    @on(StrayItemEvent)
    def stray(self, change: StrayItemEvent) -> None:
        """Keep the event until it is known whether the item comes."""
        self._cases[change.conn.number, change.item_id] = (change.conn, change.at)

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """An item that is added soon was only announced late."""
        key = (change.conn.number, change.item.id)
        case = self._cases.get(key)
        if case is None:
            return
        if change.at.t is None or within(case[1], change.at, self.number("grace-ms")):
            del self._cases[key]
        else:
            self._added[key] = change.at

    def finish(self) -> None:
        """Report the events whose items never came, or came late."""
        for (number, item_id), (connection, at) in self._cases.items():
            if not connection.buried_dropped:
                self._report(connection, item_id, at, self._added.get((number, item_id)))

    def _report(self, connection: Connection, item_id: str, at: Moment, added: Moment | None) -> None:
        item = connection.item(item_id)
        name = item.label if item is not None and item.label else "an item"
        self.report(
            f"{at.type} at {stamp(at)} names {name} that nothing had announced; "
            + (f"it was added only at {stamp(added)}" if added else "it was never added"),
            at,
            (seen(at, "an event of an unknown item"), seen(added, "the item is added")),
            certainty="likely" if self.engine.coverage.lossy else "proven",
            items=(item_id,),
            subject="unknown item",
            prevented_by=("accept events for unknown items and reconcile when the item is added",),
        )
