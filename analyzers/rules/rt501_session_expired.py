"""RT501: the server ends the session because it has lasted as long as one may."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import NS_PER_MS, NS_PER_S, Moment, elapsed
from rtlog.analyzers.reconciler.changes import ConnectionClosed, ErrorReceived
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors

GOING_AWAY = 1001
MAXIMUM = "maximum duration"


class _Case(Struct, eq=False):
    connection: Connection
    told: Moment
    closed: Moment | None = None


class SessionExpired(Rule):
    """The session hits its maximum duration, and the server closes it."""

    code = "RT501"
    name = "session-expired"
    severity = Severity.ERROR
    needs = frozenset({"time"})
    leads_to = ("RT502",)
    what = (
        "A session may last 60 minutes (15 in 2024, 30 in 2025). Then the server says session_expired and closes with "
        "1001: a clean close, so that naive read loops just end."
    )
    why = "The call goes dead in mid-conversation, without an exception that anybody would notice."
    remedy = "Open a new session before the limit (LiveKit: after 20 minutes) and replay the history."
    look_alikes = ("an expected rotation: the client is back within 5 s",)
    references = ("livekit/agents#1252", "pipecat-ai/pipecat#3170", "livekit/agents#2358")
    options = (
        Option("return-ms", 5_000, "a client that is back this soon has expected it"),
        Option("long-minutes", 55, "a session that lasts this long is about to hit the limit"),
    )
    bad = (
        Example(
            "said and closed",
            """
            0       < added u1 user
            3600000 < error session_expired
            3600010 close by=server code=1001
            """,
            "error proven",
            (2, 3),
        ),
        Example(
            "closed with the reason alone",
            """
            0       < added u1 user
            3600010 close by=server code=1001 reason="Your-session-hit-the-maximum duration"
            """,
            "error proven",
            (2,),
        ),
        Example(
            "the client is back too late",
            """
            0       < added u1 user
            3600000 < error error.message="Your session hit the maximum duration of 60 minutes."
            3620000 < session conn=2
            3620010 > respond conn=2
            """,
            "error proven",
            (2,),
        ),
        Example(
            "about to hit it",
            """
            0       < added u1 user
            3400000 < speech_started u2
            """,
            "info possible",
            (2,),
        ),
    )
    good = (
        Example(
            "an expected rotation: the client is back within 5 s",
            """
            0       < added u1 user
            3600000 < error session_expired
            3600010 close by=server code=1001
            3602000 < session conn=2
            3602010 > create u1 user text=hello conn=2
            """,
        ),
        Example(
            "the new session was opened before the old one ended",
            """
            0       < added u1 user
            3599000 < session conn=2
            3599010 > create u1 user text=hello conn=2
            3600000 < error session_expired
            3600010 close by=server code=1001
            """,
        ),
        Example(
            "going away for another reason",
            """
            0       < added u1 user
            3000000 close by=server code=1001 reason=restart
            """,
        ),
        Example(
            "a long session that the client ends",
            """
            0       < added u1 user
            3400000 close by=client code=1000
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no session over."""
        self._cases: dict[int, _Case] = {}

    @on(ErrorReceived)
    def expired(self, change: ErrorReceived) -> None:
        """The server's own word."""
        if change.code == errors.SESSION_EXPIRED:
            self._cases.setdefault(change.conn.number, _Case(change.conn, change.at))

    @on(ConnectionClosed)
    def closed(self, change: ConnectionClosed) -> None:
        """The close that follows, or that says it alone."""
        case = self._cases.get(change.conn.number)
        if case is not None:
            case.closed = change.at
        elif change.code == GOING_AWAY and MAXIMUM in change.reason:
            self._cases[change.conn.number] = _Case(change.conn, change.at)

    def finish(self) -> None:
        """Report the sessions that nobody continued in time."""
        for connection in self.engine.connections():
            case = self._cases.get(connection.number)
            if case is None:
                self._warn(connection)
            elif not self._expected(case):
                self._report(case)

    def _expected(self, case: _Case) -> bool:
        limit = self.number("return-ms") * NS_PER_MS
        later = (c for c in self.engine.connections() if c.number > case.connection.number)
        waits = (elapsed(case.told, c.first_client) for c in later if _lives(c, case.told))
        return any(wait is not None and wait <= limit for wait in waits)

    def _report(self, case: _Case) -> None:
        self.report(
            f"the session hit its maximum duration at {stamp(case.told)} and nobody continued it",
            case.told,
            (seen(case.told, "the server: maximum duration"), seen(case.closed, "the connection closes")),
            certainty="proven" if self.engine.coverage.complete else "likely",
            subject="session",
            prevented_by=("open a new session before the limit and replay the history",),
        )

    def _warn(self, connection: Connection) -> None:
        lived = elapsed(connection.first_server, connection.last)
        if lived is None or connection.last is None or connection.closed is not None:
            return
        if lived >= self.number("long-minutes") * 60 * NS_PER_S:
            self.report(
                f"the session has lasted {lived / NS_PER_S / 60:.0f} minutes at {stamp(connection.last)}: the server "
                f"ends it after 60",
                connection.last,
                (seen(connection.last, "the session goes on"),),
                certainty="possible",
                severity=Severity.INFO,
                subject="session",
                prevented_by=("open a new session before the limit and replay the history",),
            )


def _lives(connection: Connection, at: Moment) -> bool:
    return connection.closed is None or connection.closed.seq > at.seq
