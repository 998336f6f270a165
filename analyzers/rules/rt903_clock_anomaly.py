"""RT903: time runs backwards, or jumps."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.rule import Example, Rule, Severity, seen


class ClockAnomaly(Rule):
    """`t` decreases, or leaps by more than a session can last."""

    code = "RT903"
    name = "clock-anomaly"
    severity = Severity.INFO
    what = "The time of a record is earlier than that of the record before it, or more than an hour later."
    why = "Windows and delays around it cannot be trusted; the order of records still can."
    remedy = "Record with a monotonic clock; a suspended machine makes the time jump."
    look_alikes = ("a pause within a session",)
    bad = (
        Example(
            "backwards",
            """
            500  < added m1 assistant
            400  < added m2 assistant
            """,
            "info proven",
            (2,),
        ),
        Example(
            "a jump",
            """
            0        < added m1 assistant
            7200000  < added m2 assistant
            """,
            "info proven",
            (2,),
        ),
    )
    good = (
        Example(
            "a pause within a session",
            """
            0        < added m1 assistant
            600000   < added m2 assistant
            """,
        ),
    )

    def finish(self) -> None:
        """One finding, at the first anomaly."""
        coverage = self.engine.coverage
        for at, what in ((coverage.backwards, "runs backwards"), (coverage.jump, "jumps by more than an hour")):
            if at is not None:
                self.report(
                    f"the recording's time {what} at {stamp(at)}",
                    at,
                    (seen(at, f"time {what} here"),),
                    certainty="proven",
                    subject="recording",
                )
                return
