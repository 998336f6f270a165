"""RT211: a guardrail's verdict comes late and stops another response than the one it judged."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import ItemTruncateSent, LocalChanged, ResponseCancelSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Request, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen


class _Case(Struct, eq=False):
    connection: Connection
    tripped: Moment
    judged: str
    hit: ResponseLife
    act: Request


class GuardrailLateInterrupt(Rule):
    """A guardrail judged one response; the cancel that follows stops another."""

    code = "RT211"
    name = "guardrail-late-interrupt"
    severity = Severity.WARNING
    needs = frozenset({"time", "client", "local"})
    what = (
        "A guardrail runs beside the conversation. By the time it trips, the response it judged is over; the cancel "
        "that it triggers carries no id, or the wrong one, and stops the response that runs now."
    )
    why = "An innocent answer is cut off, and what should have been stopped was heard whole."
    remedy = "Cancel by the id of the judged response; where that one is over, truncate or correct it instead."
    look_alikes = ("the judged response is the one that runs", "a cancel that has nothing to do with the guardrail")
    references = ("openai/openai-agents-python#4135", "openai/openai-agents-python#1458")
    options = (Option("reaction-ms", 1_000, "a cancel this soon after the guardrail tripped is its doing"),)
    bad = (
        Example(
            "the next response is cancelled",
            """
            0    < response r1
            500  < finished r1 completed
            600  > respond
            700  < response r2
            800  L guardrail_tripped response_id=r1
            810  > cancel
            850  < finished r2 cancelled client_cancelled
            """,
            "warning proven",
            (4, 5, 6, 7),
        ),
        Example(
            "the next response is truncated",
            """
            0    < response r1
            500  < finished r1 completed
            600  > respond
            700  < response r2
            701  < output r2 m2 assistant
            702  < added m2 assistant
            710  < audio r2 m2 48000
            790  < finished r2 completed
            800  L guardrail_tripped response_id=r1
            810  > truncate m2 100
            850  < truncated m2
            """,
            "warning proven",
            (4, 9, 10, 11),
        ),
        Example(
            "cancelled by the wrong id, unanswered",
            """
            0    < response r1
            500  < finished r1 completed
            700  < response r2
            800  L guardrail_tripped response_id=r1
            810  > cancel r2
            """,
            "warning likely",
            (3, 4, 5),
        ),
    )
    good = (
        Example(
            "the judged response is the one that runs",
            """
            0    < response r1
            800  L guardrail_tripped response_id=r1
            810  > cancel
            850  < finished r1 cancelled client_cancelled
            """,
        ),
        Example(
            "a cancel that has nothing to do with the guardrail",
            """
            0    < response r1
            500  < finished r1 completed
            700  < response r2
            800  L guardrail_tripped response_id=r1
            5000 > cancel
            5050 < finished r2 cancelled client_cancelled
            """,
        ),
        Example(
            "the cancel names the judged response",
            """
            0    < response r1
            500  < finished r1 completed
            700  < response r2
            800  L guardrail_tripped response_id=r1
            810  > cancel r1
            """,
        ),
        Example(
            "nothing runs",
            """
            0    < response r1
            500  < finished r1 completed
            800  L guardrail_tripped response_id=r1
            810  > cancel
            """,
        ),
        Example(
            "the judged message is truncated",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            500  < finished r1 completed
            800  L guardrail_tripped response_id=r1
            810  > truncate m1 100
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no guardrail tripped."""
        self._tripped: dict[int, tuple[Moment, str]] = {}
        self._cases: list[_Case] = []

    @on(LocalChanged)
    def tripped(self, change: LocalChanged) -> None:
        """Keep what the guardrail judged."""
        if change.at.type == "local.guardrail_tripped" and change.response_id:
            self._tripped[change.conn.number] = (change.at, change.response_id)

    @on(ResponseCancelSent)
    def cancel_sent(self, change: ResponseCancelSent) -> None:
        """See whom the cancel hits."""
        named = change.request.response_id
        target = named or (change.active[0] if len(change.active) == 1 else None)
        self._hit(change.conn, change.request, target)

    @on(ItemTruncateSent)
    def truncate_sent(self, change: ItemTruncateSent) -> None:
        """See whose words are cut."""
        self._hit(change.conn, change.request, change.item.response_id if change.item else None)

    def _hit(self, connection: Connection, act: Request, target: str | None) -> None:
        tripped, judged = self._tripped.get(connection.number, (None, ""))
        response = connection.response(target)
        if tripped is None or response is None or response.id == judged:
            return
        if within(tripped, act.sent, self.number("reaction-ms")):
            del self._tripped[connection.number]
            self._cases.append(_Case(connection, tripped, judged, response, act))

    def finish(self) -> None:
        """Report whom the guardrails hit."""
        for case in self._cases:
            self._report(case)

    def _report(self, case: _Case) -> None:
        hit, act = case.hit, case.act
        judged = case.connection.response(case.judged)
        name = judged.label if judged else "an earlier response"
        self.report(
            f"the guardrail judged {name}, but {act.type} at {stamp(act.sent)} stopped {hit.label}",
            act.sent,
            (
                seen(hit.created, f"{hit.label} begins"),
                seen(case.tripped, f"the guardrail trips over {name}"),
                seen(act.sent, f"the client stops {hit.label}"),
                seen(act.answered, f"{hit.label} is stopped"),
            ),
            certainty="proven" if act.outcome == "acknowledged" else "likely",
            responses=(hit.id,),
            subject="response",
            prevented_by=("cancel by the id of the judged response",),
        )
