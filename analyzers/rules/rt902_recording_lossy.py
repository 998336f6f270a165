"""RT902: the recording says, or shows, that records are missing."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.rule import Example, Rule, Severity, seen


class RecordingLossy(Rule):
    """`gap` records, or holes in `seq`."""

    code = "RT902"
    name = "recording-lossy"
    severity = Severity.WARNING
    what = "The recorder counted records that it could not write (`gap`), or numbers are missing in `seq`."
    why = "An answer that seems to be missing may only be missing from the file; verdicts become inconclusive."
    remedy = "Look at the recorder's own messages: a full disk, a killed process, a file edited by hand."
    look_alikes = ("a recording that was cut on purpose and renumbered",)
    bad = (
        Example(
            "a gap",
            """
            0    < added m1 assistant
            5    gap lost=7
            """,
            "warning proven",
            (2,),
        ),
    )
    good = (
        Example(
            "a recording that was cut on purpose and renumbered",
            """
            0    < added m1 assistant
            5    < added m2 assistant
            """,
        ),
    )

    def finish(self) -> None:
        """One finding for all losses, at the first."""
        coverage = self.engine.coverage
        at = coverage.first_loss
        if at is None:
            return
        missing = coverage.lost + coverage.holes
        self.report(
            f"{missing} record{'s are' if missing > 1 else ' is'} missing, the first before {stamp(at)}",
            at,
            (seen(at, f"{coverage.lost} counted by the recorder, {coverage.holes} missing in seq"),),
            certainty="proven",
            subject="recording",
        )
