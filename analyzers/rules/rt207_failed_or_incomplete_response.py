"""RT207: a response fails, is cut short, or says nothing at all."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import ResponseCreateSent, ResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary.errors import RATE_LIMITS

ENDED_BADLY = frozenset({"failed", "incomplete"})


class _Case(Struct, eq=False):
    connection: Connection
    response: ResponseLife
    done: Moment
    retry: Moment | None = None


class FailedOrIncompleteResponse(Rule):
    """`response.done` with status failed or incomplete, or completed with no output."""

    code = "RT207"
    name = "failed-or-incomplete-response"
    severity = Severity.ERROR
    what = "A response ends as failed or incomplete, or completes with an empty output: a silent turn."
    why = "Speech stops in mid-sentence or never starts, and nothing else is said."
    remedy = "Look at status_details; ask again with a new `response.create`, or tell the user."
    look_alikes = (
        "cancelled by the user's turn or by the client",
        "status_details that is a string (xAI)",
        "a rate limit: RT208's",
    )
    references = ("livekit/agents#5808", "livekit/agents#5994", "openai/openai-realtime-api-beta#116")
    options = (Option("retry-ms", 5_000, "a new response.create this soon after is its retry"),)
    bad = (
        Example(
            "failed",
            """
            0    < response r1
            500  < finished r1 failed response.status_details={"type":"failed","error":{"code":"server_error"}}
            """,
            "error proven",
            (1, 2),
        ),
        Example(
            "cut short, details as a string",
            """
            0    < response r1
            10   < output r1 m1 assistant
            500  < finished r1 incomplete response.status_details=max_output_tokens
            900  > respond
            """,
            "error proven",
            (1, 3, 4),
        ),
        Example(
            "completed, and said nothing",
            """
            0    < response r1
            500  < finished r1 completed response.output=[]
            """,
            "warning likely",
            (1, 2),
        ),
    )
    good = (
        Example(
            "cancelled by the user's turn",
            """
            0    < response r1
            500  < finished r1 cancelled turn_detected
            """,
        ),
        Example(
            "cancelled, details as a string",
            """
            0    < response r1
            500  < finished r1 cancelled response.status_details=cancelled
            """,
        ),
        Example(
            "a rate limit: RT208's",
            """
            0    < response r1
            500  < finished r1 failed response.status_details={"type":"failed","error":{"code":"rate_limit_exceeded"}}
            """,
        ),
        Example(
            "completed with a message",
            """
            0    < response r1
            10   < output r1 m1 assistant
            500  < finished r1 completed response.output=[{"id":"m1"}]
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """The server's own word on how it ended."""
        response = change.response
        badly = response.status in ENDED_BADLY and response.error_code not in RATE_LIMITS
        if badly or _silent(response):
            self._cases.append(_Case(change.conn, change.response, change.at))

    @on(ResponseCreateSent)
    def asked_again(self, change: ResponseCreateSent) -> None:
        """A new request soon after is the retry."""
        for case in reversed(self._cases):
            if case.retry is None and case.connection is change.conn:
                timely = change.at.t is None or within(case.done, change.at, self.number("retry-ms"))
                case.retry = change.at if timely else None
                return

    def finish(self) -> None:
        """Report each with what followed."""
        for case in self._cases:
            self._report(case)

    def _report(self, case: _Case) -> None:
        response, silent = case.response, _silent(case.response)
        detail = response.error_code or response.error_message or response.reason
        cause = f" ({detail})" if detail and not silent else ""
        ending = "completed without any output: a silent turn" if silent else f"ended as {response.status}{cause}"
        then = f"; the client asked again at {stamp(case.retry)}" if case.retry else ""
        self.report(
            f"{response.label} {ending} at {stamp(case.done)}{then}",
            case.done,
            (
                seen(response.created, f"{response.label} begins"),
                seen(case.done, f"{response.label} ends: {response.status}"),
                seen(case.retry, "the client asks again"),
            ),
            certainty="likely" if silent else "proven",
            severity=Severity.WARNING if silent else Severity.ERROR,
            responses=(response.id,),
            items=tuple(response.items),
            subject=f"response/{response.status}",
            prevented_by=("ask again when a response fails, with a delay when the cause is a rate limit",),
        )


def _silent(response: ResponseLife) -> bool:
    return (
        response.status == "completed"
        and response.output_count == 0
        and not response.items
        and not response.out_of_band
    )
