"""RT208: a response fails because a rate limit is used up."""

from msgspec import Struct, field

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import RateLimitsUpdated, ResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary.errors import RATE_LIMITS

ENOUGH = 3
"""Responses whose tokens make a mean."""


class _Account(Struct, eq=False):
    """What a connection used and has left."""

    tokens: int = 0
    responses: int = 0
    low: Moment | None = None
    """The first time less was left than a response takes."""
    remaining: float = 0
    failures: "list[_Failure]" = field(default_factory=list)


class _Failure(Struct, eq=False):
    response: ResponseLife
    low: Moment | None
    retried: bool = False


class RateLimitedResponse(Rule):
    """`response.done` fails with rate_limit_exceeded or inference_rate_limit_exceeded."""

    code = "RT208"
    name = "rate-limited-response"
    severity = Severity.ERROR
    what = (
        "A response ends as failed because the account's tokens or requests of the minute are used up; it says nothing."
    )
    why = "The agent is silent, and a client that retries at once uses up the next minute as well."
    remedy = "Retry after `reset_seconds`; keep the context short; tell the user that it takes a moment."
    look_alikes = ("retried with success within 2 s", "a failure of another kind is RT207's")
    references = ("livekit/agents#5808",)
    options = (Option("retry-ms", 2_000, "a response created this soon after, that completes, makes up for it"),)
    bad = (
        Example(
            "failed, and never made up for",
            """
            0    < response r1
            100  < finished r1 failed response.status_details.error.code=rate_limit_exceeded
            9000 < speech_started u1
            """,
            "error proven",
            (1, 2),
        ),
        Example(
            "the retry fails too, later",
            """
            0    < response r1
            100  < finished r1 failed response.status_details.error.code=inference_rate_limit_exceeded
            500  > respond
            800  < response r2
            900  < finished r2 failed response.status_details.error.code=server_error
            """,
            "error proven",
            (1, 2),
        ),
        Example(
            "announced: less was left than a response takes",
            """
            0    < response r1
            90   < finished r1 completed response.usage.total_tokens=1000
            100  < response r2
            190  < finished r2 completed response.usage.total_tokens=1000
            200  < response r3
            290  < finished r3 completed response.usage.total_tokens=1000
            300  < rate_limits.updated rate_limits=[{"name":"tokens","remaining":500}]
            400  < response r4
            490  < finished r4 failed response.status_details.error.code=rate_limit_exceeded
            """,
            "error proven",
            (7, 8, 9),
        ),
        Example(
            "nearly used up",
            """
            0    < response r1
            90   < finished r1 completed response.usage.total_tokens=1000
            100  < response r2
            190  < finished r2 completed response.usage.total_tokens=1000
            200  < response r3
            290  < finished r3 completed response.usage.total_tokens=1000
            300  < rate_limits.updated rate_limits=[{"name":"tokens","remaining":500}]
            """,
            "info possible",
            (7,),
        ),
    )
    good = (
        Example(
            "retried with success within 2 s",
            """
            0    < response r1
            100  < finished r1 failed response.status_details.error.code=rate_limit_exceeded
            1500 > respond
            1800 < response r2
            2900 < finished r2 completed
            """,
        ),
        Example(
            "a failure of another kind is RT207's",
            """
            0    < response r1
            100  < finished r1 failed response.status_details.error.code=server_error
            """,
        ),
        Example(
            "enough is left",
            """
            0    < response r1
            90   < finished r1 completed response.usage.total_tokens=1000
            100  < response r2
            190  < finished r2 completed response.usage.total_tokens=1000
            200  < response r3
            290  < finished r3 completed response.usage.total_tokens=1000
            300  < rate_limits.updated rate_limits=[{"name":"calls","remaining":1},{"name":"tokens","remaining":1000}]
            """,
        ),
        Example(
            "too few responses to tell what one takes",
            """
            0    < response r1
            90   < finished r1 completed response.usage.total_tokens=1000
            100  < response r2
            190  < finished r2 completed response.usage.total_tokens=1000
            300  < rate_limits.updated rate_limits=[{"name":"tokens","remaining":500}]
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._accounts: dict[int, _Account] = {}

    @on(RateLimitsUpdated)
    def limits_updated(self, change: RateLimitsUpdated) -> None:
        """Compare what is left with what a response takes."""
        account = self._of(change.conn)
        left = next((row.remaining for row in change.limits if row.name == "tokens"), None)
        if left is None or account.responses < ENOUGH or account.low is not None:
            return
        if left < account.tokens / account.responses:
            account.low, account.remaining = change.at, left

    @on(ResponseDone)
    def response_done(self, change: ResponseDone) -> None:
        """Keep a refused response; one that completes soon after makes up for it."""
        account, response = self._of(change.conn), change.response
        if response.tokens:
            account.tokens += response.tokens
            account.responses += 1
        for failure in account.failures:
            soon = within(failure.response.done, response.created, self.number("retry-ms"))
            failure.retried = failure.retried or (soon and response.status == "completed")
        account.failures = [failure for failure in account.failures if not failure.retried]
        if response.status == "failed" and response.error_code in RATE_LIMITS:
            account.failures.append(_Failure(response, account.low))

    def _of(self, connection: Connection) -> _Account:
        return self._accounts.setdefault(connection.number, _Account())

    def finish(self) -> None:
        """Report the failures, else the one that threatens."""
        for account in self._accounts.values():
            for failure in account.failures:
                self._report(failure)
            if account.low is not None and not account.failures:
                self._warn(account, account.low)

    def _report(self, failure: _Failure) -> None:
        response = failure.response
        if response.done is None:
            return
        self.report(
            f"{response.label} failed at {stamp(response.done)}: {response.error_code}; nothing made up for it",
            response.done,
            (
                seen(failure.low, "less is left than a response takes"),
                seen(response.created, f"{response.label} begins"),
                seen(response.done, f"refused: {response.error_code}"),
            ),
            certainty="proven",
            responses=(response.id,),
            subject="response",
            prevented_by=("retry after reset_seconds",),
        )

    def _warn(self, account: _Account, low: Moment) -> None:
        mean = account.tokens / account.responses
        self.report(
            f"{account.remaining:,.0f} tokens were left at {stamp(low)}; a response of this session takes {mean:,.0f}",
            low,
            (seen(low, "less is left than a response takes"),),
            certainty="possible",
            severity=Severity.INFO,
            subject="limit",
            prevented_by=("keep the context short",),
        )
