"""RT506: deletes are acknowledged without saying which."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import RequestAnswered
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Request
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


class _Case(Struct, eq=False):
    connection: Connection
    at: Moment
    pending: list[Request]


class IdlessAck(Rule):
    """`conversation.item.deleted` carries no item id while several deletes are waiting."""

    code = "RT506"
    name = "idless-ack"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    what = "The acknowledgement of a delete names no item, and more than one delete is unanswered."
    why = "Nobody can tell which item is gone: a client that guesses corrupts its mirror in both directions."
    remedy = "Delete one item at a time, or match the acknowledgements in order and reread the conversation."
    look_alikes = ("a single delete is waiting", "a provider that always does so (xAI): information")
    references = ("livekit/agents#6391", "livekit/agents#7122", "livekit/agents#5320")
    bad = (
        Example(
            "two deletes wait",
            """
            0    < added m1 user
            1    < added m2 user prev=m1
            10   > delete m1
            11   > delete m2
            50   < deleted item_id=""
            51   < deleted item_id=""
            """,
            "error proven",
            (3, 4, 5),
        ),
        Example(
            "a provider that always does so (xAI)",
            """
            bare
            0    < session session.model=grok-voice-latest
            1    < added m1 user
            2    < added m2 user prev=m1
            10   > delete m1
            11   > delete m2
            50   < deleted item_id=""
            51   < deleted item_id=""
            """,
            "info proven",
            (5, 6, 7),
        ),
    )
    good = (
        Example(
            "a single delete is waiting",
            """
            0    < added m1 user
            1    < added m2 user prev=m1
            10   > delete m1
            50   < deleted item_id=""
            60   > delete m2
            90   < deleted item_id=""
            """,
        ),
        Example(
            "each acknowledgement says which",
            """
            0    < added m1 user
            1    < added m2 user prev=m1
            10   > delete m1
            11   > delete m2
            50   < deleted m2
            51   < deleted m1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []
        self._guessing: dict[int, int] = {}
        """By connection: how many acknowledgements of the current run are still to come."""

    @on(RequestAnswered)
    def answered(self, change: RequestAnswered) -> None:
        """An acknowledgement that was matched in order may have meant any of those that wait."""
        request, number = change.request, change.conn.number
        if request.type != "conversation.item.delete" or request.answered_by_id:
            return
        waiting = [request, *change.conn.requests.pending(request.type)]
        if self._guessing.get(number, 0) <= 0 and len(waiting) > 1:
            self._cases.append(_Case(change.conn, change.at, waiting))
            self._guessing[number] = len(waiting)
        self._guessing[number] = self._guessing.get(number, 0) - 1

    def finish(self) -> None:
        """Report each run of acknowledgements once."""
        for case in self._cases:
            self._report(case)

    def _report(self, case: _Case) -> None:
        named = [request.item_id for request in case.pending if request.item_id]
        names = ", ".join(case.connection.labels.of(item_id) for item_id in named)
        self.report(
            f"conversation.item.deleted at {stamp(case.at)} names no item while {len(case.pending)} deletes waited: "
            f"{names}",
            case.at,
            (
                *(seen(request.sent, "a delete that waits") for request in case.pending),
                seen(case.at, "acknowledged, without saying which"),
            ),
            certainty="proven",
            severity=Severity.INFO if case.connection.dialect.idless_deletes else Severity.ERROR,
            items=tuple(named),
            subject="delete",
            prevented_by=("delete one item at a time where acknowledgements carry no id",),
        )
