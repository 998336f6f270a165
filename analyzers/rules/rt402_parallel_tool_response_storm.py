"""RT402: parallel calls are answered one by one, each with a response of its own."""

from msgspec import Struct, field

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import CallFinished, ResponseCreateSent, ToolOutputSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


class _Batch(Struct, eq=False):
    """The calls of one response, their outputs, and the responses asked for meanwhile."""

    connection: Connection
    response_id: str
    calls: list[ItemLife] = field(default_factory=list)
    outputs: list[Moment] = field(default_factory=list)
    creates: list[Request] = field(default_factory=list)


class ParallelToolResponseStorm(Rule):
    """One response makes several calls, and the client asks for a reply after each output."""

    code = "RT402"
    name = "parallel-tool-response-storm"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    leads_to = ("RT202", "RT206", "RT403")
    what = (
        "A response carries several function calls; the client answers each with its output and a `response.create` "
        "of its own, instead of one after the last output."
    )
    why = "The agent replies from half of the results, once for each call, or is refused (RT202)."
    remedy = "Hold `response.create` until every call of the response has its output."
    look_alikes = (
        "one response.create after the last output",
        "a new user turn between the outputs",
        "an out-of-band response between the outputs",
        "a reply after each of two responses that make one call each",
    )
    references = ("GetStream/Vision-Agents#527", "livekit/agents#5114", "openai/openai-agents-python#1984")
    bad = (
        Example(
            "a reply after each output",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            21   < output r1 fc2 call call_id=c2 name=two
            22   < added fc2 call call_id=c2 name=two
            30   < arguments r1 fc2 {}
            40   < finished r1 completed
            100  > create o1 result call_id=c1 output=ok1
            101  > respond
            140  < response r2
            900  < finished r2 completed
            1000 > create o2 result call_id=c2 output=ok2
            1001 > respond
            1040 < response r3
            1900 < finished r3 completed
            """,
            "warning proven",
            (4, 7, 9, 10, 13),
        ),
        Example(
            "the first is answered before the response has ended",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            11   < added fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            21   > create o1 result call_id=c1 output=ok1
            22   > respond
            25   < output r1 fc2 call call_id=c2 name=two
            26   < added fc2 call call_id=c2 name=two
            30   < arguments r1 fc2 {}
            40   < finished r1 completed
            50   > create o2 result call_id=c2 output=ok2
            """,
            "warning proven",
            (4, 5, 6, 9, 11),
        ),
    )
    good = (
        Example(
            "one response.create after the last output",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            21   < output r1 fc2 call call_id=c2 name=two
            30   < arguments r1 fc2 {}
            40   < finished r1 completed
            100  > create o1 result call_id=c1 output=ok1
            200  > create o2 result call_id=c2 output=ok2
            201  > respond
            240  < response r2
            900  < finished r2 completed
            """,
        ),
        Example(
            "a new user turn between the outputs",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            21   < output r1 fc2 call call_id=c2 name=two
            30   < arguments r1 fc2 {}
            40   < finished r1 completed
            100  > create o1 result call_id=c1 output=ok1
            150  < added u1 user
            151  > respond
            190  < response r2
            900  < finished r2 completed
            1000 > create o2 result call_id=c2 output=ok2
            """,
        ),
        Example(
            "an out-of-band response between the outputs",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            21   < output r1 fc2 call call_id=c2 name=two
            30   < arguments r1 fc2 {}
            40   < finished r1 completed
            100  > create o1 result call_id=c1 output=ok1
            151  > respond response.conversation=none
            1000 > create o2 result call_id=c2 output=ok2
            """,
        ),
        Example(
            "a reply after each of two responses that make one call each",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            40   < finished r1 completed
            100  > create o1 result call_id=c1 output=ok1
            101  > respond
            140  < response r2
            150  < output r2 fc2 call call_id=c2 name=two
            160  < arguments r2 fc2 {}
            170  < finished r2 completed
            200  > create o2 result call_id=c2 output=ok2
            201  > respond
            """,
        ),
        Example(
            "a reply before the first output is RT403's",
            """
            0    < response r1
            10   < output r1 fc1 call call_id=c1 name=one
            20   < arguments r1 fc1 {}
            21   < output r1 fc2 call call_id=c2 name=two
            30   < arguments r1 fc2 {}
            40   < finished r1 completed
            90   > respond
            100  > create o1 result call_id=c1 output=ok1
            200  > create o2 result call_id=c2 output=ok2
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._batches: dict[tuple[int, str], _Batch] = {}
        self._answering: dict[tuple[int, str], _Batch] = {}

    @on(CallFinished)
    def call_finished(self, change: CallFinished) -> None:
        """Put the call with the others of its response."""
        response_id = change.item.response_id
        if response_id is None or change.item.origin == "client":
            return
        self._drop_settled(change.conn)
        batch = self._batches.setdefault((change.conn.number, response_id), _Batch(change.conn, response_id))
        batch.calls.append(change.item)

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """Note the output with its batch."""
        if change.call is None or change.call.response_id is None:
            return
        batch = self._batches.get((change.conn.number, change.call.response_id))
        if batch is not None:
            batch.outputs.append(change.at)
            self._answering[change.conn.number, batch.response_id] = batch

    @on(ResponseCreateSent)
    def create_sent(self, change: ResponseCreateSent) -> None:
        """A request while outputs are missing, unless the user has spoken since."""
        if change.request.out_of_band:
            return
        spoke = change.conn.last_user_turn
        for key, batch in list(self._answering.items()):
            if batch.connection is not change.conn:
                continue
            if spoke is None or spoke.seq < batch.outputs[0].seq:
                batch.creates.append(change.request)
            elif not _answered(batch):
                del self._answering[key]

    def _drop_settled(self, connection: Connection) -> None:
        """Forget the batches that were answered without a request in between."""
        done = [key for key, batch in self._answering.items() if batch.connection is connection and _settled(batch)]
        for key in done:
            del self._batches[key], self._answering[key]

    def finish(self) -> None:
        """Report the batches that were asked about before they were whole."""
        for batch in self._batches.values():
            early = _early(batch)
            if early:
                self._report(batch, early)

    def _report(self, batch: _Batch, early: list[Request]) -> None:
        calls, first = batch.calls, early[0]
        names = ", ".join(call.label for call in calls)
        count = f"{len(early)} times, first " if len(early) > 1 else ""
        self.report(
            f"a response was asked for {count}at {stamp(first.sent)} while outputs of {names} were missing; the last "
            f"came at {stamp(batch.outputs[-1])}",
            first.sent,
            (
                *(seen(call.call_done, f"{call.label} is complete") for call in calls),
                seen(batch.outputs[0], "the first output"),
                *(seen(request.sent, "the client asks for a reply") for request in early),
                seen(batch.outputs[-1], "the last output"),
            ),
            certainty="proven",
            items=tuple(call.id for call in calls),
            calls=tuple(call.call_id for call in calls if call.call_id),
            responses=(batch.response_id, *(request.response_id for request in early if request.response_id)),
            subject="calls",
            prevented_by=("hold response.create until every call of the response has its output",),
        )


def _early(batch: _Batch) -> list[Request]:
    if len(batch.calls) < 2:  # noqa: PLR2004 - parallel means two
        return []
    return [request for request in batch.creates if request.sent.seq < batch.outputs[-1].seq]


def _answered(batch: _Batch) -> bool:
    return all(call.output_sent is not None for call in batch.calls) and not _early(batch)


def _settled(batch: _Batch) -> bool:
    response = batch.connection.response(batch.response_id)
    return (response is None or not response.active) and _answered(batch)
