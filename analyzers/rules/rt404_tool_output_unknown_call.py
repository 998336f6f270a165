"""RT404: a tool output arrives for a call that the conversation does not hold."""

from msgspec import Struct

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.moment import elapsed
from rtlog.analyzers.reconciler.changes import ToolOutputSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class _Case(Struct, eq=False):
    connection: Connection
    request: Request
    output: ItemLife
    call: ItemLife | None
    call_live: bool


class ToolOutputUnknownCall(Rule):
    """A `function_call_output` names a call_id whose function_call is not in the conversation."""

    code = "RT404"
    name = "tool-output-unknown-call"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    leads_to = ("RT408",)
    what = (
        "The client creates a function_call_output whose call_id has no function_call in the conversation: it was "
        "deleted, or belongs to an older connection. Newer models refuse it (invalid_tool_call_id), older accept it."
    )
    why = "The result is lost, or stands alone: the model does not know what it answers and may call again."
    remedy = "Keep a call in the conversation until its output is in; replay calls together with their outputs."
    look_alikes = (
        "history seeded by the client, call first and output second",
        "a recording that starts mid-session: the call may be older than it",
    )
    references = ("livekit/agents#3344", "livekit/agents#5021", "openai/openai-agents-js#1672")
    bad = (
        Example(
            "the call was deleted",
            """
            0    < added fc1 call call_id=c1
            10   > delete fc1
            20   < deleted fc1
            1402 > create o1 result call_id=c1
            1470 < added o1 result call_id=c1
            """,
            "error proven",
            (2, 3, 4, 5),
        ),
        Example(
            "the delete was sent first, the output right behind it",
            """
            0    < added fc1 call call_id=c1
            10   > delete fc1
            11   > create o1 result call_id=c1
            20   < deleted fc1
            21   < added o1 result call_id=c1
            """,
            "error proven",
            (2, 3, 4, 5),
        ),
        Example(
            "refused by the server",
            """
            0    > create o1 result call_id=c9 event_id=e1
            21   < error invalid_tool_call_id e1
            """,
            "error proven",
            (1, 2),
        ),
    )
    good = (
        Example(
            "seeded history",
            """
            0    > create fc1 call call_id=c1
            1    > create o1 result call_id=c1
            5    < added fc1 call call_id=c1
            6    < added o1 result call_id=c1
            """,
        ),
        Example(
            "a recording that starts mid-session",
            """
            bare
            0    > create o1 result call_id=c1
            5    < added o1 result call_id=c1
            """,
        ),
        Example(
            "the ordinary answer",
            """
            0    < added fc1 call call_id=c1
            9    > create o1 result call_id=c1
            15   < added o1 result call_id=c1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """Look for the call that the output answers."""
        if not change.call_live:
            self._cases.append(_Case(change.conn, change.request, change.item, change.call, change.call_live))

    def finish(self) -> None:
        """Report with the server's answer."""
        for case in self._cases:
            refused = case.request.error_code == errors.INVALID_CALL
            never_seen = case.call is None or (case.call.deleted is None and case.call.delete is None)
            if refused or not never_seen or case.connection.saw_session_created:
                self._report(case)

    def _report(self, case: _Case) -> None:
        request, call = case.request, case.call
        label = case.output.label or "a tool output"
        self.report(
            f"{label} was sent at {stamp(request.sent)} for {_whose(case)}; {_answer(request)}",
            request.sent,
            (
                seen(call.delete.sent if call and call.delete else None, "the client deletes the call"),
                seen(call.deleted if call else None, "the call is gone"),
                seen(request.sent, "its output is sent"),
                seen(request.answered, _answer(request)),
            ),
            certainty="proven",
            subject="function_call_output/",
            tool=(call.name or "") if call else "",
            items=tuple(item.id for item in (case.output, call) if item is not None and item.id),
            calls=(request.call_id,) if request.call_id else (),
            prevented_by=("keep a call in the conversation until its output is in",),
        )


def _whose(case: _Case) -> str:
    call = case.call
    if call is None:
        older = any(c.calls.get(case.request.call_id or "") for c in case.connection.earlier)
        return "a call of an older connection" if older else "a call that was never in the conversation"
    gap = elapsed(call.deleted, case.request.sent)
    when = f" {ms(gap)} before" if gap is not None and gap >= 0 else ""
    return f"{call.label}, which had been deleted{when}"


def _answer(request: Request) -> str:
    if request.outcome == "rejected":
        return f"refused: {request.error_code or 'error'}"
    return "accepted without its call" if request.outcome == "acknowledged" else "not answered"
