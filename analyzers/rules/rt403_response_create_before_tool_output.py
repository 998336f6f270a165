"""RT403: a response is made while a call waits for its output."""

from msgspec import Struct

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.moment import Moment, elapsed
from rtlog.analyzers.passage import messages_since
from rtlog.analyzers.reconciler.changes import CallFinished, ResponseCreated, ToolOutputSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


class _Open(Struct, eq=False):
    """A complete call without its output, and the first response made meanwhile."""

    connection: Connection
    call: ItemLife
    response: ResponseLife | None = None
    at: Moment | None = None
    """When the client asked for it, or when turn detection made it."""
    by_client: bool = False
    passed: bool = False
    """Messages that came since the call stood behind it when its output was sent."""


class ResponseCreateBeforeToolOutput(Rule):
    """A response is asked for, or made, between a function call and its output."""

    code = "RT403"
    name = "response-create-before-tool-output"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    leads_to = ("RT406",)
    what = (
        "A response runs while the output of a complete call is not in the conversation yet; then the output arrives. "
        "Asked for by the client it is a missing wait; made by turn detection it is the user who spoke meanwhile."
    )
    why = "The model answers without the result: it says that it cannot find it, makes it up, or calls again."
    remedy = "Create the output, then ask for the response."
    look_alikes = (
        "turn detection answers the user meanwhile: information",
        "the client answers a user turn meanwhile: information",
        "an out-of-band response",
        "the request was refused",
        "parallel calls, one of them answered: RT402's",
        "the call was deleted: RT101's",
        "the answer to the user still stands behind the call: RT406's",
    )
    references = ("openai/openai-realtime-api-beta#49", "livekit/agents-js#1844")
    bad = (
        Example(
            "asked for by the client",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  > respond
            140  < response r2
            500  > create o1 result call_id=c1 output=ok1
            """,
            "warning likely",
            (4, 6, 7, 8),
        ),
        Example(
            "turn detection answers the user meanwhile",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  < committed u1
            140  < response r2
            500  > create o1 result call_id=c1 output=ok1
            """,
            "info proven",
            (4, 7, 8),
        ),
        Example(
            "the client answers a user turn meanwhile",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  > create u1 user text=wait
            105  > respond
            140  < response r2
            500  > create o1 result call_id=c1 output=ok1
            """,
            "info proven",
            (4, 7, 8, 9),
        ),
    )
    good = (
        Example(
            "output first",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  > create o1 result call_id=c1 output=ok1
            101  > respond
            140  < response r2
            """,
        ),
        Example(
            "an out-of-band response",
            """
            0    < response r1
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  > respond response.conversation=none
            140  < response r2
            500  > create o1 result call_id=c1 output=ok1
            """,
        ),
        Example(
            "the request was refused",
            """
            0    < response r1
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            30   > respond event_id=e1
            40   < error conversation_already_has_active_response e1
            50   < finished r1 completed
            500  > create o1 result call_id=c1 output=ok1
            """,
        ),
        Example(
            "parallel calls, one of them answered: RT402's",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            11   < added fc1 call call_id=c1 name=one
            12   < arguments r1 fc1 {}
            20   < output r1 fc2 call call_id=c2 name=two
            21   < added fc2 call call_id=c2 name=two
            22   < arguments r1 fc2 {}
            40   < finished r1 completed
            90   > create o1 result call_id=c1 output=ok1
            100  > respond
            140  < response r2
            500  > create o2 result call_id=c2 output=ok2
            """,
        ),
        Example(
            "the call was deleted: RT101's",
            """
            0    < response r1
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            50   > delete fc1
            60   < deleted fc1
            100  > respond
            140  < response r2
            500  > create o1 result call_id=c1 output=ok1
            """,
        ),
        Example(
            "the answer to the user still stands behind the call: RT406's",
            """
            0    < response r1
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  < committed u1
            101  < added u1 user prev=fc1
            140  < response r2
            500  > create o1 result call_id=c1 output=ok
            """,
        ),
        Example(
            "never answered: RT401's",
            """
            0    < response r1
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  > respond
            140  < response r2
            """,
        ),
        Example(
            "asked for before the call was complete",
            """
            0    > respond
            40   < response r1
            51   < added fc1 call call_id=c1 name=one
            55   > respond response.metadata.k=v
            60   < arguments r1 fc1 {}
            70   < finished r1 completed
            90   < response r2 response.metadata.k=v
            500  > create o1 result call_id=c1 output=ok1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no call open."""
        self._open: dict[tuple[int, str], _Open] = {}
        self._passed_over: dict[tuple[int, str], _Open] = {}
        self._cases: list[_Open] = []

    @on(CallFinished)
    def call_finished(self, change: CallFinished) -> None:
        """An output is owed from here on."""
        if change.item.origin != "client" and change.item.output_sent is None:
            self._open[change.conn.number, change.item.id] = _Open(change.conn, change.item)

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """Note the first response that cannot know the output."""
        response, request = change.response, change.response.request
        if response.out_of_band:
            return
        asked = request.sent if request is not None else change.at
        part_answered: dict[str, bool] = {}
        for key, waiting in list(self._open.items()):
            call, mine = waiting.call, waiting.connection is change.conn
            if not mine or call.call_done is None or call.call_done.seq > asked.seq:
                continue
            del self._open[key]
            made_by = call.response_id or ""
            if made_by not in part_answered:
                part_answered[made_by] = _part_answered(change.conn, made_by, asked)
            # Parallel calls of which one is answered are RT402's.
            if call.delete is None and not part_answered[made_by]:
                waiting.response, waiting.at, waiting.by_client = response, asked, request is not None
                self._passed_over[key] = waiting

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """The output proves that the response came too early."""
        if change.call is None:
            return
        key = (change.conn.number, change.call.id)
        self._open.pop(key, None)
        waiting = self._passed_over.pop(key, None)
        if waiting is not None:
            waiting.passed = bool(messages_since(change.conn, waiting.call))
            self._cases.append(waiting)

    def finish(self) -> None:
        """Report the responses that came before an output."""
        for case in self._cases:
            self._report(case)

    def _report(self, case: _Open) -> None:
        call, response, at = case.call, case.response, case.at
        if response is None or at is None or call.call_done is None:
            return
        spoke = response.request.last_turn if response.request else None
        for_user = not case.by_client or (spoke is not None and call.call_done.seq < spoke.seq)
        if for_user and case.passed:
            return
        late = ms(elapsed(at, call.output_sent))
        how = "asked for" if case.by_client else "made by turn detection"
        self.report(
            f"{response.label} was {how} at {stamp(at)} while {call.label} waited for its output, which was sent "
            f"{late} later",
            at,
            (
                seen(call.call_done, f"{call.label} is complete: an output is owed"),
                seen(at, f"{response.label} is asked for") if case.by_client else None,
                seen(response.created, f"{response.label} begins without the output"),
                seen(call.output_sent, f"the output of {call.label} is sent"),
            ),
            certainty="proven" if for_user else "likely",
            severity=Severity.INFO if for_user else Severity.WARNING,
            about=call,
            responses=(response.id,),
            prevented_by=("create the output, then ask for the response",),
        )


def _part_answered(connection: Connection, response_id: str, asked: Moment) -> bool:
    """Say whether a call of the response had its output when the next response was asked for."""
    response = connection.response(response_id)
    calls = (connection.item(item_id) for item_id in response.items) if response is not None else ()
    sent = (call.output_sent for call in calls if call is not None)
    return any(at is not None and at.seq < asked.seq for at in sent)
