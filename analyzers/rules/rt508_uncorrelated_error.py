"""RT508: an error that nothing ties to what caused it."""

from collections import OrderedDict

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import ErrorReceived, RequestSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.requests import CODE_REJECTS
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors

SHOWN = 5
REMEMBERED = 1024
HARMLESS = frozenset({errors.CANCEL_NOT_ACTIVE, errors.COMMIT_EMPTY})
"""Errors that change nothing, whoever caused them."""
FATAL = frozenset(
    {
        errors.SESSION_EXPIRED,
        errors.BETA_DISABLED,
        "invalid_api_key",
        "insufficient_quota",
        "missing_model",
        "invalid_model",
        "server_error",
    }
)
"""Errors that are about the session or the server, not about an event."""


class _Case(Struct, eq=False):
    connection: Connection
    error: Moment
    code: str
    candidates: list[Moment]


class UncorrelatedError(Rule):
    """An error names no client event while several could have caused it, or client event ids repeat."""

    code = "RT508"
    name = "uncorrelated-error"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "The `error` carries no event_id, because the client sent none or the provider dropped it, and at least two "
        "requests were unanswered; or the client used one event_id for two events."
    )
    why = "Nobody can say what failed: a waiter times out, or the wrong one is told."
    remedy = "Give every client event an event_id of its own, and settle the waiter that `error.event_id` names."
    look_alikes = (
        "one request alone can be meant",
        "the error's text names the item",
        "an error about the session or the server",
        "a harmless one: a cancel or a commit that found nothing",
    )
    references = ("openai/openai-agents-js#1687",)
    bad = (
        Example(
            "two creates wait",
            """
            0    > create s1 system text=one
            1    > create s2 system text=two
            40   < error invalid_value
            """,
            "warning likely",
            (1, 2, 3),
        ),
        Example(
            "one event_id for two events",
            """
            0    > create s1 system text=one event_id=e1
            1    > create s2 system text=two event_id=e1
            40   < added s1 system
            41   < added s2 system
            """,
            "warning proven",
            (1, 2),
        ),
    )
    good = (
        Example(
            "one request alone can be meant",
            """
            0    > create s1 system text=one
            40   < error invalid_value
            """,
        ),
        Example(
            "one of its kind can be meant",
            """
            0    > create s1 system text=one
            1    > delete m1
            40   < error item_delete_invalid_item_id
            """,
        ),
        Example(
            "the error's text names the item",
            """
            0    > create s1 system text=one
            1    > create s2 system text=two
            40   < error error.message="Error adding item: an item with id 's2' already exists."
            """,
        ),
        Example(
            "an error about the session or the server",
            """
            0    > create s1 system text=one
            1    > create s2 system text=two
            40   < error session_expired
            """,
        ),
        Example(
            "a harmless one: a cancel or a commit that found nothing",
            """
            0    > cancel
            1    > cancel
            40   < error response_cancel_not_active
            """,
        ),
        Example(
            "the error says which",
            """
            0    > create s1 system text=one event_id=e1
            1    > create s2 system text=two event_id=e2
            40   < error invalid_value e2
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no id used."""
        self._used: dict[int, OrderedDict[str, Moment]] = {}
        self._twice: dict[int, tuple[Moment, Moment, int]] = {}
        self._cases: list[_Case] = []

    @on(RequestSent)
    def sent(self, change: RequestSent) -> None:
        """Look for an id that was used before."""
        event_id, number = change.request.event_id, change.conn.number
        if not event_id:
            return
        used = self._used.setdefault(number, OrderedDict())
        first = used.setdefault(event_id, change.at)
        if first is not change.at:
            before = self._twice.get(number)
            self._twice[number] = (before[0], before[1], before[2] + 1) if before else (first, change.at, 1)
        if len(used) > REMEMBERED:
            used.popitem(last=False)

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """Count what the error could be about."""
        if change.request is not None or change.event_id or change.code in HARMLESS | FATAL:
            return
        kind = CODE_REJECTS.get(change.code)
        waiting = [r.sent for r in change.conn.requests.all_pending() if kind in {None, r.type}]
        if len(waiting) > 1:
            self._cases.append(_Case(change.conn, change.at, change.code, waiting))

    def finish(self) -> None:
        """Report the errors, and once a connection the ids that repeat."""
        for case in self._cases:
            self._report(case)
        for first, second, count in self._twice.values():
            self._report_ids(first, second, count)

    def _report(self, case: _Case) -> None:
        shown = case.candidates[-SHOWN:]
        self.report(
            f"the error at {stamp(case.error)} ({case.code or 'no code'}) names no event; {len(case.candidates)} "
            f"unanswered requests could have caused it",
            case.error,
            (*(seen(at, f"an unanswered {at.type}") for at in shown), seen(case.error, "which of them is not said")),
            certainty="likely",
            subject="error",
            prevented_by=("give every client event an event_id of its own",),
        )

    def _report_ids(self, first: Moment, second: Moment, count: int) -> None:
        self.report(
            f"the client used one event_id for two events, at {stamp(first)} and at {stamp(second)}"
            + (f", and {count - 1} times more" if count > 1 else ""),
            second,
            (seen(first, "an event_id"), seen(second, "the same event_id again")),
            certainty="proven",
            subject="event_id",
            prevented_by=("give every client event an event_id of its own",),
        )
