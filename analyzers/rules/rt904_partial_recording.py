"""RT904: the recording holds only a part of its session."""

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.rule import Evidence, Example, Rule, Severity
from rtlog.recordings.vocabulary.events import KNOWN_EVENTS

BEGINNINGS = frozenset({"session.created", "session.updated"})


class PartialRecording(Rule):
    """It starts mid-session, or lacks one direction."""

    code = "RT904"
    name = "partial-recording"
    severity = Severity.INFO
    what = "The first server event is not `session.created`, or the recording has no client, or no server, events."
    why = "Items may be older than the recording: what it never announced is not accused."
    remedy = "Start recording before the session; record both directions."
    look_alikes = ("a sideband connection (`call_id`): its first server event is `session.updated`",)
    bad = (
        Example(
            "starts mid-session",
            """
            bare
            0    < added m1 assistant
            5    > delete m1
            """,
            "info proven",
            (2,),
        ),
        Example(
            "one direction only",
            """
            0    < added m1 assistant
            """,
            "info proven",
            (0,),
        ),
    )
    good = (
        Example(
            "a sideband connection (`call_id`): its first server event is `session.updated`",
            """
            bare
            0    > update session.type=realtime
            5    < updated session.type=realtime
            """,
        ),
        Example(
            "from the start, both directions",
            """
            0    < added m1 assistant
            5    > delete m1
            """,
        ),
    )

    def finish(self) -> None:
        """One finding a connection that starts late, one for a missing direction."""
        for connection in self.engine.connections():
            first = connection.first_server
            if first is not None and first.type in KNOWN_EVENTS - BEGINNINGS:
                self._report("the recording starts mid-session", first, f"the first server event is {first.type}")
        missing = self.engine.coverage.missing_direction
        if missing is not None:
            first = next((c.first_server or c.first_client for c in self.engine.connections()), None)
            if first is not None:
                self._report(f"the recording has no {missing} events", first, f"only this direction: {first.dir}")

    def _report(self, message: str, at: Moment, note: str) -> None:
        self.report(message, at, (Evidence(at, note),), certainty="proven", subject="recording")
