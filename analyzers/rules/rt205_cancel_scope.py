"""RT205: a cancel without an id while several responses are in flight."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ResponseCancelSent
from rtlog.analyzers.reconciler.connection import ACTIVE_TOLD
from rtlog.analyzers.reconciler.life import Request, ResponseLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


class _Case(Struct, eq=False):
    request: Request
    responses: list[ResponseLife]
    awaited: list[Request]


class CancelScope(Rule):
    """`response.cancel` names no response while more than one is in flight."""

    code = "RT205"
    name = "cancel-scope"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = "`response.cancel` without `response_id` while more than one response is active or requested."
    why = "It cancels nothing, or the wrong one; the one that was meant goes on speaking."
    remedy = "Cancel by `response_id`, and keep the id of every response that is in flight."
    look_alikes = (
        "a cancel by id",
        "a cancel while exactly one response is in flight",
        "a cancel beside out-of-band responses that hits the one of the default conversation",
    )
    references = ("livekit/agents#5564", "livekit/agents#7255", "livekit/agents#6238")
    bad = (
        Example(
            "two responses are active",
            """
            0    < response r1
            10   > respond response.conversation=none
            50   < response r2
            90   > cancel
            """,
            "warning likely",
            (1, 3, 4),
        ),
        Example(
            "one is active, one is requested",
            """
            0    < response r1
            10   > respond
            50   > cancel
            """,
            "warning likely",
            (1, 2, 3),
        ),
    )
    good = (
        Example(
            "by id",
            """
            0    < response r1
            10   > respond
            50   > cancel r1
            """,
        ),
        Example(
            "a cancel beside an out-of-band response that hits the one of the default conversation",
            """
            0    > respond response.conversation=none
            30   < response r1
            40   < response r2
            50   > cancel
            60   < finished r2 cancelled client_cancelled
            """,
        ),
        Example(
            "exactly one",
            """
            0    < response r1
            50   > cancel
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []

    @on(ResponseCancelSent)
    def cancelled(self, change: ResponseCancelSent) -> None:
        """Keep what the cancel could have meant."""
        responses = [response for name in change.active if (response := change.conn.response(name))]
        awaited = [r for r in change.conn.requests.pending("response.create") if not r.out_of_band][:ACTIVE_TOLD]
        if change.request.response_id is None and len(responses) + len(awaited) > 1:
            self._cases.append(_Case(change.request, responses, awaited))

    def finish(self) -> None:
        """Report what hit nothing, or one of several that it could have meant."""
        for case in self._cases:
            own = [response for response in case.responses if not response.out_of_band]
            # Without an id a cancel means the default conversation: beside out-of-band responses it hit the right one.
            if len(own) + len(case.awaited) > 1 or case.request.outcome != "acknowledged":
                self._report(case)

    def _report(self, case: _Case) -> None:
        at, count = case.request.sent, len(case.responses) + len(case.awaited)
        several = f"{ACTIVE_TOLD} or more" if count >= ACTIVE_TOLD else f"{count}"
        self.report(
            f"response.cancel at {stamp(at)} names no response while {several} are in flight",
            at,
            (
                *(seen(response.created, f"{response.label} is active") for response in case.responses),
                *(seen(request.sent, "another is requested") for request in case.awaited),
                seen(at, "the client cancels without saying which"),
            ),
            certainty="likely",
            responses=tuple(response.id for response in case.responses),
            subject="response",
            prevented_by=("cancel by response_id",),
        )
