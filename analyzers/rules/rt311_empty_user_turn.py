"""RT311: a turn without words is answered."""

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.analyzers.reconciler.changes import (
    AudioCommitted,
    IdleTimeout,
    ResponseCreated,
    SpeechStarted,
    SpeechStopped,
    Transcribed,
)
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

REMEMBERED = 256
"""Answered turns whose words may still come."""


class _Turn(Struct, eq=False):
    connection: Connection
    item: ItemLife
    committed: Moment
    length_ns: int | None
    idle: Moment | None
    response: ResponseLife | None = None
    told: Moment | None = None
    words: str | None = None


class EmptyUserTurn(Rule):
    """A committed user turn holds no speech, and a response answers it."""

    code = "RT311"
    name = "empty-user-turn"
    severity = Severity.WARNING
    needs = frozenset({"time"})
    leads_to = ("RT206",)
    what = (
        "Noise, an idle timeout or a commit of silence makes a user turn without words. The model answers nothing, and "
        "transcription makes up a phrase (Thank you.)."
    )
    why = "The agent speaks unasked, and words that nobody said stand in the history."
    remedy = "Raise the threshold, clear the buffer before silence is committed, or let the client decide on turns."
    look_alikes = (
        "an idle nudge that the session asks for (idle_timeout_ms): information",
        "a turn whose transcription failed",
        "a turn without words that nobody answers",
        "a short turn with words of its own",
    )
    references = ("openai/openai-agents-python#1552", "lemonade-sdk/lemonade#1739")
    options = (
        Option("blip-ms", 500, "a phrase that takes longer to say than this was made up"),
        Option(
            "phrases", ("thank you", "thanks for watching", "thank you for watching", "you", "bye"), "made up of noise"
        ),
    )
    bad = (
        Example(
            "no words, and an answer",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            902  < added u1 user
            950  < response r1
            1200 < transcribed u1 " "
            """,
            "warning likely",
            (3, 5, 6),
        ),
        Example(
            "a phrase that is made up of noise",
            """
            0    < speech_started u1
            200  < speech_stopped u1
            201  < committed u1
            202  < added u1 user
            250  < response r1
            900  < transcribed u1 "Thank you."
            """,
            "warning possible",
            (3, 5, 6),
        ),
        Example(
            "an idle timeout that nobody asked for",
            """
            0    < input_audio_buffer.timeout_triggered u1
            1    < committed u1
            2    < added u1 user
            50   < response r1
            """,
            "warning likely",
            (1, 2, 4),
        ),
        Example(
            "an idle nudge that the session asks for (idle_timeout_ms)",
            """
            0    < updated session.turn_detection={"type":"server_vad","idle_timeout_ms":6000}
            1    < input_audio_buffer.timeout_triggered u1
            2    < committed u1
            3    < added u1 user
            50   < response r1
            """,
            "info proven",
            (2, 3, 5),
        ),
        Example(
            "two turns, one of them empty",
            """
            0    < committed u1
            1    < added u1 user
            10   < response r1
            90   < transcribed u1 "what time is it"
            900  < committed u2
            901  < added u2 user
            950  < response r2
            1200 < transcribed u2 ""
            1300 < transcribed u1 "what time is it now"
            """,
            "warning likely",
            (5, 7, 8),
        ),
    )
    good = (
        Example(
            "a turn whose transcription failed",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            902  < added u1 user
            950  < response r1
            1200 < transcription_failed u1
            """,
        ),
        Example(
            "a turn without words that nobody answers",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            902  < added u1 user
            1200 < transcribed u1 ""
            """,
        ),
        Example(
            "a short turn with words of its own",
            """
            0    < speech_started u1
            200  < speech_stopped u1
            201  < committed u1
            202  < added u1 user
            250  < response r1
            900  < transcribed u1 "Stop."
            """,
        ),
        Example(
            "thanks that took their time",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            902  < added u1 user
            950  < response r1
            1200 < transcribed u1 "Thank you."
            """,
        ),
        Example(
            "a response out of band answers no turn",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            902  < added u1 user
            910  > respond response.conversation=none
            950  < response r1
            1200 < transcribed u1 ""
            """,
        ),
        Example(
            "the turn behind it is empty, and nobody answers that one",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            902  < added u1 user
            950  < response r1
            990  < transcribed u1 "what time is it"
            1000 < committed u2
            1001 < added u2 user prev=u1
            1200 < transcribed u2 ""
            """,
        ),
        Example(
            "a response, and no turn",
            """
            0 < response r1
            10 < input_audio_buffer.timeout_triggered u1
            20 < committed u2
            30 < response r2
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no turn heard."""
        self._turns: dict[int, _Turn] = {}
        self._answered: list[_Turn] = []
        self._started: dict[int, Moment] = {}
        self._lengths: dict[int, int | None] = {}
        self._idle: dict[int, tuple[str, Moment]] = {}

    @on(SpeechStarted)
    def speech_started(self, change: SpeechStarted) -> None:
        """The turn begins."""
        self._started[change.conn.number] = change.at

    @on(SpeechStopped)
    def speech_stopped(self, change: SpeechStopped) -> None:
        """Note how long it was."""
        self._lengths[change.conn.number] = elapsed(self._started.pop(change.conn.number, None), change.at)

    @on(IdleTimeout)
    def timed_out(self, change: IdleTimeout) -> None:
        """The server makes a turn of silence."""
        if change.item is not None:
            self._idle[change.conn.number] = (change.item.id, change.at)

    @on(AudioCommitted)
    def committed(self, change: AudioCommitted) -> None:
        """Keep the turn until it is known what was said and whether it was answered."""
        number = change.conn.number
        length = self._lengths.pop(number, None)
        if change.item is not None:
            name, idle = self._idle.pop(number, ("", None))
            idle = idle if name == change.item.id else None
            self._turns[number] = _Turn(change.conn, change.item, change.at, length, idle)

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """The turn is answered."""
        if not change.response.out_of_band:
            turn = self._turns.pop(change.conn.number, None)
            if turn is not None:
                turn.response = change.response
                self._answered.append(turn)
                self._forget()

    def _forget(self) -> None:
        """Where nothing is transcribed, no words will ever settle a turn."""
        if len(self._answered) > REMEMBERED:
            oldest = next((turn for turn in self._answered if turn.told is None and turn.idle is None), None)
            if oldest is not None:
                self._answered.remove(oldest)

    @on(Transcribed)
    def transcribed(self, change: Transcribed) -> None:
        """The words are known; a turn with words of its own is dropped."""
        waiting = self._turns.get(change.conn.number)
        for turn in (*self._answered, *((waiting,) if waiting else ())):
            if turn.item is change.item and turn.told is None:
                turn.told, turn.words = change.at, change.text
        self._answered = [turn for turn in self._answered if turn.told is None or self._certainty(turn) is not None]

    def finish(self) -> None:
        """Report the turns without words that were answered."""
        for turn in self._answered:
            certainty = self._certainty(turn)
            if certainty is not None:
                self._report(turn, certainty)

    def _certainty(self, turn: _Turn) -> Certainty | None:
        if turn.idle is not None:
            return "proven" if turn.connection.settings.idle_timeout else "likely"
        if turn.words is None:
            return None
        phrase = turn.words.strip().strip(".!").casefold()
        short = turn.length_ns is not None and turn.length_ns < self.number("blip-ms") * NS_PER_MS
        if not phrase:
            return "likely"
        return "possible" if short and phrase in self.names("phrases") else None

    def _report(self, turn: _Turn, certainty: Certainty) -> None:
        response, item = turn.response, turn.item
        asked = turn.idle is not None and turn.connection.settings.idle_timeout
        what = "an idle timeout" if turn.idle else "no words" if not (turn.words or "").strip() else "a phrase of noise"
        if response is None:
            return
        self.report(
            f"{item.label}, committed at {stamp(turn.committed)}, holds {what}, and {response.label} answers it",
            turn.committed,
            (
                seen(turn.idle, "nobody spoke, and the server makes a turn of it"),
                seen(turn.committed, f"{item.label} is committed"),
                seen(response.created, f"{response.label} answers"),
                seen(turn.told, f"the transcript: {what}"),
            ),
            certainty=certainty,
            severity=Severity.INFO if asked else Severity.WARNING,
            about=item,
            responses=(response.id,),
            prevented_by=("raise the threshold, or clear the buffer before silence is committed",),
        )
