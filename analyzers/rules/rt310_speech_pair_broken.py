"""RT310: speech that has started never stops, or stops without having started."""

from collections import OrderedDict

from msgspec import Struct

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.analyzers.reconciler.changes import (
    AudioCommitted,
    RequestSent,
    SessionConfigured,
    SpeechStarted,
    SpeechStopped,
)
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

BY_HAND = frozenset({"input_audio_buffer.commit", "input_audio_buffer.clear"})
REMEMBERED = 256
"""Turns whose end may still be told, behind a commit."""
SEMANTIC = "semantic_vad"
"""It takes its time by design, up to 8 s of silence at low eagerness."""


class _Open(Struct, eq=False):
    connection: Connection
    started: Moment
    item_id: str


class SpeechPairBroken(Rule):
    """`speech_started` without `speech_stopped` or `committed`, or the reverse."""

    code = "RT310"
    name = "speech-pair-broken"
    severity = Severity.WARNING
    needs = frozenset({"time"})
    what = (
        "Turn detection hears speech begin and never hears it end: the noise floor is too high, or the client stopped "
        "sending audio, so that there is no silence to hear. Or the beginning is missing."
    )
    why = "The turn is never committed: the agent waits for the user to finish and says nothing."
    remedy = "Keep appending silence while a turn is open, or commit by hand; raise the threshold in noise."
    look_alikes = (
        "the client commits during speech: no end need come",
        "the client clears the buffer",
        "the session ends during speech",
        "a long turn that does end",
        "semantic_vad, which waits for the end of a thought",
        "turn detection is switched off during speech",
        "a recording that starts in the middle of a session",
    )
    references = (
        "twilio-samples/speech-assistant-openai-realtime-api-python#6",
        "ngoanpv/DeepInterview#23",
        "sgl-project/sglang-omni#1327",
    )
    options = (
        Option("longest-ms", 30_000, "a turn that is open for this long does not end"),
        Option("silence-ms", 2_000, "turn detection needs this much more audio to hear an end"),
    )
    bad = (
        Example(
            "open for more than 30 s",
            """
            0     < speech_started u1
            31000 < speech_started u1
            """,
            "warning likely",
            (1, 2),
        ),
        Example(
            "the client stops sending audio",
            """
            0    > append 48000
            500  < speech_started u1
            900  > append 48000
            5000 > respond
            """,
            "warning likely",
            (2, 4),
        ),
        Example(
            "another turn begins first",
            """
            0    < speech_started u1
            900  < speech_started u2
            1900 < speech_stopped u2
            """,
            "warning likely",
            (1, 2),
        ),
        Example(
            "stopped without having started",
            """
            0    < speech_stopped u1
            """,
            "warning likely",
            (1,),
        ),
        Example(
            "turn detection is told again during speech",
            """
            0     < speech_started u1
            900   < updated session.turn_detection={"type":"server_vad"}
            40000 > respond
            """,
            "warning likely",
            (1, 3),
        ),
    )
    good = (
        Example(
            "the client commits during speech: no end need come",
            """
            0     < speech_started u1
            900   > commit
            40000 < speech_started u2
            40900 < speech_stopped u2
            """,
        ),
        Example(
            "the client clears the buffer",
            """
            0     < speech_started u1
            900   > clear
            40000 > respond
            """,
        ),
        Example(
            "the session ends during speech",
            """
            0    > append 48000
            500  < speech_started u1
            1500 close by=client
            """,
        ),
        Example(
            "a long turn that does end",
            """
            0     < speech_started u1
            40000 < speech_stopped u1
            """,
        ),
        Example(
            "semantic_vad, which waits for the end of a thought",
            """
            0     < updated session.turn_detection={"type":"semantic_vad","eagerness":"low"}
            1     > append 48000
            500   < speech_started u1
            40000 > respond
            """,
        ),
        Example(
            "turn detection is switched off during speech",
            """
            0     < speech_started u1
            900   < updated session.turn_detection=null
            40000 > respond
            """,
        ),
        Example(
            "committed without a stop",
            """
            0     < speech_started u1
            900   < committed u1
            40000 > respond
            """,
        ),
        Example(
            "a recording that starts in the middle of a session",
            """
            bare
            0    < speech_stopped u1
            """,
        ),
        Example(
            "audio that goes on",
            """
            0    > append 48000
            500  < speech_started u1
            900  > append 480000
            5000 > respond
            """,
        ),
        Example(
            "the connection closed long after",
            """
            0    > append 48000
            500  < speech_started u1
            5000 close by=client
            """,
        ),
    )

    def begin(self) -> None:
        """Start with nobody speaking."""
        self._open: dict[int, _Open] = {}
        self._started: OrderedDict[tuple[int, str], None] = OrderedDict()

    @on(SpeechStarted)
    def speech_started(self, change: SpeechStarted) -> None:
        """A turn begins; one that is still open has lost its end."""
        number, item_id = change.conn.number, change.item.id if change.item else ""
        before = self._open.get(number)
        if before is not None and before.item_id != item_id:
            self._report(before, change.at, "another turn began")
        if before is None or before.item_id != item_id:
            self._open[number] = _Open(change.conn, change.at, item_id)
        self._started[number, item_id] = None
        if len(self._started) > REMEMBERED:
            self._started.popitem(last=False)

    @on(SpeechStopped)
    def speech_stopped(self, change: SpeechStopped) -> None:
        """The turn ends; one that never began has lost its beginning."""
        number, item_id = change.conn.number, change.item.id if change.item else ""
        self._open.pop(number, None)
        known = (number, item_id) in self._started
        if not known and change.conn.saw_session_created:
            self.report(
                f"speech stopped at {stamp(change.at)} that had never started",
                change.at,
                (seen(change.at, "an end without a beginning"),),
                certainty="likely",
                items=(item_id,) if item_id else (),
                subject="speech",
                prevented_by=("take speech_stopped for a turn of its own",),
            )

    @on(SessionConfigured)
    def configured(self, change: SessionConfigured) -> None:
        """Without turn detection nothing ends a turn but the client."""
        if change.conn.settings.turn_detection is False:
            self._open.pop(change.conn.number, None)

    @on(AudioCommitted)
    def committed(self, change: AudioCommitted) -> None:
        """A commit ends the turn, with or without a stop."""
        self._open.pop(change.conn.number, None)

    @on(RequestSent)
    def by_hand(self, change: RequestSent) -> None:
        """A client that commits or clears by hand takes the turn away from turn detection."""
        if change.request.type in BY_HAND:
            self._open.pop(change.conn.number, None)

    def finish(self) -> None:
        """Report the turns that are open at the end, where there was time."""
        for turn in self._open.values():
            self._judge(turn)

    def _judge(self, turn: _Open) -> None:
        connection, last = turn.connection, turn.connection.last
        waited, until = elapsed(turn.started, last), connection.appended_until
        if waited is None or last is None or last.t is None or connection.settings.detects_by == SEMANTIC:
            return
        if waited > self.number("longest-ms") * NS_PER_MS:
            self._report(turn, last, f"open for {ms(waited)}")
        elif until is not None and last.t - until > self.number("silence-ms") * NS_PER_MS and connection.closed is None:
            self._report(turn, last, f"no audio was sent for {ms(last.t - until)}")

    def _report(self, turn: _Open, until: Moment, why: str) -> None:
        self.report(
            f"the speech that started at {stamp(turn.started)} never stopped: {why}, by {stamp(until)}",
            turn.started,
            (seen(turn.started, "speech starts"), seen(until, why)),
            certainty="likely",
            items=(turn.item_id,) if turn.item_id else (),
            subject="speech",
            prevented_by=("keep appending silence while a turn is open",),
        )
