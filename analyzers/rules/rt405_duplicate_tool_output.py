"""RT405: one call gets two outputs."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ToolOutputSent
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.reconciler.states import ItemState
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


class _Case(Struct, eq=False):
    call: ItemLife
    first: Request
    second: Request


class DuplicateToolOutput(Rule):
    """Two `function_call_output` items are created for one call_id."""

    code = "RT405"
    name = "duplicate-tool-output"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "The client answers one call twice: a handler bound to both `response.function_call_arguments.done` and "
        "`response.output_item.done`, a retry, or a second push of the same history."
    )
    why = "The tool ran twice, or the model reads its result twice and answers twice."
    remedy = "Remember which call ids are answered; bind the handler to one event."
    look_alikes = (
        "progress updates under call ids of their own",
        "the first output was refused",
        "the first output was deleted",
        "the same item created again: RT104's",
        "history replayed on a new connection",
    )
    references = ("livekit/agents#5652",)
    bad = (
        Example(
            "answered twice",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 {}
            20   > create o1 result call_id=c1 output=ok1
            25   < added o1 result call_id=c1
            30   > create o2 result call_id=c1 output=ok1
            35   < added o2 result call_id=c1
            """,
            "warning proven",
            (3, 5, 6),
        ),
        Example(
            "twice, without ids of their own",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 {}
            20   > conversation.item.create item.type=function_call_output item.call_id=c1
            21   > conversation.item.create item.type=function_call_output item.call_id=c1
            """,
            "warning proven",
            (3, 4),
        ),
    )
    good = (
        Example(
            "progress updates under call ids of their own",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 {}
            20   > create o1 result call_id=c1 output=started
            25   < added o1 result call_id=c1
            30   > create fc2 call call_id=c1_2 name=one
            31   > create o2 result call_id=c1_2 output=done
            35   < added fc2 call call_id=c1_2
            36   < added o2 result call_id=c1_2
            """,
        ),
        Example(
            "the first output was refused",
            """
            0    < added fc1 call call_id=c1 name=one
            20   > create o1 result call_id=c1 event_id=e1 output=ok1
            25   < error invalid_value e1
            30   > create o2 result call_id=c1 output=ok1
            35   < added o2 result call_id=c1
            """,
        ),
        Example(
            "the first output was deleted",
            """
            0    < added fc1 call call_id=c1 name=one
            20   > create o1 result call_id=c1 output=ok1
            25   < added o1 result call_id=c1
            26   > delete o1
            30   > create o2 result call_id=c1 output=ok1
            33   < deleted o1
            35   < added o2 result call_id=c1
            """,
        ),
        Example(
            "the same item created again: RT104's",
            """
            0    < added fc1 call call_id=c1 name=one
            20   > create o1 result call_id=c1 output=ok1
            25   < added o1 result call_id=c1
            30   > create o1 result call_id=c1 output=ok1
            """,
        ),
        Example(
            "history replayed on a new connection",
            """
            0    < added fc1 call call_id=c1 name=one
            20   > create o1 result call_id=c1 output=ok1
            25   < added o1 result call_id=c1
            30   close by=server
            40   < session conn=2
            41   > create fc1 call call_id=c1 name=one conn=2
            42   > create o2 result call_id=c1 output=ok1 conn=2
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """Compare with the output that the call has."""
        call, request = change.call, change.request
        first = call.answer if call is not None else None
        if call is None or first is None or first is request:
            return
        held = change.conn.item(first.item_id or "")
        withdrawn = held is not None and (held.delete is not None or held.state is ItemState.GONE)
        same = first.item_id is not None and first.item_id == request.item_id
        if not withdrawn and not same:
            self._cases.append(_Case(call, first, request))

    def finish(self) -> None:
        """Report the second outputs, where the first was not refused."""
        for case in self._cases:
            if case.first.outcome != "rejected":
                self._report(case)

    def _report(self, case: _Case) -> None:
        call = case.call
        self.report(
            f"{call.label} was answered twice: at {stamp(case.first.sent)} and at {stamp(case.second.sent)}",
            case.second.sent,
            (
                seen(case.first.sent, f"the output of {call.label} is sent"),
                seen(case.second.sent, f"another output of {call.label} is sent"),
                seen(case.second.answered, f"the server: {case.second.outcome}"),
            ),
            certainty="proven",
            about=call,
            prevented_by=("remember which call ids are answered",),
        )
