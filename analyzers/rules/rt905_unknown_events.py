"""RT905: event types that the protocol tables do not know."""

from rtlog.analyzers.rule import Example, Rule, Severity, seen

SHOWN = 5


class UnknownEvents(Rule):
    """Types that no dialect in the tables sends."""

    code = "RT905"
    name = "unknown-events"
    severity = Severity.INFO
    what = "The recording holds event types that are in none of rtlog's protocol tables."
    why = "They are drawn and counted, but their effect is not modelled."
    remedy = "Tell the maintainers which provider sends them; add them to the vocabulary."
    look_alikes = ("known types of another dialect",)
    bad = (
        Example(
            "an unknown type",
            """
            0    < added m1 assistant
            5    < conversation.item.frobnicated m1
            """,
            "info proven",
            (2,),
        ),
    )
    good = (
        Example(
            "known types of another dialect",
            """
            0    < added m1 assistant
            5    < response.animation_viseme.delta m1
            """,
        ),
    )

    def finish(self) -> None:
        """One finding for all of them, at the first."""
        coverage = self.engine.coverage
        at = coverage.first_unknown
        if at is None:
            return
        types = [f"{name or '(no type)'} ({count})" for name, count in coverage.unknown.most_common(SHOWN)]
        more = f" and {len(coverage.unknown) - SHOWN} more types" if len(coverage.unknown) > SHOWN else ""
        self.report(
            f"event types that the tables do not know: {', '.join(types)}{more}",
            at,
            (seen(at, "the first of them"),),
            certainty="proven",
            subject="recording",
        )
