"""RT105: an interrupted message is deleted on the server but kept, and re-created, by the client."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.interruption import deleted_on_interruption
from rtlog.analyzers.moment import Moment, elapsed
from rtlog.analyzers.reconciler.changes import ItemCreateSent, LocalChanged
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.reconciler.states import ItemState
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen


class _Case(Struct, eq=False):
    connection: Connection
    item: ItemLife
    committed: Moment | None = None
    created: Request | None = None


class DeleteThenLocalInsert(Rule):
    """A barge-in deletes the message remotely; its text is committed locally, and the next sync brings it back."""

    code = "RT105"
    name = "delete-then-local-insert"
    severity = Severity.ERROR
    needs = frozenset({"client", "time"})
    leads_to = ("RT113",)
    what = (
        "On a barge-in at 0 ms the client deletes the message on the server but commits it locally; the next "
        "sync creates it again."
    )
    why = "The model is told that it said something which nobody heard."
    remedy = "Truncate first and commit only what was heard; when nothing was heard, commit nothing."
    look_alikes = (
        "a function call or a user item",
        "a message deleted on an interruption and left deleted",
        "a message deleted without an interruption (RT104)",
    )
    references = ("livekit/agents-js#1903", "livekit/agents#6158")
    options = (Option("interruption-ms", 2_000, "a delete this soon after an interruption is the interruption's"),)
    bad = (
        Example(
            "deleted on the barge-in, created by the next sync",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            20   < audio r1 m1 48000
            300  < speech_started u1
            310  < finished r1 cancelled turn_detected
            350  > delete m1
            400  < deleted m1
            1400 > create m1 assistant text=hello
            1450 < added m1 assistant
            """,
            "error proven",
            (5, 7, 8, 9, 10),
        ),
        Example(
            "committed locally after the delete",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            20   < audio r1 m1 48000
            300  < speech_started u1
            350  > delete m1
            400  < deleted m1
            410  L item_committed m1 role=assistant empty=false interrupted=true
            """,
            "error proven",
            (5, 6, 7, 8),
        ),
    )
    good = (
        Example(
            "deleted on the interruption and left deleted",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            300  < speech_started u1
            350  > delete m1
            400  < deleted m1
            """,
        ),
        Example(
            "a function call",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1
            11   < added fc1 call call_id=c1
            300  < speech_started u1
            350  > delete fc1
            400  < deleted fc1
            1400 > create fc1 call call_id=c1
            1450 < added fc1 call call_id=c1
            """,
        ),
        Example(
            "no interruption before the delete",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            20   < finished r1 completed
            9350 > delete m1
            9400 < deleted m1
            9500 > create m1 assistant text=hello
            9550 < added m1 assistant
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: dict[tuple[int, str], _Case] = {}

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """The next sync brings it back."""
        case = self._case(change.conn, change.item) if change.was_gone else None
        if case is not None and case.created is None:
            case.created = change.request

    @on(LocalChanged)
    def local_changed(self, change: LocalChanged) -> None:
        """The application keeps what the server was told to forget."""
        item = change.item
        if change.at.type != "local.item_committed" or item is None:
            return
        if item.state in {ItemState.GONE, ItemState.DELETING}:
            case = self._case(change.conn, item)
            if case is not None and case.committed is None:
                case.committed = change.at

    def _case(self, connection: Connection, item: ItemLife) -> _Case | None:
        if not deleted_on_interruption(connection, item, self.number("interruption-ms")):
            return None
        return self._cases.setdefault((connection.number, item.id), _Case(connection, item))

    def finish(self) -> None:
        """Report every message that came back, or is bound to."""
        for case in self._cases.values():
            self._report(case)

    def _report(self, case: _Case) -> None:
        item, created = case.item, case.created
        response = case.connection.response_of(item)
        if item.delete is None or response is None:
            return
        kept = f", committed locally at {stamp(case.committed)}" if case.committed else ""
        back = f", re-created at {stamp(created.sent)}" if created else ""
        gap = elapsed(response.interrupted, item.delete.sent)
        after = f" {gap / 1e6:.0f} ms after the interruption" if gap is not None else ""
        self.report(
            f"{item.label} was deleted at {stamp(item.delete.sent)}{after}{kept}{back}",
            item.delete.sent,
            (
                seen(response.interrupted, f"{response.label} is interrupted"),
                seen(item.delete.sent, f"the client deletes {item.label}"),
                seen(item.deleted, f"{item.label} is gone"),
                seen(case.committed, f"the application commits {item.label} to its own context"),
                seen(created.sent if created else None, f"the client creates {item.label} again"),
                seen(created.answered if created else None, "the server answers"),
            ),
            certainty="proven",
            about=item,
            responses=(response.id,),
            prevented_by=("truncate first, then commit only what was heard (livekit/agents#6158)",),
        )
