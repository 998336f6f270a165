"""RT205: a cancel without an id while several responses are in flight."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ResponseCancelSent
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


class CancelScope(Rule):
    """`response.cancel` names no response while more than one is in flight."""

    code = "RT205"
    name = "cancel-scope"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = "`response.cancel` without `response_id` while more than one response is active or requested."
    why = "It cancels nothing, or the wrong one; the one that was meant goes on speaking."
    remedy = "Cancel by `response_id`, and keep the id of every response that is in flight."
    look_alikes = ("a cancel by id", "a cancel while exactly one response is in flight")
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
            "exactly one",
            """
            0    < response r1
            50   > cancel
            """,
        ),
    )

    @on(ResponseCancelSent)
    def cancelled(self, change: ResponseCancelSent) -> None:
        """Count what the cancel could have meant."""
        in_flight = len(change.active) + change.awaited
        if change.request.response_id is not None or in_flight <= 1:
            return
        responses = [response for name in change.active if (response := change.conn.response(name))]
        awaited = [r for r in change.conn.requests.pending("response.create") if not r.out_of_band]
        self.report(
            f"response.cancel at {stamp(change.at)} names no response while {in_flight} are in flight",
            change.at,
            (
                *(seen(response.created, f"{response.label} is active") for response in responses),
                *(seen(request.sent, "another is requested") for request in awaited),
                seen(change.at, "the client cancels without saying which"),
            ),
            certainty="likely",
            responses=change.active,
            subject="response",
            prevented_by=("cancel by response_id",),
        )
