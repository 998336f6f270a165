"""RT502: a new connection goes on without what the old one knew."""

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment, elapsed
from rtlog.analyzers.profiles.fixes import fixed_in
from rtlog.analyzers.reconciler.changes import (
    ItemAdded,
    ItemCreateSent,
    LocalChanged,
    RequestSent,
    ResponseCreated,
    SpeechStarted,
)
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.replay import Loss, Replay
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

SHOWN = 4


class _Reconnect(Struct, eq=False):
    """A connection, the one that it follows, and how it began."""

    new: Connection
    replay: Replay
    named: Moment | None = None
    """The first time an id of the old connection was named without being told again: proof of going on too."""
    first_response: ResponseLife | None = None
    taken_up: Moment | None = None
    """The first response, or the first word of the user."""

    @property
    def old(self) -> Connection:
        """The connection that is over."""
        return self.replay.old

    @property
    def ended(self) -> Moment | None:
        """The end of the old connection: its close, else the last that was seen of it."""
        return self.old.closed or self.old.last

    @property
    def follows(self) -> bool:
        """Whether the new connection began when the old one was over."""
        begun = self.new.first_server
        return begun is not None and self.ended is not None and self.ended.seq < begun.seq


class ReconnectContextLoss(Rule):
    """A client that goes on after a reconnect has not told the new session what was said."""

    code = "RT502"
    name = "reconnect-context-loss"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    leads_to = ("RT107", "RT404", "RT407", "RT408")
    what = (
        "A new socket is a new session with an empty conversation: nothing is resumed, old item ids mean nothing, a "
        "running response is gone. The client told it some of the history before the first response, or none of it, "
        "and goes on as if it knew all."
    )
    why = "The agent forgets: it asks again, repeats tool calls, or answers as if the call had just begun."
    remedy = "Tell the new session all messages as text, and each call with its output, before the first response."
    look_alikes = (
        "a deliberate new conversation: nothing of the old one is named or told again",
        "two calls of one application, one after the other, with the same opening",
        "two sessions side by side in one file",
        "everything is told again, in words",
        "the server tells the old items again (xAI)",
        "only the old end of the history is left out: information",
        "messages without words: audio cannot be told again",
    )
    references = (
        "livekit/agents#1252",
        "livekit/agents#5276",
        "openai/openai-realtime-api-beta#83",
        "openai/openai-agents-js#980",
    )
    options = (Option("resume-ms", 5_000, "a response this soon on the new connection makes up for one that was cut"),)
    bad = (
        Example(
            "a message in the middle is missing",
            """
            0    < added u1 user text="I am Ann"
            1    < added m1 assistant prev=u1 text="Hello Ann"
            2    < added u2 user prev=m1 text="book a table"
            50   close by=server
            100  < session conn=2
            110  > create n1 user text="I am Ann" conn=2
            111  > create n2 user text="book a table" conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
            "error likely",
            (2, 4, 6, 9),
        ),
        Example(
            "a call and its output are missing",
            """
            0    < added u1 user text="book a table"
            1    < added fc1 call call_id=c1 name=book prev=u1
            5    > create o1 result call_id=c1 output=done
            9    < added o1 result call_id=c1 prev=fc1
            50   close by=server
            100  < session conn=2
            110  > create u1 user text="book a table" conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
            "error likely",
            (2, 5, 7, 9),
        ),
        Example(
            "nothing is told, and an old item is named",
            """
            0    < added u1 user text="I am Ann"
            50   close by=server
            100  < session conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            200  > delete u1 conn=2
            """,
            "error proven",
            (1, 2, 5, 6),
        ),
        Example(
            "only the old end of the history is left out",
            """
            0    < added u1 user text="I am Ann"
            1    < added m1 assistant prev=u1 text="Hello Ann"
            50   close by=server
            100  < session conn=2
            111  > create n2 assistant text="Hello Ann" conn=2
            140  < response r2 conn=2
            """,
            "info likely",
            (1, 3, 5, 6),
        ),
        Example(
            "a response was cut, and nobody asks for another",
            """
            0    < added u1 user text="I am Ann"
            10   < response r1
            50   close by=server
            100  < session conn=2
            111  > create n1 user text="I am Ann" conn=2
            9000 < speech_started u9 conn=2
            """,
            "warning likely",
            (2, 3, 5),
        ),
    )
    good = (
        Example(
            "a deliberate new conversation",
            """
            0    < added u1 user text="I am Ann"
            50   close by=client
            100  < session conn=2
            110  > create n1 user text="Good morning" conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
        ),
        Example(
            "two calls of one application, one after the other, with the same opening",
            """
            0    > create hello user text="Greet the caller"
            1    < added hello user
            2    < added m1 assistant prev=hello text="Hello Ann"
            50   close by=client
            100  < session conn=2
            110  > create hello user text="Greet the caller" conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
        ),
        Example(
            "two sessions side by side in one file",
            """
            0    < added u1 user text="I am Ann"
            1    < added m1 assistant prev=u1 text="Hello Ann"
            100  < session conn=2
            110  > create n1 user text="I am Ann" conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            200  < speech_started u2
            """,
        ),
        Example(
            "everything is told again, in words",
            """
            0    < added u1 user
            1    < transcribed u1 "I am Ann."
            2    < added m1 assistant prev=u1 text="Hello Ann, how are you"
            3    < added fc1 call call_id=c1 name=book prev=m1
            5    > create o1 result call_id=c1 output=done
            9    < added o1 result call_id=c1 prev=fc1
            50   close by=server
            100  < session conn=2
            110  > create n1 user text="i am ann" conn=2
            111  > create n2 assistant text="Hello Ann" conn=2
            112  > create n3 call call_id=c1 name=book conn=2
            113  > create n4 result call_id=c1 output=done conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
        ),
        Example(
            "the server tells the old items again (xAI)",
            """
            0    < added u1 user text="I am Ann"
            1    < added m1 assistant prev=u1 text="Hello Ann"
            50   close by=server
            100  < session conn=2
            110  < added u1 user text="I am Ann" conn=2
            111  < added m1 assistant prev=u1 conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
        ),
        Example(
            "messages without words",
            """
            0    < added u1 user
            1    < added m1 assistant prev=u1 text="Hello Ann"
            2    < added u2 user prev=m1
            50   close by=server
            100  < session conn=2
            111  > create n2 assistant text="Hello Ann" conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
        ),
        Example(
            "a response was cut, and another is asked for",
            """
            0    < added u1 user text="I am Ann"
            10   < response r1
            50   close by=server
            100  < session conn=2
            111  > create n1 user text="I am Ann" conn=2
            120  > respond conn=2
            140  < response r2 conn=2
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no connection seen."""
        self._reconnects: dict[int, _Reconnect | None] = {}

    def _of(self, connection: Connection) -> _Reconnect | None:
        """Give what is known of *connection* as the successor of one that is over."""
        if connection.number not in self._reconnects:
            old = next((c for c in reversed(connection.earlier) if len(c.lanes.server)), None)
            self._reconnects[connection.number] = None if old is None else _Reconnect(connection, Replay(old))
        return self._reconnects[connection.number]

    @on(RequestSent)
    def sent(self, change: RequestSent) -> None:
        """An old id in a new event is the proof that the client means to go on."""
        case, item_id = self._of(change.conn), change.request.item_id
        if case is None or item_id is None or case.named is not None or change.conn.item(item_id) is not None:
            return
        known = case.old.item(item_id)
        if known is not None and known.made_by_server:
            case.named = change.at

    @on(ItemCreateSent)
    def told(self, change: ItemCreateSent) -> None:
        """The client tells something again."""
        case = self._telling(change.conn)
        if case is not None:
            case.replay.take(change.told, change.at)

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """The server tells something again."""
        case = self._telling(change.conn)
        if case is not None and change.request is None:
            case.replay.take_life(change.item, change.at)

    @on(LocalChanged)
    def pushed(self, change: LocalChanged) -> None:
        """The application lists what it means to tell again; the rest it has dropped itself."""
        case, push = self._telling(change.conn), change.push
        if case is not None and push is not None and push.source == "local" and push.items is not None:
            case.replay.listed = frozenset(push.items)

    @on(SpeechStarted)
    def spoken(self, change: SpeechStarted) -> None:
        """The user speaks: a response that was cut is overtaken."""
        case = self._of(change.conn)
        if case is not None:
            case.taken_up = case.taken_up or change.at

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """From here on the model answers with what it has been told."""
        case = self._telling(change.conn)
        if case is not None and not change.response.out_of_band:
            case.first_response, case.taken_up = change.response, case.taken_up or change.at

    def _telling(self, connection: Connection) -> _Reconnect | None:
        """Give the reconnect of a *connection* on which the model has not answered yet."""
        case = self._of(connection)
        return case if case is not None and case.first_response is None else None

    def finish(self) -> None:
        """Judge every connection that goes on from another."""
        for case in self._reconnects.values():
            proof = (case.replay.began or case.named) if case is not None else None
            if case is not None and proof is not None and case.follows:
                self._judge(case, proof)

    def _judge(self, case: _Reconnect, proof: Moment) -> None:
        # Before the first response the replay may still be going on.
        loss = case.replay.loss() if case.first_response is not None else Loss([], [], trimmed=False)
        cut = list(case.old.active.values()) if self._left_unanswered(case) else []
        if loss.items:
            certainty: Certainty = "likely" if case.replay.began else "proven"
            severity = Severity.INFO if loss.trimmed else Severity.ERROR
            self._report(case, proof, _lost(loss), loss.items, cut, severity, certainty)
        elif cut:
            what = "nothing took the place of the response that was cut"
            self._report(case, proof, what, [], cut, Severity.WARNING, "likely")

    def _left_unanswered(self, case: _Reconnect) -> bool:
        """Say whether nothing on the new connection came soon enough to replace a response that was cut."""
        waited = elapsed(case.new.first_server, case.taken_up or case.new.last)
        return waited is not None and waited > self.number("resume-ms") * NS_PER_MS

    def _report(
        self,
        case: _Reconnect,
        proof: Moment,
        what: str,
        missing: list[ItemLife],
        cut: list[ResponseLife],
        severity: Severity,
        certainty: Certainty,
    ) -> None:
        response = case.first_response
        names = ", ".join(item.label for item in missing[:SHOWN]) + (", …" if len(missing) > SHOWN else "")
        running = f"; {cut[0].label} was in progress at the cut" if cut else ""
        first = missing[0] if missing else None
        self.report(
            f"connection {case.new.number} goes on from connection {case.old.number}, which ended at "
            f"{stamp(case.ended)}: {what}{f' ({names})' if names else ''}{running}",
            proof,
            (
                seen(first.added if first else None, f"{first.label if first else ''} is in the old conversation"),
                seen(cut[0].created if cut else None, f"{cut[0].label if cut else ''} begins"),
                seen(case.ended, "the old connection ends"),
                seen(proof, "the client goes on from it"),
                seen(response.created if response and missing else None, "the model answers with what it was told"),
            ),
            certainty=certainty,
            severity=severity,
            items=tuple(item.id for item in missing),
            calls=tuple(item.call_id for item in missing if item.call_id),
            responses=tuple(response.id for response in cut),
            subject="reconnect",
            prevented_by=(*fixed_in(self.code, case.new.profile), "tell the new session everything before it answers"),
        )


def _lost(loss: Loss) -> str:
    parts = [
        f"{len(items)} {name}{'s' if len(items) > 1 else ''}"
        for items, name in ((loss.messages, "message"), (loss.calls, "tool output"))
        if items
    ]
    verb = "was" if len(loss.items) == 1 else "were"
    older = ", older than all that was told again," if loss.trimmed else ""
    return f"{' and '.join(parts)}{older} {verb} not told to it"
