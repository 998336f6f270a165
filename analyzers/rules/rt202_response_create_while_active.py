"""RT202: a response is asked for while one is in progress."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed, within
from rtlog.analyzers.profiles.fixes import fixed_in
from rtlog.analyzers.reconciler.changes import RequestAnswered, ResponseCreated
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Request
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class _Refusal(Struct, eq=False):
    connection: Connection
    request: Request
    retry: Moment | None = None


class ResponseCreateWhileActive(Rule):
    """`response.create` is refused because another response is active, and the reply may be lost."""

    code = "RT202"
    name = "response-create-while-active"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    what = (
        "The client asks for a response while one of the default conversation is still in progress; the server refuses "
        "it as conversation_already_has_active_response. A cancelled response stays active until its response.done."
    )
    why = "The caller's reply is silently lost, or a framework waits out its timeout."
    remedy = "Send `response.create` behind the `response.done` of the running one; fail the waiting caller at once."
    look_alikes = (
        "an out-of-band response (conversation: none)",
        "a create that crossed with `response.done`: the server accepts it",
        "servers that queue: information only",
    )
    references = (
        "livekit/agents#2064",
        "livekit/agents#6818",
        "openai/openai-agents-python#2760",
        "pipecat-ai/pipecat#3960",
    )
    options = (
        Option("retry-ms", 10_000, "a new response this soon after the refusal is its retry"),
        Option("settle-ms", 5_000, "a recording that ends sooner after the refusal leaves open whether it was retried"),
    )
    bad = (
        Example(
            "refused, and never asked again",
            """
            0    < response r1
            100  > respond event_id=e1
            140  < error conversation_already_has_active_response e1
            900  < finished r1 completed
            9000 L log message=silence
            """,
            "error proven",
            (1, 2, 3),
        ),
        Example(
            "refused, then retried",
            """
            0    < response r1
            100  > respond event_id=e1
            140  < error conversation_already_has_active_response e1
            900  < finished r1 completed
            950  > respond event_id=e2
            990  < response r2
            """,
            "warning proven",
            (1, 2, 3, 6),
        ),
        Example(
            "cancelled, but not done",
            """
            0    < response r1
            100  > cancel
            101  > respond event_id=e1
            140  < error error.code=null error.message="Conversation already has an active response in progress: r1."
            150  < finished r1 cancelled client_cancelled
            """,
            "warning proven",
            (1, 3, 4),
        ),
    )
    good = (
        Example(
            "an out-of-band response",
            """
            0    < response r1
            100  > respond response.conversation=none
            140  < response r2
            """,
        ),
        Example(
            "crossed with response.done: accepted",
            """
            0    < response r1
            100  > respond
            120  < finished r1 completed
            140  < response r2
            """,
        ),
        Example(
            "a server that queues",
            """
            0    < response r1
            100  > respond
            4000 < finished r1 completed
            4040 < response r2
            4050 < output r2 m2 assistant
            5000 < finished r2 completed
            """,
        ),
        Example(
            "sent behind response.done",
            """
            0    < response r1
            90   < finished r1 completed
            100  > respond
            140  < response r2
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._refused: list[_Refusal] = []
        self._waiting: list[_Refusal] = []

    @on(RequestAnswered)
    def answered(self, change: RequestAnswered) -> None:
        """Keep a refusal until it is known whether the reply came after all."""
        request = change.request
        if request.type == "response.create" and request.error_code == errors.ACTIVE_RESPONSE:
            refusal = _Refusal(change.conn, request)
            self._refused.append(refusal)
            self._waiting.append(refusal)

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """A response that the client asked for later is the retry."""
        request = change.response.request
        if request is None or request.out_of_band:
            return
        for refusal in self._waiting:
            if self._is_retry(refusal, change, request):
                refusal.retry = change.at
        self._waiting = [r for r in self._waiting if r.retry is None and not self._is_over(r, change.at)]

    def _is_retry(self, refusal: _Refusal, change: ResponseCreated, request: Request) -> bool:
        refused = refusal.request
        later = refusal.connection is change.conn and request.sent.seq > refused.sent.seq
        return later and (change.at.t is None or within(refused.answered, change.at, self.number("retry-ms")))

    def _is_over(self, refusal: _Refusal, now: Moment) -> bool:
        waited = elapsed(refusal.request.answered, now)
        return waited is not None and waited > self.number("retry-ms") * NS_PER_MS

    def finish(self) -> None:
        """Report each refusal with its outcome."""
        for refusal in self._refused:
            self._report(refusal.connection, refusal.request, refusal.retry)

    def _report(self, connection: Connection, request: Request, retry: Moment | None) -> None:
        blocker = connection.response(next(iter(request.active_when_sent), None))
        dropped = retry is None and not within(request.answered, connection.last, self.number("settle-ms"))
        dropped = dropped and request.sent.t is not None
        name = blocker.label if blocker else "another response"
        outcome = (
            f"retried, created at {stamp(retry)}" if retry else "the reply was dropped" if dropped else "not retried"
        )
        self.report(
            f"response.create at {stamp(request.sent)} was refused: {name} was still active; {outcome}",
            request.sent,
            (
                seen(blocker.created if blocker else None, f"{name} begins"),
                seen(request.sent, "the client asks for another response"),
                seen(request.answered, "refused: one is active"),
                seen(retry, "the retry is created"),
            ),
            certainty="proven",
            severity=Severity.ERROR if dropped else Severity.WARNING,
            responses=(blocker.id,) if blocker else (),
            subject="response",
            prevented_by=(
                "send response.create behind response.done (openai-agents-js#1127)",
                *fixed_in(self.code, connection.profile),
            ),
        )
