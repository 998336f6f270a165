"""RT303: the user cuts the agent off, and the server is not told how much was heard."""

from collections import deque

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed, within
from rtlog.analyzers.reconciler.changes import (
    ItemDeleteSent,
    ItemTruncated,
    ItemTruncateSent,
    LocalChanged,
    SpeechStarted,
)
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

REMEMBERED = 64
"""Responses that may still be playing; nobody has as many."""


class _Case(Struct, eq=False):
    connection: Connection
    response: ResponseLife
    item: ItemLife
    at: Moment
    unheard_ms: float
    played: Moment | None
    """A local event that tells that the message was being played."""
    stopped: Moment | None = None
    """A local event that tells that it was played no further."""


class MissingTruncateAfterBargeIn(Rule):
    """Playback is cut by the user's speech, and no `conversation.item.truncate` follows."""

    code = "RT303"
    name = "missing-truncate-after-barge-in"
    severity = Severity.ERROR
    needs = frozenset({"time", "client"})
    what = (
        "The user speaks while the agent's audio is still playing. Over a WebSocket the server cannot know how much "
        "was played; the client stops the player and does not say where."
    )
    why = "The conversation holds words that the user never heard, and the model builds on them."
    remedy = "Send `conversation.item.truncate` with the played milliseconds on every barge-in."
    look_alikes = (
        "WebRTC and SIP: the server truncates by itself",
        "playback had really finished",
        "the player talked on to the end",
        "a response out of band, which nobody need hear",
        "interrupt_response is false",
        "the client deletes the message instead",
        "a provider without truncate (xAI)",
        "the recording ends first",
        "truncated before the user spoke",
        "a recording that starts in the middle: whether speech interrupts is not known",
    )
    references = ("openai/openai-agents-python#2009", "openai/openai-agents-python#2059", "pydantic/pydantic-ai#7870")
    options = (
        Option("reaction-ms", 2_000, "how long a client may take to truncate"),
        Option("least-unheard-ms", 500, "less unheard audio than this is what any player loses"),
    )
    bad = (
        Example(
            "cut off, and not truncated",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            1900 < speech_stopped u1
            3100 > respond
            """,
            "warning likely",
            (3, 6),
        ),
        Example(
            "the player says that it was playing",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   L playback_started m1
            90   < finished r1 completed
            1000 < speech_started u1
            1100 L playback_finished m1 ms=1080
            3100 > respond
            """,
            "error proven",
            (3, 5, 7, 8),
        ),
        Example(
            "another message is deleted meanwhile",
            """
            0 < added m0 assistant
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            1100 > delete m0
            3100 > respond
            """,
            "warning likely",
            (4, 7),
        ),
        Example(
            "the second message is being heard",
            """
            0    < response r1
            1    < output r1 fc1 call call_id=c1
            2    < output r1 m1 assistant
            3    < added m1 assistant
            10   < audio r1 m1 24000
            12   < output r1 m2 assistant
            13   < added m2 assistant
            20   < audio r1 m2 240000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
            "warning likely",
            (7, 10),
        ),
        Example(
            "it began in the middle, and the settings were told",
            """
            bare
            0 < updated session.turn_detection={"type":"server_vad"}
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
            "warning likely",
            (5, 8),
        ),
        Example(
            "the player says that it was playing, and not when it stopped",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   L playback_started m1
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
            "warning likely",
            (3, 5, 7),
        ),
        Example(
            "the player falls silent, and does not say where",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   L playback_started m1
            90   < finished r1 completed
            1000 < speech_started u1
            1100 L playback_finished m1
            3100 > respond
            """,
            "error proven",
            (3, 5, 7, 8),
        ),
    )
    good = (
        Example(
            "truncated",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            1200 > truncate m1 990
            1240 < truncated m1
            3100 > respond
            """,
        ),
        Example(
            "WebRTC and SIP: the server truncates by itself",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            1001 < truncated m1
            3100 > respond
            """,
        ),
        Example(
            "playback had really finished",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 24000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
        ),
        Example(
            "the player says that it had finished",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   L playback_started m1
            90   < finished r1 completed
            900  L playback_finished m1
            1000 < speech_started u1
            3100 > respond
            """,
        ),
        Example(
            "interrupt_response is false",
            """
            0    < updated session.turn_detection={"type":"server_vad","interrupt_response":false}
            1    < response r1
            2    < output r1 m1 assistant
            3    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
        ),
        Example(
            "the client deletes the message instead",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            1200 > delete m1
            3100 > respond
            """,
        ),
        Example(
            "a provider without truncate (xAI)",
            """
            bare
            0    < session session.model=grok-voice-latest
            1    < response r1
            2    < output r1 m1 assistant
            3    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
        ),
        Example(
            "truncated before the user spoke",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            500  > truncate m1 490
            540  < truncated m1
            1000 < speech_started u1
            3100 > respond
            """,
        ),
        Example(
            "a recording that starts in the middle: whether speech interrupts is not known",
            """
            bare
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
        ),
        Example(
            "the recording ends first",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            2000 > respond
            """,
        ),
        Example(
            "the player talked on to the end",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   L playback_started m1
            90   < finished r1 completed
            1000 < speech_started u1
            5100 L playback_finished m1 ms=5000
            9000 > respond
            """,
        ),
        Example(
            "the player talked on, and does not say how far",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   L playback_started m1
            90   < finished r1 completed
            1000 < speech_started u1
            5100 L playback_finished m1
            9000 > respond
            """,
        ),
        Example(
            "the player plays something else",
            """
            0    < added m0 assistant
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            20   L playback_started m0
            90   < finished r1 completed
            1000 < speech_started u1
            9000 > respond
            """,
        ),
        Example(
            "a response out of band, which nobody need hear",
            """
            0 > respond response.conversation=none
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 240000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
        ),
        Example(
            "nearly over",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 60000
            90   < finished r1 completed
            1000 < speech_started u1
            3100 > respond
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no barge-in."""
        self._cases: dict[tuple[int, str], _Case] = {}
        self._playing: dict[int, tuple[str, Moment | None]] = {}
        """What the player of each connection told last: of which item, and when, `None` once it had finished."""
        self._cut: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)
        """Responses of which the client, or the server, has cut a message."""

    @on(LocalChanged)
    def played(self, change: LocalChanged) -> None:
        """The player's own word."""
        if change.item is None or not change.at.type.startswith("local.playback_"):
            return
        finished = change.at.type == "local.playback_finished"
        self._playing[change.conn.number] = (change.item.id, None if finished else change.at)
        key = (change.conn.number, change.item.id)
        case = self._cases.get(key)
        if finished and case is not None and case.stopped is None:
            case.stopped = change.at
            if self._heard_all(case, change):
                del self._cases[key]

    def _heard_all(self, case: _Case, change: LocalChanged) -> bool:
        """Say whether the player went on to the end; without its position by when it fell silent."""
        left = case.unheard_ms
        if change.ms is not None:
            left = case.item.audio_bytes / case.response.audio_bytes_per_ms - change.ms
        else:
            left -= (elapsed(case.at, change.at) or 0) / NS_PER_MS
        return left < self.number("least-unheard-ms")

    @on(SpeechStarted)
    def speech_started(self, change: SpeechStarted) -> None:
        """The user speaks: whoever was being heard is cut off."""
        connection, t = change.conn, change.at.t
        known = connection.saw_session_created or connection.settings.turn_detection is not None
        if not change.interrupts or not known or not connection.dialect.truncates or t is None:
            return
        response = _interrupted(connection, change.at)
        if response is None or response.first_audio_t is None or not response.playing_at(t):
            return
        if response.out_of_band:
            return
        left = response.audio_ms - (t - response.first_audio_t) / NS_PER_MS
        item = _heard(connection, response, (t - response.first_audio_t) / NS_PER_MS)
        if item is None or left < self.number("least-unheard-ms") or (connection.number, response.id) in self._cut:
            return
        told, played = self._playing.get(connection.number, (item.id, None))
        if connection.number in self._playing and (told != item.id or played is None):
            return
        self._cases.setdefault((connection.number, item.id), _Case(connection, response, item, change.at, left, played))

    @on(ItemTruncateSent, ItemTruncated, ItemDeleteSent)
    def cut(self, change: ItemTruncateSent | ItemTruncated | ItemDeleteSent) -> None:
        """Whoever cuts one message of the response knows where it stopped."""
        if change.item is None:
            return
        if change.item.response_id is not None:
            self._cut.append((change.conn.number, change.item.response_id))
        response = change.conn.response_of(change.item)
        for item_id in response.items if response is not None else ():
            self._cases.pop((change.conn.number, item_id), None)

    def finish(self) -> None:
        """Report the messages that nobody cut although there was time."""
        for case in self._cases.values():
            if not within(case.at, case.connection.last, self.number("reaction-ms")):
                self._report(case)

    def _report(self, case: _Case) -> None:
        item, response = case.item, case.response
        self.report(
            f"{item.label} was cut off at {stamp(case.at)} with {case.unheard_ms / 1000:.1f} s unheard, and was never "
            f"truncated: the conversation holds all of it",
            case.at,
            (
                seen(item.added, f"{item.label} is added"),
                seen(case.played, f"{item.label} is being played"),
                seen(case.at, "the user speaks"),
                seen(case.stopped, f"{item.label} is played no further"),
            ),
            certainty="proven" if case.stopped else "likely",
            severity=Severity.ERROR if case.stopped else Severity.WARNING,
            about=item,
            responses=(response.id,),
            prevented_by=("send conversation.item.truncate with the played milliseconds on every barge-in",),
        )


def _interrupted(connection: Connection, at: Moment) -> ResponseLife | None:
    """Give the response that the speech at *at* has cut off: none but the last one can still be heard."""
    last = next(reversed(connection.responses.values()), None)
    return last if last is not None and last.interrupted is at else None


def _heard(connection: Connection, response: ResponseLife, played_ms: float) -> ItemLife | None:
    """Give the message of *response* that is heard after *played_ms* of its audio."""
    for item_id in response.items:
        item = connection.item(item_id)
        if item is None or not item.audio_bytes:
            continue
        played_ms -= item.audio_bytes / response.audio_bytes_per_ms
        if played_ms <= 0:
            return item
    return None
