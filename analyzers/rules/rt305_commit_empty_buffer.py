"""RT305: the client commits an audio buffer that holds next to nothing."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import AudioCommitted, ErrorReceived
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class _Commits(Struct, eq=False):
    """The refused commits of one connection."""

    last_own: Moment | None = None
    """The last commit that turn detection made."""
    count: int = 0
    """Refused with turn detection on: noise."""
    first: tuple[Moment, Moment] | None = None


class CommitEmptyBuffer(Rule):
    """`input_audio_buffer.commit` is refused: less than 100 ms of audio is in the buffer."""

    code = "RT305"
    name = "commit-empty-buffer"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "The client commits when the buffer is empty: mostly a commit of its own that races the one of server turn "
        "detection. The server answers input_audio_buffer_commit_empty."
    )
    why = "With turn detection on it is noise. Without it the user's turn is missing, and the model answers without it."
    remedy = "Leave commits to turn detection where it is on; else commit only after 100 ms of audio."
    look_alikes = ("turn detection has just committed by itself: information",)
    references = ("openai/openai-agents-js#748", "betalgo/openai#674", "livekit/agents#6642")
    options = (Option("race-ms", 1_000, "a commit this soon after turn detection's own has raced it"),)
    bad = (
        Example(
            "without turn detection",
            """
            0    < updated session.turn_detection=null
            10   > append 480
            20   > commit event_id=e1
            60   < error input_audio_buffer_commit_empty e1
            """,
            "warning proven",
            (3, 4),
        ),
        Example(
            "turn detection has just committed by itself",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            950  > commit
            990  < error error.code=null error.message="buffer too small. Expected at least 100ms of audio"
            """,
            "info proven",
            (4, 5),
        ),
        Example(
            "turn detection is on, and has not committed yet",
            """
            0    < updated session.turn_detection={"type":"server_vad"}
            10   > commit event_id=e1
            60   < error input_audio_buffer_commit_empty e1
            """,
            "info proven",
            (2, 3),
        ),
        Example(
            "nobody told of turn detection, and it has never committed",
            """
            10   > commit event_id=e1
            60   < error input_audio_buffer_commit_empty e1
            """,
            "warning proven",
            (1, 2),
        ),
        Example(
            "turn detection was never told, and has committed long ago",
            """
            0    < speech_started u1
            900  < committed u1
            9000 > commit event_id=e1
            9040 < error input_audio_buffer_commit_empty e1
            9500 > commit event_id=e2
            9540 < error input_audio_buffer_commit_empty e2
            """,
            "info proven",
            (3, 4),
        ),
        Example(
            "after a commit that was taken",
            """
            0    < updated session.turn_detection=null
            1    > append 48000
            10   > commit
            20   < committed u1
            30   > commit event_id=e1
            60   < error input_audio_buffer_commit_empty e1
            """,
            "warning proven",
            (5, 6),
        ),
    )
    good = (
        Example(
            "a commit that is taken",
            """
            0    < updated session.turn_detection=null
            10   > append 48000
            20   > commit event_id=e1
            60   < committed u1
            """,
        ),
        Example(
            "refused for another reason",
            """
            0    < updated session.turn_detection=null
            20   > commit event_id=e1
            60   < error invalid_value e1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with nothing refused."""
        self._commits: dict[int, _Commits] = {}

    @on(AudioCommitted)
    def committed(self, change: AudioCommitted) -> None:
        """Turn detection commits by itself."""
        if change.request is None:
            self._of(change.conn.number).last_own = change.at

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """The server's own word."""
        if change.code != errors.COMMIT_EMPTY:
            return
        commits, request = self._of(change.conn.number), change.request
        sent = request.sent if request is not None else change.at
        raced = within(commits.last_own, sent, self.number("race-ms"))
        detects = change.conn.settings.turn_detection
        if raced or detects or (detects is None and commits.last_own is not None):
            commits.count += 1
            commits.first = commits.first or (sent, change.at)
        else:
            self._report(sent, change.at)

    def _of(self, number: int) -> _Commits:
        return self._commits.setdefault(number, _Commits())

    def finish(self) -> None:
        """Report the noise once a connection."""
        for commits in self._commits.values():
            if commits.first is not None:
                self._report(*commits.first, count=commits.count)

    def _report(self, sent: Moment, refused: Moment, count: int = 0) -> None:
        why = (
            f"{count} refused commits with turn detection on, the first"
            if count
            else "the buffer held less than 100 ms of audio: the commit"
        )
        self.report(
            f"{why} at {stamp(sent)}",
            sent,
            (
                seen(sent if sent is not refused else None, "the client commits"),
                seen(refused, "refused: the buffer is empty"),
            ),
            certainty="proven",
            severity=Severity.INFO if count else Severity.WARNING,
            subject="commit",
            prevented_by=("leave commits to turn detection where it is on",),
        )
