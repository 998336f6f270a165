"""RT203: a cancel finds nothing to cancel."""

from collections import Counter

from msgspec import Struct, field

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import ConnectionClosed, ErrorReceived, ResponseCancelSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Request
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors

SHOWN = 5
DOUBLE = "right after the server had cancelled by itself"
PLAYBACK = "while finished audio was still playing"
CROSSED = "crossed with the end of the response"
IDLE = "with nothing to cancel"


class _Cancels(Struct, eq=False):
    """The idle cancels of one connection."""

    waiting: list[tuple[Request, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    first: list[Moment] = field(default_factory=list)
    refused: Moment | None = None
    survived: bool = False
    """An earlier refusal did not end the session: the client does not take it for fatal."""
    closed: Moment | None = None


class CancelWithoutActiveResponse(Rule):
    """`response.cancel` is sent when no response is in progress."""

    code = "RT203"
    name = "cancel-without-active-response"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "The client cancels when the server has already cancelled (interrupt_response), or when generation is over and "
        "only playback goes on: generation is 4 to 5 times faster than speech. The server answers "
        "response_cancel_not_active."
    )
    why = "Harmless by documentation; a client that takes every error for fatal ends the session over it."
    remedy = "Cancel only while a response is active, and treat response_cancel_not_active as no error."
    look_alikes = (
        "the server says it is safe: information, counted, unless the client closes the session over it",
        "a cancel before `response.created` is RT204's",
        "a recording that begins inside the response",
    )
    references = (
        "pipecat-ai/pipecat#3795",
        "openai/openai-agents-js#220",
        "livekit/agents#3447",
        "livekit/agents#7255",
    )
    options = (
        Option("double-ms", 300, "a cancel this soon after the server's own is a double cancel"),
        Option("fatal-ms", 1_000, "a client that closes this soon after the error takes it for fatal"),
    )
    bad = (
        Example(
            "double cancel",
            """
            0    < response r1
            500  < speech_started u1
            510  < finished r1 cancelled turn_detected
            520  > cancel event_id=e1
            560  < error response_cancel_not_active e1
            9000 < speech_started u2
            """,
            "info proven",
            (4,),
        ),
        Example(
            "playback only",
            """
            0    < response r1
            5    < output r1 m1 assistant
            10   < audio r1 m1 480000
            510  < finished r1 completed
            4000 > cancel
            4040 < error response_cancel_not_active
            9000 < speech_started u2
            """,
            "info proven",
            (5,),
        ),
        Example(
            "crossed with the end",
            """
            0    < response r1
            500  < speech_started u1
            505  > cancel
            510  < finished r1 cancelled turn_detected
            560  < error response_cancel_not_active
            9000 < speech_started u2
            """,
            "info proven",
            (5,),
        ),
        Example(
            "the client takes the error for fatal",
            """
            0    < response r1
            510  < finished r1 completed
            4000 > cancel event_id=e1
            4040 < error response_cancel_not_active e1
            4100 close by=client
            """,
            "warning likely",
            (3, 4, 5),
        ),
        Example(
            "the client hangs up after a refusal, but it has lived through one before",
            """
            0    < response r1
            510  < finished r1 completed
            1000 > cancel event_id=e1
            1040 < error response_cancel_not_active e1
            4000 > cancel event_id=e2
            4040 < error response_cancel_not_active e2
            4100 close by=client
            """,
            "info proven",
            (3, 5),
        ),
    )
    good = (
        Example(
            "a cancel that was honoured",
            """
            0    < response r1
            500  > cancel
            560  < finished r1 cancelled client_cancelled
            """,
        ),
        Example(
            "a cancel before `response.created` is RT204's",
            """
            0    > respond
            50   > cancel
            90   < error response_cancel_not_active
            280  < response r1
            900  < finished r1 completed
            """,
        ),
        Example(
            "a recording that begins inside the response",
            """
            bare
            0    > cancel event_id=e1
            40   < finished r1 cancelled client_cancelled
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cancels: dict[int, _Cancels] = {}

    @on(ResponseCancelSent)
    def cancel_sent(self, change: ResponseCancelSent) -> None:
        """Keep a cancel that nothing waits for until it is known how it was answered."""
        if not change.active and not change.awaited:
            waiting = self._of(change.conn).waiting
            self._settle(change.conn, [pair for pair in waiting if pair[0].outcome != "pending"])
            waiting.append((change.request, self._kind(change.conn, change.at)))

    def _kind(self, connection: Connection, at: Moment) -> str:
        last = next((r for r in reversed(connection.responses.values()) if r.done is not None), None)
        if last is None:
            return IDLE
        if last.status == "cancelled" and within(last.done, at, self.number("double-ms")):
            return DOUBLE
        return PLAYBACK if last.playing_at(at.t) else IDLE

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """An error about a cancel that another answer had settled has crossed with the response's end."""
        if change.code != errors.CANCEL_NOT_ACTIVE:
            return
        cancels, request = self._of(change.conn), change.request
        cancels.survived = cancels.refused is not None
        cancels.refused = change.at
        known = any(request is waiting for waiting, _ in cancels.waiting)
        settled = request is not None and request.outcome == "acknowledged" and not known
        nameless = request is None and not any(change.conn.requests.pending("response.create"))
        if settled or nameless:
            self._count(cancels, CROSSED, change.at)

    @on(ConnectionClosed)
    def closed(self, change: ConnectionClosed) -> None:
        """A client that hangs up over the error is what makes it harmful."""
        cancels = self._cancels.get(change.conn.number)
        if cancels is not None and change.by == "client":
            fatal = not cancels.survived and within(cancels.refused, change.at, self.number("fatal-ms"))
            cancels.closed = change.at if fatal else None

    def finish(self) -> None:
        """Report the count, once a connection."""
        for connection in self.engine.connections():
            cancels = self._cancels.get(connection.number)
            if cancels is not None:
                self._settle(connection, list(cancels.waiting))
                if cancels.first:
                    self._report(cancels)

    def _of(self, connection: Connection) -> _Cancels:
        return self._cancels.setdefault(connection.number, _Cancels())

    def _settle(self, connection: Connection, pairs: list[tuple[Request, str]]) -> None:
        cancels = self._of(connection)
        for request, kind in pairs:
            cancels.waiting.remove((request, kind))
            # A response that began before the recording did is cancelled all the same.
            if request.outcome != "acknowledged" and (connection.saw_session_created or request.outcome == "rejected"):
                self._count(cancels, kind, request.sent)

    def _count(self, cancels: _Cancels, kind: str, at: Moment) -> None:
        cancels.counts[kind] += 1
        if len(cancels.first) < SHOWN:
            cancels.first.append(at)

    def _report(self, cancels: _Cancels) -> None:
        total = sum(cancels.counts.values())
        kinds = ", ".join(f"{count} {kind}" for kind, count in cancels.counts.most_common())
        fatal = f"; the client closed the session over it at {stamp(cancels.closed)}" if cancels.closed else ""
        plural = "cancel found" if total == 1 else "cancels found"
        self.report(
            f"{total} {plural} no active response, from {stamp(cancels.first[0])} on: {kinds}{fatal}",
            cancels.first[0],
            (
                *(seen(at, "nothing is active any more") for at in cancels.first),
                seen(cancels.refused if fatal else None, "refused: no active response"),
                seen(cancels.closed, "the client closes the session"),
            ),
            certainty="likely" if fatal else "proven",
            severity=Severity.WARNING if fatal else Severity.INFO,
            subject="cancel",
            prevented_by=("cancel only while a response is active; take response_cancel_not_active for no error",),
        )
