"""RT312: one response speaks in several messages."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import NS_PER_MS
from rtlog.analyzers.reconciler.changes import ItemTruncateSent, ResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen


class _Wrong(Struct, eq=False):
    """A truncate of a message that was not the one being heard."""

    request: Request
    item: ItemLife
    heard: ItemLife
    response: ResponseLife


class MultiItemAudioOverlap(Rule):
    """A response holds more than one message with audio."""

    code = "RT312"
    name = "multi-item-audio-overlap"
    severity = Severity.ERROR
    needs = frozenset({"time"})
    what = (
        "Newer models say several messages in one response, and the second may begin before the first is done. Players "
        "and truncations that know one current item mix them up."
    )
    why = "A barge-in truncates a message that was not being heard: the server keeps words that nobody heard."
    remedy = "Queue audio by item_id, and truncate the item whose samples are being played."
    look_alikes = (
        "the truncate hits the message that is heard, and the one behind it at 0",
        "a truncate at the whole length, which takes nothing away",
        "one message and a call",
        "messages without a sound",
    )
    references = ("pipecat-ai/pipecat#4465", "livekit/agents#5763")
    options = (Option("slack-ms", 1_000, "a player may be this far from the estimate"),)
    bad = (
        Example(
            "two messages with audio",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 48000
            90   < finished r1 completed
            """,
            "info proven",
            (3, 6, 8),
        ),
        Example(
            "a truncate of the one that is not heard",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            90   < finished r1 completed
            1000 < speech_started u1
            1010 > truncate m2 900
            1050 < truncated m2
            """,
            "error likely",
            (3, 6, 10, 11),
        ),
        Example(
            "the first, heard to its end, is cut short",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 144000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            90   < finished r1 completed
            6000 < speech_started u1
            6010 > truncate m1 1500
            6050 < truncated m1
            """,
            "error likely",
            (3, 6, 10, 11),
        ),
        Example(
            "the second is heard, and truncated",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 144000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            90   < finished r1 completed
            6000 < speech_started u1
            6010 > truncate m2 2990
            6050 < truncated m2
            """,
            "info proven",
            (3, 6, 8),
        ),
        Example(
            "the player is not far from the estimate",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 144000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            90   < finished r1 completed
            3300 > truncate m1 2900
            3350 < truncated m1
            """,
            "info proven",
            (3, 6, 8),
        ),
        Example(
            "a truncate that names nothing known",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 144000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            90   < finished r1 completed
            3300 > truncate m9 2900
            """,
            "info proven",
            (3, 6, 8),
        ),
        Example(
            "a later response says one message, which is truncated",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 144000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            90   < finished r1 completed
            9000 < response r2
            9001 < output r2 m3 assistant
            9002 < added m3 assistant
            9010 < audio r2 m3 240000
            9500 > truncate m3 490
            """,
            "info proven",
            (3, 6, 8),
        ),
    )
    good = (
        Example(
            "the truncate hits the message that is heard, and the one behind it at 0",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            1000 < speech_started u1
            1010 > truncate m1 990
            1011 > truncate m2 0
            1090 < truncated m1
            1091 < truncated m2
            """,
        ),
        Example(
            "a truncate at the whole length, which takes nothing away",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 24000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 240000
            3000 < speech_started u1
            3010 > truncate m1 500
            3011 > truncate m2 2490
            """,
        ),
        Example(
            "both are over when it is sent",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 24000
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            30   < audio r1 m2 24000
            9000 > truncate m1 100
            """,
        ),
        Example(
            "one message and a call",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            20   < output r1 fc1 call call_id=c1
            21   < added fc1 call call_id=c1 prev=m1
            90   < finished r1 completed
            """,
        ),
        Example(
            "messages without a sound",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            20   < output r1 m2 assistant
            21   < added m2 assistant prev=m1
            90   < finished r1 completed
            """,
        ),
    )

    def begin(self) -> None:
        """Start with nothing heard."""
        self._several: dict[int, tuple[Connection, ResponseLife, list[ItemLife]]] = {}
        self._counts: dict[int, int] = {}
        self._wrong: list[_Wrong] = []

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """Count the messages that have audio."""
        spoken = _spoken(change.conn, change.response)
        if len(spoken) > 1:
            number = change.conn.number
            self._counts[number] = self._counts.get(number, 0) + 1
            self._several.setdefault(number, (change.conn, change.response, spoken))

    @on(ItemTruncateSent)
    def truncate_sent(self, change: ItemTruncateSent) -> None:
        """Compare what is truncated with what is heard; cut at 0 or at its end, nothing false is said of a message."""
        item, response = change.item, change.conn.response_of(change.item) if change.item else None
        if item is None or response is None or response.first_audio_t is None or change.at.t is None:
            return
        spoken = _spoken(change.conn, response)
        played = (change.at.t - response.first_audio_t) / NS_PER_MS
        if len(spoken) < 2 or item not in spoken or not response.playing_at(change.at.t):  # noqa: PLR2004 - several
            return
        slack = self.number("slack-ms")
        whole = item.audio_bytes / response.audio_bytes_per_ms
        if not change.end_ms or change.end_ms >= whole:
            return
        heard = {_heard(response, spoken, moment) for moment in (played - slack, played, played + slack)}
        if spoken.index(item) not in heard:
            heard_now = spoken[_heard(response, spoken, played)]
            self._wrong.append(_Wrong(change.request, item, heard_now, response))

    def finish(self) -> None:
        """Report truncates that missed; else, once a connection, that responses speak in several messages."""
        missed = {case.response.conn for case in self._wrong}
        for case in self._wrong:
            self._report_wrong(case)
        for number, (_, response, spoken) in self._several.items():
            if number not in missed:
                self._report(response, spoken, self._counts[number])

    def _report(self, response: ResponseLife, spoken: list[ItemLife], count: int) -> None:
        names = " and ".join(item.label for item in spoken)
        more = f"; {count} responses of this session do so" if count > 1 else ""
        if response.done is None:
            return
        self.report(
            f"{response.label} speaks in {len(spoken)} messages, {names}{more}",
            response.done,
            (
                *(seen(item.added, f"{item.label} is added") for item in spoken),
                seen(response.done, "the response ends"),
            ),
            certainty="proven",
            severity=Severity.INFO,
            items=tuple(item.id for item in spoken),
            responses=(response.id,),
            subject="response",
            prevented_by=("queue audio by item_id",),
        )

    def _report_wrong(self, case: _Wrong) -> None:
        self.report(
            f"{case.item.label} was truncated at {stamp(case.request.sent)} while {case.heard.label} of the same "
            f"response was heard",
            case.request.sent,
            (
                seen(case.heard.added, f"{case.heard.label} is added"),
                seen(case.item.added, f"{case.item.label} is added"),
                seen(case.request.sent, f"the client truncates {case.item.label}"),
                seen(case.request.answered, "the server answers"),
            ),
            certainty="likely",
            about=case.item,
            items=(case.item.id, case.heard.id),
            responses=(case.response.id,),
            prevented_by=("truncate the item whose samples are being played",),
        )


def _spoken(connection: Connection, response: ResponseLife) -> list[ItemLife]:
    items = (connection.item(item_id) for item_id in response.items)
    return [item for item in items if item is not None and item.type == "message" and item.audio_bytes]


def _heard(response: ResponseLife, spoken: list[ItemLife], played_ms: float) -> int:
    """Give the place of the message that is heard after *played_ms* of the response's audio."""
    for place, item in enumerate(spoken):
        played_ms -= item.audio_bytes / response.audio_bytes_per_ms
        if played_ms < 0:
            return place
    return len(spoken) - 1
