"""RT901: lines of the recording cannot be read."""

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.rule import Evidence, Rule, Severity


class RecordingDamaged(Rule):
    """A torn last line, or lines that are no JSON."""

    code = "RT901"
    name = "recording-damaged"
    severity = Severity.WARNING
    what = "Lines of the file cannot be read: a torn last line, damaged bytes, something that is no JSON object."
    why = "What stood there is missing from the analysis; rules that depend on it may stay silent."
    remedy = "Record again, or repair the file; every complete line was used."
    look_alikes = ("a missing footer alone: a recording that is still being written, a fact of coverage",)

    def finish(self) -> None:
        """One finding for all damaged lines, with the first as its place."""
        coverage = self.engine.coverage
        if not coverage.damage:
            return
        first, count = coverage.damage[0], coverage.damaged_lines
        at = Moment(first.line, 0, None, "", "damage", 1)
        more = f", and {count - 1} more" if count > 1 else ""
        self.report(
            f"line {first.line} cannot be read ({first.problem}){more}",
            at,
            [Evidence(Moment(d.line, 0, None, "", "damage", 1), d.problem) for d in coverage.damage[:3]],
            certainty="proven",
            subject="recording",
        )
