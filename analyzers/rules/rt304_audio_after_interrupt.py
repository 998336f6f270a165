"""RT304: the audio of an interrupted response keeps coming."""

from msgspec import Struct

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.analyzers.reconciler.changes import LocalChanged, ResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

STARTED = "local.playback_started"
PLAYING = frozenset({STARTED, "local.playback_position"})


class _Tail(Struct, eq=False):
    """A response whose audio came long after it was interrupted."""

    response: ResponseLife
    late_ns: int
    audio_ms: float


class AudioAfterInterrupt(Rule):
    """`response.output_audio.delta` of a response that was interrupted, ended or truncated."""

    code = "RT304"
    name = "audio-after-interrupt"
    severity = Severity.ERROR
    needs = frozenset({"time"})
    what = (
        "The user speaks, or the client cancels, and the response's audio goes on for longer than what was on its way; "
        "or audio comes after `response.done`, or after the item was truncated."
    )
    why = "A client that plays what arrives lets the agent talk over the user, or plays the rest of an old answer."
    remedy = "Drop audio by response_id from the interruption on, and flush the player."
    look_alikes = (
        "a handful of deltas that were on their way",
        "interrupt_response is false: nothing was interrupted",
        "the next message of the same response (RT312)",
        "a recording that starts in the middle: whether speech interrupts is not known",
        "a cancel that did not hit it",
        "a response out of band, which speech does not interrupt",
    )
    references = (
        "openai/openai-realtime-console#501",
        "huggingface/speech-to-speech#335",
        "GetStream/Vision-Agents#527",
        "openai/openai-agents-python#4135",
    )
    options = (
        Option("allowance-ms", 300, "audio this long after the user began to speak was on its way"),
        Option("cancel-allowance-ms", 1_500, "audio this long after the client's cancel: the cancel travels too"),
    )
    bad = (
        Example(
            "it goes on while the user speaks",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  < speech_started u1
            900  < audio r1 m1 48000
            950  < finished r1 cancelled turn_detected
            """,
            "warning likely",
            (1, 5, 7),
        ),
        Example(
            "it goes on after the cancel",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > cancel
            2100 < audio r1 m1 48000
            2200 < finished r1 cancelled client_cancelled
            """,
            "warning likely",
            (1, 5, 7),
        ),
        Example(
            "after its end",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            90   < finished r1 completed
            95   < audio r1 m1 48000
            """,
            "error proven",
            (1, 5, 6),
        ),
        Example(
            "after both ends, and told once",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            50   < truncated m1
            90   < finished r1 cancelled turn_detected
            95   < audio r1 m1 48000
            """,
            "error proven",
            (1, 6, 7),
        ),
        Example(
            "after it was truncated",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            50   < truncated m1
            95   < audio r1 m1 48000
            """,
            "error proven",
            (3, 5, 6),
        ),
        Example(
            "the server talks on and completes",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  < speech_started u1
            1900 < audio r1 m1 48000
            2950 < finished r1 completed
            """,
            "warning likely",
            (1, 5, 7),
        ),
        Example(
            "the player goes on",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 480000
            20   L playback_started m1 ms=0
            400  L playback_position m1 ms=380
            500  < speech_started u1
            550  < finished r1 cancelled turn_detected
            900  L playback_position m1 ms=880
            1100 L playback_position m1 ms=1080
            1300 L playback_position m1 ms=1280
            """,
            "warning proven",
            (1, 7, 10),
        ),
        Example(
            "the player begins with what was interrupted",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 480000
            500  < speech_started u1
            550  < finished r1 cancelled turn_detected
            900  L playback_started m1
            """,
            "warning proven",
            (1, 5, 7),
        ),
        Example(
            "the sound goes on, and the player with it",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 480000
            20   L playback_started m1 ms=0
            400  L playback_position m1 ms=380
            500  < speech_started u1
            900  L playback_position m1 ms=880
            1100 L playback_position m1 ms=1080
            1150 < audio r1 m1 48000
            1200 < finished r1 cancelled turn_detected
            """,
            "warning proven",
            (1, 7, 9),
        ),
    )
    good = (
        Example(
            "a handful of deltas that were on their way",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  < speech_started u1
            700  < audio r1 m1 48000
            950  < finished r1 cancelled turn_detected
            """,
        ),
        Example(
            "on their way while the cancel was, too",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > cancel
            1400 < audio r1 m1 48000
            1450 < finished r1 cancelled client_cancelled
            """,
        ),
        Example(
            "interrupt_response is false: nothing was interrupted",
            """
            0    < updated session.turn_detection={"type":"server_vad","interrupt_response":false}
            1    < response r1
            2    < output r1 m1 assistant
            3    < added m1 assistant
            10   < audio r1 m1 48000
            500  < speech_started u1
            1900 < audio r1 m1 48000
            2950 < finished r1 completed
            """,
        ),
        Example(
            "the next message of the same response (RT312)",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            20   < output r1 m2 assistant
            21   < added m2 assistant
            50   < truncated m1
            95   < audio r1 m2 48000
            """,
        ),
        Example(
            "a recording that starts in the middle: whether speech interrupts is not known",
            """
            bare
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  < speech_started u1
            1900 < audio r1 m1 48000
            2950 < finished r1 completed
            """,
        ),
        Example(
            "a cancel that did not hit it",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > cancel event_id=e1
            540  < error response_cancel_not_active e1
            2900 < audio r1 m1 48000
            2950 < finished r1 completed
            """,
        ),
        Example(
            "words alone go on",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  < speech_started u1
            900  < words r1 m1
            950  < finished r1 cancelled turn_detected
            """,
        ),
        Example(
            "a response out of band, which speech does not interrupt",
            """
            0    > respond response.conversation=none
            1    < response r1
            2    < output r1 m1 assistant
            10   < audio r1 m1 48000
            500  < speech_started u1
            1900 < audio r1 m1 48000
            2950 < finished r1 completed
            """,
        ),
        Example(
            "the player stops, and tells late where",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 480000
            20   L playback_started m1 ms=0
            400  L playback_position m1 ms=380
            500  < speech_started u1
            550  < finished r1 cancelled turn_detected
            900  L playback_position m1 ms=480
            1100 L playback_position m1 ms=480
            1101 L playback_finished m1 ms=480
            """,
        ),
        Example(
            "the next answer is played",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 480000
            20   L playback_started m1 ms=0
            400  L playback_position m1 ms=380
            500  < speech_started u1
            550  < finished r1 cancelled turn_detected
            600  < response r2
            601  < output r2 m2 assistant
            602  < added m2 assistant
            610  < audio r2 m2 48000
            900  L playback_position m1 ms=480
            950  L playback_started m2 ms=0
            1000 L playback_position m2 ms=490
            """,
        ),
        Example(
            "the player takes a moment to stop",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 480000
            20   L playback_started m1 ms=0
            400  L playback_position m1 ms=380
            500  < speech_started u1
            550  < finished r1 cancelled turn_detected
            600  L playback_position m1 ms=580
            700  L playback_position m1 ms=680
            """,
        ),
        Example(
            "a cancel that did not hit it, and the player goes on",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 480000
            90   < finished r1 completed
            500  > cancel event_id=e1
            540  < error response_cancel_not_active e1
            2900 L playback_position m1 ms=2880
            3100 L playback_position m1 ms=3080
            """,
        ),
        Example(
            "nothing interrupts, and the player goes on",
            """
            0    < updated session.turn_detection={"type":"server_vad","interrupt_response":false}
            1    < response r1
            2    < output r1 m1 assistant
            3    < added m1 assistant
            10   < audio r1 m1 480000
            500  < speech_started u1
            900  L playback_position m1 ms=880
            1100 L playback_position m1 ms=1080
            1300 < finished r1 completed
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no tail heard."""
        self._tails: list[_Tail] = []
        self._positions: dict[int, tuple[str, float]] = {}
        """What the player of each connection told last after an interruption: of which item, and how far it was."""
        self._played: dict[tuple[int, str], tuple[ResponseLife, ItemLife, Moment]] = {}

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """Compare the last sound with the interruption."""
        response = change.response
        interrupted, last = response.interrupted, response.last_audio_t
        if interrupted is None or interrupted.t is None or last is None or response.done is None:
            return
        if not _was_interrupted(change.conn, response):
            return
        allowance = self._allowance(interrupted)
        audio = (response.audio_bytes - response.audio_bytes_then) / response.audio_bytes_per_ms
        if interrupted.seq < response.done.seq and last - interrupted.t > allowance and audio > 0:
            self._tails.append(_Tail(response, last - interrupted.t, audio))

    def _allowance(self, interrupted: Moment) -> float:
        by_client = interrupted.dir == "client"
        return self.number("cancel-allowance-ms" if by_client else "allowance-ms") * NS_PER_MS

    @on(LocalChanged)
    def played(self, change: LocalChanged) -> None:
        """The player's own word: it begins, or goes on with, what was interrupted."""
        item, connection = change.item, change.conn
        response = connection.response_of(item) if item is not None else None
        if item is None or response is None or change.at.type not in PLAYING:
            return
        gap = elapsed(response.interrupted, change.at)
        if response.interrupted is None or gap is None or gap <= self._allowance(response.interrupted):
            return
        told, before = self._positions.get(connection.number, ("", 0.0))
        self._positions[connection.number] = (item.id, change.ms or 0.0)
        goes_on = told == item.id and (change.ms or 0.0) > before
        if change.at.type == STARTED or goes_on:
            self._played.setdefault((connection.number, response.id), (response, item, change.at))

    def finish(self) -> None:
        """Report what was played, the tails, and what came after an end."""
        for (number, _), (response, item, at) in self._played.items():
            connection = next(c for c in self.engine.connections() if c.number == number)
            if _was_interrupted(connection, response):
                self._report_played(response, item, at)
        played = {id(response) for response, _, _ in self._played.values()}
        for tail in self._tails:
            if id(tail.response) not in played:
                self._report_tail(tail)
        for connection in self.engine.connections():
            self._judge_late(connection)

    def _judge_late(self, connection: Connection) -> None:
        for response in connection.responses.values():
            if response.late_audio is not None:
                self._report_late(response, None, response.done, response.late_audio)
        for item in (*connection.items.values(), *connection.buried.values()):
            maker = connection.response_of(item)
            told = maker is not None and maker.late_audio == item.late_audio
            if item.late_audio is not None and not told:
                self._report_late(maker, item, item.truncated, item.late_audio)

    def _report_played(self, response: ResponseLife, item: ItemLife, at: Moment) -> None:
        self.report(
            f"{item.label} of {response.label} was played on at {stamp(at)}, though it was interrupted at "
            f"{stamp(response.interrupted)}",
            at,
            (
                seen(response.created, f"{response.label} begins"),
                seen(response.interrupted, f"{response.label} is interrupted"),
                seen(at, f"{item.label} is played all the same"),
            ),
            certainty="proven",
            severity=Severity.WARNING,
            items=(item.id,),
            responses=(response.id,),
            subject="response",
            prevented_by=("flush the player when the response is interrupted",),
        )

    def _report_tail(self, tail: _Tail) -> None:
        response = tail.response
        if response.interrupted is None:
            return
        self.report(
            f"{response.label} went on for {ms(tail.late_ns)} after it was interrupted at "
            f"{stamp(response.interrupted)}: {tail.audio_ms / 1000:.1f} s of audio",
            response.interrupted,
            (
                seen(response.created, f"{response.label} begins"),
                seen(response.interrupted, f"{response.label} is interrupted"),
                seen(response.done, f"{response.label} ends"),
            ),
            certainty="likely",
            severity=Severity.WARNING,
            responses=(response.id,),
            items=tuple(response.items),
            subject="response",
            prevented_by=("drop audio by response_id from the interruption on",),
        )

    def _report_late(
        self, response: ResponseLife | None, item: ItemLife | None, end: Moment | None, late: Moment
    ) -> None:
        name = item.label if item is not None else response.label if response is not None else ""
        began = item.added if item is not None else response.created if response is not None else None
        how = "was truncated" if item is not None else "ended"
        self.report(
            f"audio of {name} came at {stamp(late)}, after it {how} at {stamp(end)}",
            late,
            (seen(began, f"{name} begins"), seen(end, f"{name} {how}"), seen(late, f"audio of {name} all the same")),
            certainty="proven",
            items=(item.id,) if item is not None else (),
            responses=(response.id,) if response is not None else (),
            subject="item" if item is not None else "response",
            prevented_by=("drop audio by response_id from the interruption on",),
        )


def _was_interrupted(connection: Connection, response: ResponseLife) -> bool:
    """A cancel that hit nothing interrupted nobody; nor does speech, out of band or where it is not known to."""
    if response.interrupted is None or response.out_of_band:
        return False
    if response.interrupted.dir == "client":
        return response.status == "cancelled"
    return connection.saw_session_created or connection.settings.turn_detection is not None
