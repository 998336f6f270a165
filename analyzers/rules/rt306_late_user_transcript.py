"""RT306: the user's words arrive after the reply to them has begun."""

from collections import OrderedDict

from msgspec import Struct, field

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.moment import Moment, elapsed
from rtlog.analyzers.reconciler.changes import AudioCommitted, ItemAdded, LocalChanged, Transcribed
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen

REMEMBERED = 256
"""Turns whose transcript may still come, or whose order a push may tell."""


class _Turn(Struct, eq=False):
    item: ItemLife
    place: int
    """Its number among the turns of its connection."""
    reply: ItemLife | None = None
    """The assistant's message behind it."""
    late: Moment | None = None


class _Turns(Struct, eq=False):
    """The spoken turns of one connection, in the order of their commits."""

    recent: OrderedDict[str, _Turn] = field(default_factory=OrderedDict)
    """By id of the turn's item."""
    count: int = 0
    late: int = 0
    first: _Turn | None = None
    worst_ns: int = 0
    crossed: tuple[Moment, Moment] | None = None
    """Two transcripts that came in the opposite order of their commits."""
    last_told: tuple[int, Moment] | None = None


class LateUserTranscript(Rule):
    """A transcript of the user's turn comes after the reply to it has begun."""

    code = "RT306"
    name = "late-user-transcript"
    severity = Severity.ERROR
    needs = frozenset({"time"})
    leads_to = ("RT108",)
    what = (
        "Input transcription is another model that runs beside the conversation. Its text comes when the reply has "
        "begun or is over, or for two turns in the opposite order. The order of the server's items is right."
    )
    why = "A history that is kept in order of arrival puts the answer before the question."
    remedy = "Order the history by `previous_item_id` or by the commits, never by the arrival of transcripts."
    look_alikes = ("late, but the application's order is right: information",)
    references = ("livekit/agents#6616", "pipecat-ai/pipecat#1788", "openclaw/openclaw#113723")
    bad = (
        Example(
            "the words come after the reply has begun",
            """
            0    < committed u1
            5    < added u1 user
            90   < response r1
            95   < output r1 m1 assistant
            96   < added m1 assistant prev=u1
            900  < transcribed u1 "what time is it"
            """,
            "info proven",
            (5, 6),
        ),
        Example(
            "two turns in the opposite order",
            """
            0    < committed u1
            5    < added u1 user
            90   < committed u2
            95   < added u2 user prev=u1
            200  < transcribed u2 "and two"
            300  < transcribed u1 "one"
            """,
            "info proven",
            (5, 6),
        ),
        Example(
            "the application's history is inverted",
            """
            0    < committed u1
            5    < added u1 user
            90   < response r1
            95   < output r1 m1 assistant
            96   < added m1 assistant prev=u1
            400  L item_committed m1 role=assistant
            900  < transcribed u1 "what time is it"
            905  L item_committed u1 role=user
            990  L ctx_push_begin push_id=p1 source=local items=["m1","u1"]
            """,
            "error proven",
            (5, 7, 9),
        ),
        Example(
            "late, but the application's order is right: information",
            """
            0    < committed u1
            5    < added u1 user
            90   < response r1
            95   < output r1 m1 assistant
            96   < added m1 assistant prev=u1
            900  < transcribed u1 "what time is it"
            990  L ctx_push_begin push_id=p1 source=local items=["u1","m1"]
            """,
            "info proven",
            (5, 6),
        ),
        Example(
            "a copy of the mirror says nothing of the application's order",
            """
            0    < committed u1
            5    < added u1 user
            90   < response r1
            95   < output r1 m1 assistant
            96   < added m1 assistant prev=u1
            900  < transcribed u1 "what time is it"
            990  L ctx_push_begin push_id=p1 source=mirror items=["m1","u1"]
            """,
            "info proven",
            (5, 6),
        ),
        Example(
            "the push holds only one of the two",
            """
            0    < committed u1
            5    < added u1 user
            90   < response r1
            95   < output r1 m1 assistant
            96   < added m1 assistant prev=u1
            900  < transcribed u1 "what time is it"
            990  L ctx_push_begin push_id=p1 source=local items=["m1"]
            991  L ctx_push_begin push_id=p2 source=local items=["u1"]
            """,
            "info proven",
            (5, 6),
        ),
    )
    good = (
        Example(
            "the words come first",
            """
            0    < committed u1
            5    < added u1 user
            40   < transcribed u1 "what time is it"
            90   < response r1
            95   < output r1 m1 assistant
            96   < added m1 assistant prev=u1
            """,
        ),
        Example(
            "text was typed",
            """
            0    > create u1 user text=hello
            5    < added u1 user
            96   < added m1 assistant prev=u1
            """,
        ),
        Example(
            "the reply to another turn",
            """
            0    < committed u1
            5    < added u1 user
            40   < transcribed u1 "what time is it"
            96   < added m1 assistant prev=u1
            100  < committed u2
            105  < added u2 user prev=m1
            140  < transcribed u2 "and now"
            """,
        ),
        Example(
            "a second final of words that came in time",
            """
            0    < committed u1
            5    < added u1 user
            40   < transcribed u1 "what time"
            90   < response r1
            95   < output r1 m1 assistant
            96   < added m1 assistant prev=u1
            900  < transcribed u1 "what time is it"
            """,
        ),
        Example(
            "a message that stands elsewhere",
            """
            0    < committed u1
            5    < added u1 user
            96   < added m1 assistant prev=m0
            900  < transcribed u1 "what time is it"
            """,
        ),
        Example(
            "words of a turn that was never committed here",
            """
            5    < added u1 user
            96   < added m1 assistant prev=u1
            900  < transcribed u1 "what time is it"
            """,
        ),
        Example(
            "an order of the application's own, and words that came in time",
            """
            0    < committed u1
            5    < added u1 user
            40   < transcribed u1 "what time is it"
            96   < added m1 assistant prev=u1
            990  L ctx_push_begin push_id=p1 source=local items=["m1","u1"]
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no turn heard."""
        self._turns: dict[int, _Turns] = {}

    def _of(self, connection: Connection) -> _Turns:
        return self._turns.setdefault(connection.number, _Turns())

    @on(AudioCommitted)
    def committed(self, change: AudioCommitted) -> None:
        """A spoken turn whose words are awaited."""
        turns, item = self._of(change.conn), change.item
        if item is None:
            return
        turns.count += 1
        turns.recent[item.id] = _Turn(item, turns.count)
        if len(turns.recent) > REMEMBERED:
            turns.recent.popitem(last=False)

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """A message behind the turn is the reply to it."""
        if change.item.role != "assistant":
            return
        turn = self._of(change.conn).recent.get(change.anchor or "")
        if turn is not None and turn.reply is None:
            turn.reply = change.item

    @on(Transcribed)
    def transcribed(self, change: Transcribed) -> None:
        """The words are here: see whether the reply had begun."""
        turns = self._of(change.conn)
        turn = turns.recent.get(change.item.id)
        if turn is None or turn.late is not None or turn.item.transcription is not change.at:
            return
        if turn.reply is not None and turn.reply.added is not None:
            turn.late = change.at
            turns.late, turns.first = turns.late + 1, turns.first or turn
            turns.worst_ns = max(turns.worst_ns, elapsed(turn.reply.added, change.at) or 0)
        if turns.last_told is not None and turns.last_told[0] > turn.place and turns.crossed is None:
            turns.crossed = (turns.last_told[1], change.at)
        turns.last_told = (turn.place, change.at)

    @on(LocalChanged)
    def pushed(self, change: LocalChanged) -> None:
        """A push tells the application's own order."""
        push = change.push
        if change.at.type != "local.ctx_push_begin" or push is None or push.source != "local" or not push.items:
            return
        order = {item_id: place for place, item_id in enumerate(push.items)}
        for turn in self._of(change.conn).recent.values():
            reply = turn.reply
            if reply is None or turn.late is None or turn.item.id not in order or reply.id not in order:
                continue
            if order[reply.id] < order[turn.item.id]:
                self._report_inverted(turn, reply, change.at)
                turn.reply = None

    def finish(self) -> None:
        """Report what came late, once a connection."""
        for turns in self._turns.values():
            if turns.first is not None and turns.first.reply is not None:
                self._report_late(turns, turns.first.reply)
            elif turns.crossed is not None:
                self._report_crossed(*turns.crossed)

    def _report_late(self, turns: _Turns, reply: ItemLife) -> None:
        turn = turns.first
        if turn is None or turn.late is None:
            return
        count = "a transcript" if turns.late == 1 else f"{turns.late} transcripts"
        self.report(
            f"{count} came after the reply had begun, the first of {turn.item.label} at {stamp(turn.late)}, the latest "
            f"{ms(turns.worst_ns)} after",
            turn.late,
            (
                seen(reply.added, f"{reply.label}, the reply, begins"),
                seen(turn.late, f"the words of {turn.item.label} come"),
            ),
            certainty="proven",
            severity=Severity.INFO,
            about=turn.item,
            prevented_by=("order the history by previous_item_id, not by arrival",),
        )

    def _report_crossed(self, first: Moment, second: Moment) -> None:
        self.report(
            f"the transcript at {stamp(second)} is of an earlier turn than the one at {stamp(first)}",
            second,
            (seen(first, "the words of the later turn come"), seen(second, "the words of the earlier turn come")),
            certainty="proven",
            severity=Severity.INFO,
            subject="transcripts",
            prevented_by=("order the history by previous_item_id, not by arrival",),
        )

    def _report_inverted(self, turn: _Turn, reply: ItemLife, at: Moment) -> None:
        self.report(
            f"the application holds {reply.label} before {turn.item.label}, which it answers: the words came only at "
            f"{stamp(turn.late)}",
            at,
            (
                seen(reply.added, f"{reply.label}, the reply, begins"),
                seen(turn.late, f"the words of {turn.item.label} come"),
                seen(at, "the pushed context has them the other way round"),
            ),
            certainty="proven",
            about=turn.item,
            items=(turn.item.id, reply.id),
            prevented_by=self.prevention("order the history by previous_item_id, not by arrival"),
        )
