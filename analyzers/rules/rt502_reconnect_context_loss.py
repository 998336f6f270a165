"""RT502: a new connection goes on without what the old one knew."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rtlog.analyzers.finding import Certainty, stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.profiles.fixes import fixed_in
from rtlog.analyzers.reconciler.changes import ItemAdded, ItemCreateSent, RequestSent, ResponseCreated
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

SPOKEN_ROLES = frozenset({"user", "assistant"})
COMPARED = 512
"""Replayed messages that are compared; a longer history is trimmed anyway."""
SHOWN = 4


@dataclass(slots=True, eq=False)
class _Reconnect:
    """What the new connection was told of the old one's conversation before its first response."""

    new: Connection
    old: Connection
    ids: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)
    replayed: Moment | None = None
    """The first thing told again: the proof that the client means to go on."""
    named: Moment | None = None
    """The first time an id of the old connection was named without being told again: proof too."""
    first_response: ResponseLife | None = None


@dataclass(slots=True, eq=False)
class _Loss:
    """What of the old conversation is missing in the new one."""

    messages: list[ItemLife]
    calls: list[ItemLife]
    trimmed: bool
    """Only what is older than everything that was told again."""


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
            follows = old is not None and old.closed is not None
            self._reconnects[connection.number] = _Reconnect(connection, old) if old is not None and follows else None
        return self._reconnects[connection.number]

    @on(RequestSent)
    def sent(self, change: RequestSent) -> None:
        """An old id in a new event is the proof that the client means to go on."""
        case, item_id = self._of(change.conn), change.request.item_id
        if case is None or item_id is None or change.request.type == "conversation.item.create":
            return
        if case.named is None and case.old.item(item_id) is not None and change.conn.item(item_id) is None:
            case.named = change.at

    @on(ItemCreateSent)
    def told(self, change: ItemCreateSent) -> None:
        """The client tells something again."""
        words = " ".join(part.text or part.transcript or "" for part in change.told.content or ())
        self._tell(change.conn, change.at, change.told.id, change.told.call_id, words)

    @on(ItemAdded)
    def added(self, change: ItemAdded) -> None:
        """The server tells something again."""
        if change.request is None:
            self._tell(change.conn, change.at, change.item.id, change.item.call_id, change.item.text)

    def _tell(self, connection: Connection, at: Moment, item_id: str | None, call_id: str | None, words: str) -> None:
        case = self._of(connection)
        if case is None or case.first_response is not None:
            return
        text = _plain(words)
        known = case.old.item(item_id) if item_id else None
        again = known is not None or (call_id is not None and call_id in case.old.calls)
        if again or (text and any(_same(text, _plain(item.text)) for item in case.old.items.values())):
            case.replayed = case.replayed or at
        if known is not None:
            case.ids.add(known.id)
        if call_id is not None:
            case.calls.add(call_id)
        if text and len(case.texts) < COMPARED:
            case.texts.append(text)

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """From here on the model answers with what it has been told."""
        case = self._of(change.conn)
        if case is not None and case.first_response is None and not change.response.out_of_band:
            case.first_response = change.response

    def finish(self) -> None:
        """Judge every connection that goes on from another."""
        for case in self._reconnects.values():
            if case is not None and (case.replayed or case.named):
                self._judge(case)

    def _judge(self, case: _Reconnect) -> None:
        loss = _loss(case)
        cut = [response for response in case.old.active.values() if not self._made_up(case)]
        if loss.messages or loss.calls:
            certainty: Certainty = "proven" if case.replayed is None else "likely"
            severity = Severity.INFO if loss.trimmed else Severity.ERROR
            missing = [*loss.messages, *loss.calls]
            self._report(case, _lost(loss), missing, cut, severity, certainty)
        elif cut:
            self._report(
                case, "no response took the place of the one that was cut", [], cut, Severity.WARNING, "likely"
            )

    def _made_up(self, case: _Reconnect) -> bool:
        """Say whether a response on the new connection came soon enough to replace one that was cut."""
        response = case.first_response
        if response is None or response.created is None:
            return False
        return response.created.t is None or within(case.new.first_server, response.created, self.number("resume-ms"))

    def _report(
        self,
        case: _Reconnect,
        what: str,
        missing: list[ItemLife],
        cut: Iterable[ResponseLife],
        severity: Severity,
        certainty: Certainty,
    ) -> None:
        proof = case.replayed or case.named
        response, cut = case.first_response, list(cut)
        if proof is None:
            return
        names = ", ".join(item.label for item in missing[:SHOWN]) + (", …" if len(missing) > SHOWN else "")
        running = f"; {cut[0].label} was in progress at the cut" if cut else ""
        first = missing[0] if missing else None
        self.report(
            f"connection {case.new.number} goes on from connection {case.old.number}, which ended at "
            f"{stamp(case.old.closed)}: {what}{f' ({names})' if names else ''}{running}",
            proof,
            (
                seen(first.added if first else None, f"{first.label if first else ''} is in the old conversation"),
                seen(cut[0].created if cut else None, f"{cut[0].label if cut else ''} begins"),
                seen(case.old.closed, "the old connection ends"),
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


def _loss(case: _Reconnect) -> _Loss:
    """Compare the old conversation with what was told again."""
    order = [item for item_id in case.old.lanes.server if (item := case.old.items.get(item_id)) is not None]
    speakable = [item for item in order if item.type == "message" and item.role in SPOKEN_ROLES and _plain(item.text)]
    missing = [item for item in speakable if not _told_again(case, item)]
    answered = [item for item in order if item.type == "function_call" and item.output_sent is not None]
    calls = [item for item in answered if item.id not in case.ids and item.call_id not in case.calls]
    kept = [position for position, item in enumerate(order) if item in speakable and item not in missing]
    oldest = min(kept, default=len(order))
    trimmed = bool(kept) and all(order.index(item) < oldest for item in (*missing, *calls))
    return _Loss(missing, calls, trimmed)


def _told_again(case: _Reconnect, item: ItemLife) -> bool:
    return item.id in case.ids or any(_same(text, _plain(item.text)) for text in case.texts)


def _same(told: str, known: str) -> bool:
    """Say whether two texts are one, or the one is what was heard of the other."""
    return bool(told and known) and (told.startswith(known) or known.startswith(told))


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _lost(loss: _Loss) -> str:
    parts = [
        f"{len(items)} {name}{'s' if len(items) > 1 else ''}"
        for items, name in ((loss.messages, "message"), (loss.calls, "answered call"))
        if items
    ]
    verb = "was" if len(loss.messages) + len(loss.calls) == 1 else "were"
    older = ", older than all that was told again," if loss.trimmed else ""
    return f"{' and '.join(parts)}{older} {verb} not told to it"
