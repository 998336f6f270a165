"""RT509: handlers run twice, so that every client event is sent twice."""

from msgspec import Struct, field

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import ItemCreateSent, RequestSent
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

Shape = tuple[object, ...]


class _Stream(Struct, eq=False):
    """The events of one connection that name an item or a call."""

    last: dict[Shape, Moment] = field(default_factory=dict)
    pairs: list[tuple[Moment, Moment]] = field(default_factory=list)
    alone: int = 0
    """Events since the first pair that came once."""


class DuplicateListener(Rule):
    """Client events that name an item come twice within 50 ms."""

    code = "RT509"
    name = "duplicate-listener"
    severity = Severity.WARNING
    needs = frozenset({"time", "client"})
    leads_to = ("RT104", "RT107", "RT405", "RT508")
    what = (
        "Since a reconnect, or since a listener was added again, each event that names an item or a call goes out "
        "twice, equal but for its event_id."
    )
    why = "Tools run twice, items are created and deleted twice, and half of all requests fail."
    remedy = "Remove the old connection's listeners before you add the new ones."
    look_alikes = ("one retry", "two different events about one item", "the same event, later")
    references = ("openai/openai-agents-js#582", "openai/openai-agents-js#980")
    options = (
        Option("twin-ms", 50, "equal events this close come from one cause"),
        Option("least-pairs", 2, "so many pairs are no accident"),
    )
    bad = (
        Example(
            "each output and delete twice",
            """
            0    > create o1 result call_id=c1 output=ok event_id=e1
            2    > create o1 result call_id=c1 output=ok event_id=e2
            900  > delete m1 event_id=e3
            901  > delete m1 event_id=e4
            """,
            "warning likely",
            (1, 2, 3, 4),
        ),
    )
    good = (
        Example(
            "one retry",
            """
            0    > create o1 result call_id=c1 output=ok
            2    > create o1 result call_id=c1 output=ok
            900  > delete m1
            """,
        ),
        Example(
            "two different events about one item",
            """
            0    > delete m1
            2    > create m1 user text=other
            900  > delete m2
            901  > create m2 user text=other
            """,
        ),
        Example(
            "the same event, later",
            """
            0    > delete m1
            90   > delete m1
            900  > delete m2
            990  > delete m2
            """,
        ),
        Example(
            "most events come once",
            """
            0    > delete m1
            2    > delete m1
            10   > delete m2
            20   > delete m3
            30   > delete m4
            40   > delete m5
            900  > delete m6
            901  > delete m6
            """,
        ),
        Example(
            "creates with different words",
            """
            0    > create m1 user text=one
            2    > create m1 user text=two
            900  > create m2 user text=one
            901  > create m2 user text=two
            """,
        ),
    )

    def begin(self) -> None:
        """Start with nothing sent."""
        self._streams: dict[int, _Stream] = {}

    @on(RequestSent)
    def sent(self, change: RequestSent) -> None:
        """Compare events that name an item; creates are compared with what they hold."""
        request = change.request
        if request.type != "conversation.item.create" and request.item_id is not None:
            self._note(change.conn.number, (request.type, request.item_id), change.at)

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """Compare what the client creates."""
        told = change.told
        if told.id is None and told.call_id is None:
            return
        words = "".join(part.text or part.transcript or "" for part in told.content or ())
        shape = (change.at.type, told.id, told.type, told.call_id, told.arguments, told.output, words)
        self._note(change.conn.number, shape, change.at)

    def _note(self, number: int, shape: Shape, at: Moment) -> None:
        stream = self._streams.setdefault(number, _Stream())
        limit = self.number("twin-ms")
        while stream.last and not within(next(iter(stream.last.values())), at, limit):
            del stream.last[next(iter(stream.last))]
        twin = stream.last.pop(shape, None)
        if twin is not None:
            stream.pairs.append((twin, at))
            stream.alone = max(stream.alone - 1, 0)
        else:
            stream.last[shape] = at
            stream.alone += bool(stream.pairs)

    def finish(self) -> None:
        """Report the connections where events come in pairs as a rule."""
        for stream in self._streams.values():
            if len(stream.pairs) >= self.number("least-pairs") and len(stream.pairs) > stream.alone:
                self._report(stream)

    def _report(self, stream: _Stream) -> None:
        shown = stream.pairs[: int(self.number("least-pairs"))]
        first = shown[0][0]
        self.report(
            f"{len(stream.pairs)} client events were sent twice within {self.number('twin-ms'):.0f} ms, from "
            f"{stamp(first)} on",
            first,
            [seen(at, note) for pair in shown for at, note in zip(pair, ("an event", "its twin"), strict=True)],
            certainty="likely",
            subject="events",
            prevented_by=("remove the old connection's listeners before adding the new ones",),
        )
