"""RT406: a tool's output arrives when the conversation has moved on."""

from msgspec import Struct

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.analyzers.passage import messages_since
from rtlog.analyzers.reconciler.changes import ItemAdded, ResponseCreated
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen


class _Case(Struct, eq=False):
    connection: Connection
    call: ItemLife
    output: ItemLife
    added: Moment
    passed: ItemLife
    """The first message that came between."""
    count: int
    answered: Moment | None = None


class LateToolOutput(Rule):
    """An output is added behind messages that came after its call."""

    code = "RT406"
    name = "late-tool-output"
    severity = Severity.WARNING
    needs = frozenset({"time", "client"})
    what = (
        "Between a call and its output the user or the agent spoke: the user barged in, or another response ran. "
        "The output is put where nobody asks for it any more."
    )
    why = "The model answers an old question, or the result is never spoken at all."
    remedy = "Ask for a response after a late output, or tell the model that it is late; cancel tools that are moot."
    look_alikes = ("a long tool by design: information, as long as a response follows", "the recording ends first")
    references = ("livekit/agents#3702", "livekit/agents#4877", "livekit/agents#6349", "pipecat-ai/pipecat#4441")
    options = (Option("reply-ms", 10_000, "a response this soon after the output takes it up"),)
    bad = (
        Example(
            "the user spoke meanwhile, and nothing takes it up",
            """
            0     < added fc1 call call_id=c1 name=one
            9     < arguments r1 fc1 {}
            500   < added u1 user prev=fc1
            900   > create o1 result call_id=c1 output=ok1
            940   < added o1 result call_id=c1 prev=u1
            20000 < speech_started u2
            """,
            "warning likely",
            (2, 3, 4, 5, 6),
        ),
        Example(
            "a long tool by design",
            """
            0     < added fc1 call call_id=c1 name=one
            9     < arguments r1 fc1 {}
            500   < added u1 user prev=fc1
            900   > create o1 result call_id=c1 output=ok1
            901   > respond
            940   < added o1 result call_id=c1 prev=u1
            1100  < response r2
            20000 < speech_started u2
            """,
            "info proven",
            (2, 3, 4, 6, 7),
        ),
        Example(
            "the recording ends first",
            """
            0     < added fc1 call call_id=c1 name=one
            9     < arguments r1 fc1 {}
            500   < added u1 user prev=fc1
            900   > create o1 result call_id=c1 output=ok1
            940   < added o1 result call_id=c1 prev=u1
            5000  < speech_started u2
            """,
            "info proven",
            (2, 3, 4, 5),
        ),
        Example(
            "the response comes too late to be its reply",
            """
            0     < added fc1 call call_id=c1 name=one
            9     < arguments r1 fc1 {}
            500   < added m1 assistant prev=fc1
            900   > create o1 result call_id=c1 output=ok1
            940   < added o1 result call_id=c1 prev=fc1
            15000 < response r2
            20000 < speech_started u2
            """,
            "warning likely",
            (2, 3, 4, 5, 7),
        ),
    )
    good = (
        Example(
            "nothing came between",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 {}
            900  > create o1 result call_id=c1 output=ok1
            940  < added o1 result call_id=c1 prev=fc1
            """,
        ),
        Example(
            "the words that the call's own response says beside it",
            """
            0    < response r1
            1    < output r1 fc1 call call_id=c1 name=one
            2    < added fc1 call call_id=c1 name=one
            3    < output r1 m1 assistant
            4    < added m1 assistant prev=fc1
            9    < arguments r1 fc1 {}
            50   < finished r1 completed
            900  > create o1 result call_id=c1 output=ok1
            940  < added o1 result call_id=c1 prev=m1
            """,
        ),
        Example(
            "what came between is deleted when the output comes",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 {}
            500  < added u1 user prev=fc1
            600  > delete u1
            640  < deleted u1
            900  > create o1 result call_id=c1 output=ok1
            940  < added o1 result call_id=c1 prev=fc1
            """,
        ),
        Example(
            "the output of another call",
            """
            0    < added fc1 call call_id=c1 name=one
            1    < added fc2 call call_id=c2 name=two prev=fc1
            9    < arguments r1 fc1 {}
            10   < arguments r1 fc2 {}
            900  > create o1 result call_id=c1 output=ok1
            901  > create o2 result call_id=c2 output=ok2
            940  < added o1 result call_id=c1 prev=fc2
            941  < added o2 result call_id=c2 prev=o1
            """,
        ),
        Example(
            "old history that the client puts behind the call",
            """
            0    < added u1 user
            1    < added fc1 call call_id=c1 name=one prev=u1
            9    < arguments r1 fc1 {}
            500  > create s1 system text=note
            540  < added s1 system prev=fc1
            900  > create o1 result call_id=c1 output=ok1
            940  < added o1 result call_id=c1 prev=s1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []
        self._waiting: list[_Case] = []

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """Look at what stands behind the call when its output comes."""
        output = change.item
        if output.type != "function_call_output" or change.request is None:
            return
        call = change.conn.call_item(output.call_id)
        if call is None or not call.live or call.added is None or call.call_done is None:
            return
        passed = messages_since(change.conn, call)
        if passed:
            case = _Case(change.conn, call, output, change.at, passed[0], len(passed))
            self._cases.append(case)
            self._waiting.append(case)

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """A response takes the late outputs up, where it comes soon enough."""
        limit = self.number("reply-ms") * NS_PER_MS
        for case in self._waiting:
            waited = elapsed(case.added, change.at)
            if case.connection is change.conn and waited is not None and waited <= limit:
                case.answered = change.at
        self._waiting = [case for case in self._waiting if case.connection is not change.conn]

    def finish(self) -> None:
        """Report each with what followed."""
        for case in self._cases:
            self._report(case)

    def _report(self, case: _Case) -> None:
        call, output, last = case.call, case.output, case.connection.last
        waited = elapsed(case.added, last)
        ignored = case.answered is None and waited is not None and waited > self.number("reply-ms") * NS_PER_MS
        sent = output.create.sent if output.create else case.added
        between = f"{case.count} messages" if case.count > 1 else case.passed.label
        self.report(
            f"the output of {call.label} was sent at {stamp(sent)}, {ms(elapsed(call.call_done, sent))} after the call "
            f"was complete; {between} came between{'; no response took it up' if ignored else ''}",
            sent,
            (
                seen(call.call_done, f"{call.label} is complete"),
                seen(case.passed.added, f"{case.passed.label} comes between"),
                seen(sent, f"the output of {call.label} is sent"),
                seen(case.added, f"the output stands behind {between}"),
                seen(case.answered, "a response takes it up"),
                seen(last if ignored else None, "the last record: no response took it up"),
            ),
            certainty="likely" if ignored else "proven",
            severity=Severity.WARNING if ignored else Severity.INFO,
            about=call,
            items=(call.id, output.id),
            prevented_by=("ask for a response after a late output",),
        )
