"""RT503: the client and the server speak the protocol of different years."""

from collections.abc import Iterable

from rtlog.analyzers.finding import Certainty, stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import ConnectionClosed, ErrorReceived
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.rule import Evidence, Example, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors

SHAPE_CODES = frozenset({"unknown_parameter", "missing_required_parameter", "invalid_type"})
"""Codes that refuse a `session.update` for its shape."""


class DialectMismatch(Rule):
    """A client of the beta meets a server of GA, or the reverse."""

    code = "RT503"
    name = "dialect-mismatch"
    severity = Severity.ERROR
    what = (
        "The protocol of 2024 (beta) and that of 2025 (GA) differ in headers, in the session's shape and in the names "
        "of events. A beta header, a missing `session.type` or a flat session key is refused by GA."
    )
    why = "The session closes at once, or runs with settings that were never applied, or handlers never fire."
    remedy = "Drop the `OpenAI-Beta` header, send `session.type`, nest audio settings, and handle the names of GA."
    look_alikes = (
        "a provider that still speaks the beta names (Azure preview, Voice Live, Qwen)",
        "a server that sends both `conversation.item.created` and `conversation.item.added`",
        "a parameter that is wrong for another reason",
    )
    references = ("livekit/agents#3420", "livekit/agents#5168", "openai/openai-agents-python#1646")
    bad = (
        Example(
            "the beta header, refused",
            """
            bare
            0    < error beta_api_shape_disabled
            5    close by=server code=4000
            """,
            "error proven",
            (2, 3),
        ),
        Example(
            "refused by the close alone",
            """
            bare
            5    close by=server code=4000 reason=invalid_request_error.beta_api_shape_disabled
            """,
            "error proven",
            (2,),
        ),
        Example(
            "the session's type is missing",
            """
            0    > update event_id=e1 session.voice=ara
            40   < error missing_required_parameter e1 error.param=session.type
            """,
            "error proven",
            (1, 2),
        ),
        Example(
            "a key that the server does not know",
            """
            0    > update session.type=realtime session.modalities=["audio"]
            40   < error unknown_parameter error.param=session.modalities
            """,
            "error proven",
            (1, 2),
        ),
        Example(
            "one server, two years",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            90   < response.audio.delta response_id=r1 item_id=m1
            """,
            "info likely",
            (3, 4),
        ),
    )
    good = (
        Example(
            "a provider that still speaks the beta names (Azure preview, Voice Live, Qwen)",
            """
            bare
            0    < session event_id=event_5ySYe4HO0CC49gK3lWmFtZ
            1    < response r1
            2    < output r1 m1 assistant
            3    < conversation.item.created item.id=m1 kind=assistant
            90   < response.audio.delta response_id=r1 item_id=m1
            """,
        ),
        Example(
            "a server that sends both `conversation.item.created` and `conversation.item.added`",
            """
            0    < conversation.item.created item.id=m1 kind=user
            1    < added m1 user
            """,
        ),
        Example(
            "a parameter that is wrong for another reason",
            """
            0    > update event_id=e1 session.type=realtime session.voice=nobody
            40   < error invalid_value e1 error.param=session.audio.output.voice
            """,
        ),
        Example(
            "an unknown parameter of another event",
            """
            0    > respond event_id=e1
            40   < error unknown_parameter e1 error.param=response.voice
            """,
        ),
        Example(
            "a server of the beta",
            """
            0    < response r1
            2    < conversation.item.created item.id=m1 kind=assistant
            90   < response.audio.delta response_id=r1 item_id=m1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no refusal seen."""
        self._refused: dict[int, tuple[Moment, str]] = {}

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """The server refuses the header, or a session for its shape."""
        if change.code == errors.BETA_DISABLED:
            self._refused[change.conn.number] = (change.at, change.code)
        elif change.code in SHAPE_CODES and change.param.partition(".")[0] == "session":
            sent = change.request.sent if change.request else None
            self._say(
                f"the server refused the session.update at {stamp(sent or change.at)}: {change.code} {change.param}",
                sent or change.at,
                (seen(sent, "the client configures the session"), seen(change.at, f"refused: {change.code}")),
                "proven",
            )

    @on(ConnectionClosed)
    def closed(self, change: ConnectionClosed) -> None:
        """The close names the reason too."""
        at, code = self._refused.pop(change.conn.number, (None, ""))
        if at is None and errors.BETA_DISABLED not in change.reason:
            return
        self._say(
            f"the server refused the shape of the beta at {stamp(at or change.at)} and closed the connection",
            at or change.at,
            (seen(at, f"refused: {code}"), seen(change.at, "the server closes the connection")),
            "proven",
        )

    def finish(self) -> None:
        """Report refusals without a close, and servers that mix the names."""
        for at, code in self._refused.values():
            self._say(f"the server refused the shape of the beta at {stamp(at)}", at, (seen(at, code),), "proven")
        for connection in self.engine.connections():
            self._judge_mixture(connection)

    def _judge_mixture(self, connection: Connection) -> None:
        beta, ga = connection.beta_event, connection.ga_event
        if beta is None or ga is None or connection.dialect.beta_names:
            return
        self._say(
            f"the server speaks the names of two years: {ga.type} at {stamp(ga)}, and {beta.type} at {stamp(beta)}",
            beta,
            (seen(ga, "a name of GA"), seen(beta, "a name of the beta")),
            "likely",
            Severity.INFO,
        )

    def _say(
        self,
        message: str,
        at: Moment,
        evidence: Iterable[Evidence | None],
        certainty: Certainty,
        severity: Severity = Severity.ERROR,
    ) -> None:
        self.report(
            message,
            at,
            evidence,
            certainty=certainty,
            severity=severity,
            subject="dialect",
            prevented_by=("drop the OpenAI-Beta header, send session.type, and handle the names of GA",),
        )
