"""RT309: the agent hears itself, or noise, and stops."""

from collections.abc import Callable

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, ms, stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.analyzers.reconciler.changes import SpeechStarted, SpeechStopped, Transcribed
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

REMEMBERED = 256
"""Interruptions whose words may still come."""
LEAST_WORDS = 3
"""One word or two (yes, the table) a user says by chance as the agent does."""


class _Case(Struct, eq=False):
    connection: Connection
    response: ResponseLife
    item: ItemLife | None
    started: Moment
    stopped: Moment | None = None
    told: Moment | None = None
    words: str | None = None


class SelfInterruption(Rule):
    """Speech is detected right after the agent begins to speak, and it is noise or the agent's own words."""

    code = "RT309"
    name = "self-interruption"
    severity = Severity.WARNING
    needs = frozenset({"time"})
    leads_to = ("RT303", "RT304", "RT311")
    what = (
        "The loudspeaker's echo or noise trips server turn detection within 1.5 s of the first sound; the response is "
        "cancelled, and the turn holds nothing, or what the agent said."
    )
    why = "The agent falls silent in mid-sentence, or answers itself."
    remedy = "Cancel the echo, raise the threshold, wait for words before stopping, or set interrupt_response to false."
    look_alikes = (
        "a genuine barge-in: words of the user's own",
        "a word or two that the agent says as well",
        "speech long after the agent began",
        "the response was not cancelled by it",
        "a short turn whose words are not known yet when the recording ends",
    )
    references = ("GetStream/Vision-Agents#527", "livekit/agents#3447", "livekit/agents#6635", "livekit/agents#3903")
    options = (
        Option("onset-ms", 1_500, "speech this soon after the first sound may be its echo"),
        Option("blip-ms", 300, "speech as short as this is no word"),
        Option("overlap", 0.6, "this share of the turn's words are the agent's own"),
    )
    bad = (
        Example(
            "the agent's own words",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            11   < part_done r1 m1 "welcome to the table service"
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            1500 < speech_stopped u1
            1501 < committed u1
            1502 < added u1 user
            1900 < transcribed u1 "welcome to the table"
            """,
            "warning likely",
            (1, 6, 8, 11),
        ),
        Example(
            "nothing at all",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            800  < speech_stopped u1
            801  < committed u1
            802  < added u1 user
            1200 < transcribed u1 ""
            """,
            "warning likely",
            (1, 5, 7, 10),
        ),
        Example(
            "a blip that nobody transcribes",
            """
            0    < updated session.input_audio_transcription=null
            1    < response r1
            2    < output r1 m1 assistant
            3    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            700  < speech_stopped u1
            9000 < speech_started u2
            """,
            "warning possible",
            (2, 6, 8),
        ),
        Example(
            "a blip whose transcription failed",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            700  < speech_stopped u1
            701  < committed u1
            702  < added u1 user
            900  < transcription_failed u1
            """,
            "warning possible",
            (1, 5, 7, 10),
        ),
        Example(
            "no words, and another turn with words behind it",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            700  < speech_stopped u1
            702  < added u1 user
            900  < transcribed u1 ""
            1000 < speech_started u2
            1900 < speech_stopped u2
            1902 < added u2 user
            2100 < transcribed u2 "what do you have"
            """,
            "warning likely",
            (1, 5, 7, 9),
        ),
        Example(
            "the words come before the response has ended",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            700  < speech_stopped u1
            702  < added u1 user
            900  < transcribed u1 ""
            910  < finished r1 cancelled turn_detected
            """,
            "warning likely",
            (1, 5, 6, 8),
        ),
    )
    good = (
        Example(
            "a genuine barge-in: words of the user's own",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            11   < part_done r1 m1 "welcome to the table service"
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            800  < speech_stopped u1
            801  < committed u1
            802  < added u1 user
            1200 < transcribed u1 "stop"
            """,
        ),
        Example(
            "a word or two that the agent says as well",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            11   < part_done r1 m1 "yes I can help you with the table"
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            800  < speech_stopped u1
            801  < committed u1
            802  < added u1 user
            1200 < transcribed u1 "the table"
            """,
        ),
        Example(
            "speech long after the agent began",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 960000
            3000 < speech_started u1
            3010 < finished r1 cancelled turn_detected
            3100 < speech_stopped u1
            3800 < added u1 user
            4200 < transcribed u1 ""
            """,
        ),
        Example(
            "the response was not cancelled by it",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            90   < finished r1 completed
            600  < speech_started u1
            800  < speech_stopped u1
            802  < added u1 user
            1200 < transcribed u1 ""
            """,
        ),
        Example(
            "a short turn whose words are not known yet when the recording ends",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            800  < speech_stopped u1
            """,
        ),
        Example(
            "the client cancelled it",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            605  > cancel
            610  < finished r1 cancelled client_cancelled
            800  < speech_stopped u1
            802  < added u1 user
            1200 < transcribed u1 ""
            """,
        ),
        Example(
            "the response went on to its end",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 completed
            800  < speech_stopped u1
            802  < added u1 user
            1200 < transcribed u1 ""
            """,
        ),
        Example(
            "a long turn whose transcription failed",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            1800 < speech_stopped u1
            1802 < added u1 user
            2200 < transcription_failed u1
            """,
        ),
        Example(
            "interrupt_response is false",
            """
            0 < updated session.turn_detection={"type":"server_vad","interrupt_response":false}
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 96000
            600  < speech_started u1
            610  < finished r1 cancelled turn_detected
            800  < speech_stopped u1
            802  < added u1 user
            1200 < transcribed u1 ""
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no interruption."""
        self._cases: list[_Case] = []

    @on(SpeechStarted)
    def speech_started(self, change: SpeechStarted) -> None:
        """Keep an interruption that comes right after the first sound."""
        response = next(iter(change.conn.active.values()), None)
        t, first = change.at.t, response.first_audio_t if response is not None else None
        if response is None or t is None or first is None or not change.interrupts:
            return
        if 0 <= t - first <= self.number("onset-ms") * NS_PER_MS:
            self._cases.append(_Case(change.conn, response, change.item, change.at))

    @on(SpeechStopped)
    def speech_stopped(self, change: SpeechStopped) -> None:
        """Note how long it was."""
        for case in self._cases:
            if case.connection is change.conn and case.item is change.item and case.stopped is None:
                case.stopped = change.at
        if change.conn.settings.transcribes is False:
            self._settle(lambda case: self._over(case) and case.connection is change.conn)

    @on(Transcribed)
    def transcribed(self, change: Transcribed) -> None:
        """Note what it was."""
        for case in self._cases:
            if case.connection is change.conn and case.item is change.item and case.told is None:
                case.told, case.words = change.at, change.text
        self._settle(lambda case: case.told is not None and not case.response.active)

    def _over(self, case: _Case) -> bool:
        return case.stopped is not None and not case.response.active

    def _settle(self, settled: Callable[[_Case], bool]) -> None:
        """Report the interruptions that were no speech of the user's, and forget what is settled."""
        waiting = [case for case in self._cases if not settled(case)]
        for case in self._cases:
            if settled(case):
                self._judge(case)
        self._cases = waiting[-REMEMBERED:]

    def finish(self) -> None:
        """Judge what no transcript has settled."""
        self._settle(lambda _: True)

    def _judge(self, case: _Case) -> None:
        cancelled = case.response.status == "cancelled" and case.response.reason in {None, "turn_detected"}
        certainty = self._certainty(case) if cancelled else None
        if certainty is not None:
            self._report(case, certainty)

    def _certainty(self, case: _Case) -> Certainty | None:
        if case.words is not None:
            return "likely" if not case.words.strip() or self._echoes(case, case.words) else None
        length = elapsed(case.started, case.stopped)
        unheard = case.connection.settings.transcribes is False or case.told is not None
        blip = length is not None and length < self.number("blip-ms") * NS_PER_MS
        return "possible" if blip and unheard else None

    def _echoes(self, case: _Case, words: str) -> bool:
        items = (case.connection.item(item_id) for item_id in case.response.items)
        own = {word for item in items if item is not None for word in _words(item.text)}
        heard = _words(words)
        return len(heard) >= LEAST_WORDS and sum(word in own for word in heard) / len(heard) > self.number("overlap")

    def _report(self, case: _Case, certainty: Certainty) -> None:
        response, first = case.response, case.response.first_audio_t
        since = None if case.started.t is None or first is None else case.started.t - first
        what = "no words" if not (case.words or "").strip() else "the agent's own words"
        self.report(
            f"{response.label} was cancelled by speech at {stamp(case.started)}, {ms(since)} after its first sound: "
            f"{what}",
            case.started,
            (
                seen(response.created, f"{response.label} begins"),
                seen(case.started, "speech is detected while it plays"),
                seen(case.stopped, "the speech ends"),
                seen(case.told, f"the transcript: {what}"),
            ),
            certainty=certainty,
            responses=(response.id,),
            items=(case.item.id,) if case.item is not None else (),
            subject="turn",
            prevented_by=("cancel the echo, or wait for words before stopping",),
        )


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in text.casefold()).split()
