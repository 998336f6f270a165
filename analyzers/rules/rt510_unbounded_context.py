"""RT510: the context grows although the client means to trim it."""

from collections import deque
from itertools import islice
from typing import Final

from msgspec import Struct, field

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import LocalChanged, ResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Push
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

LOOKED_AT: Final = 1_000
"""Items that a push left out and that are looked at: a push names few, and a conversation may hold thousands."""


class _Growth(Struct, eq=False):
    """How the input of a connection's responses grew."""

    first: tuple[Moment, int]
    last: tuple[Moment, int]
    run: int = 0


class _Kept(Struct, eq=False):
    """Items that pushes leave out and the server keeps."""

    pushes: int = 0
    first: Push | None = None
    items: list[ItemLife] = field(default_factory=list)


class UnboundedContext(Rule):
    """Items that the application has dropped stay in the conversation, or its input grows from response to response."""

    code = "RT510"
    name = "unbounded-context"
    severity = Severity.WARNING
    what = (
        "The application's pushes leave items out, but no delete for them is ever sent; or, seen from the wire alone, "
        "`usage.input_tokens` only grows."
    )
    why = "Each response costs more and comes later, until the context is cut by the server or the session fails."
    remedy = "Delete what the application drops, and set a truncation or a summary before the context is full."
    look_alikes = (
        "items that have only just arrived",
        "items whose delete has been sent",
        "a context that grows and is trimmed",
        "a push from a copy of the mirror",
    )
    references = ("livekit/agents#5886", "livekit/agents#5887", "openai/openai-realtime-api-beta#87")
    options = (
        Option("least-items", 5, "so many items left out and kept are no accident"),
        Option("least-pushes", 2, "so many pushes in a row leave them out"),
        Option("least-responses", 10, "so many responses in a row took more input than the one before"),
        Option("tokens", 16_000, "input tokens of the last of them"),
    )
    bad = (
        Example(
            "left out by two pushes, and never deleted",
            """
            0    < added m1 user text=one
            1    < added m2 user prev=m1 text=two
            2    < added m3 user prev=m2 text=three
            3    L item_committed m1 role=user
            4    L item_committed m2 role=user
            5    L item_committed m3 role=user
            100  L ctx_push_begin push_id=p1 source=local items=["m3"]
            110  L ctx_push_end push_id=p1
            200  L ctx_push_begin push_id=p2 source=local items=["m3"]
            210  L ctx_push_end push_id=p2
            """,
            "warning proven",
            (1, 7, 10),
            settings={"least-items": 2},
        ),
        Example(
            "the input only grows",
            """
            0    < response r1
            1    < finished r1 completed response.usage.input_tokens=100
            2    < response r2
            3    < finished r2 completed response.usage.input_tokens=200
            4    < response r3
            5    < finished r3 completed response.usage.input_tokens=300
            """,
            "info possible",
            (2, 6),
            settings={"least-responses": 2, "tokens": 300},
        ),
    )
    good = (
        Example(
            "items that have only just arrived",
            """
            0    < added m1 user text=one
            100  L ctx_push_begin push_id=p1 source=local items=[]
            101  < added m2 user prev=m1
            110  L ctx_push_end push_id=p1
            200  L ctx_push_begin push_id=p2 source=local items=["m1"]
            201  < added m3 user prev=m2
            210  L ctx_push_end push_id=p2
            """,
            settings={"least-items": 1},
        ),
        Example(
            "items whose delete has been sent",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            100  L ctx_push_begin push_id=p1 source=local items=[]
            101  > delete m1
            110  L ctx_push_end push_id=p1
            200  L ctx_push_begin push_id=p2 source=local items=[]
            210  L ctx_push_end push_id=p2
            """,
            settings={"least-items": 1},
        ),
        Example(
            "a context that grows and is trimmed",
            """
            1    < response r1
            2    < finished r1 completed response.usage.input_tokens=100
            3    < response r2
            4    < finished r2 completed response.usage.input_tokens=300
            5    < response r3
            6    < finished r3 completed response.usage.input_tokens=200
            7    < response r4
            8    < finished r4 completed response.usage.input_tokens=300
            """,
            settings={"least-responses": 2, "tokens": 300},
        ),
        Example(
            "a push from a copy of the mirror",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            100  L ctx_push_begin push_id=p1 source=mirror items=[]
            110  L ctx_push_end push_id=p1
            200  L ctx_push_begin push_id=p2 source=mirror items=[]
            210  L ctx_push_end push_id=p2
            """,
            settings={"least-items": 1},
        ),
        Example(
            "a push that failed",
            """
            0    < added m1 user text=one
            1    L item_committed m1 role=user
            100  L ctx_push_begin push_id=p1 source=local items=[]
            110  L ctx_push_end push_id=p1 error=timeout
            200  L ctx_push_begin push_id=p2 source=local items=[]
            210  L ctx_push_end push_id=p2 error=timeout
            """,
            settings={"least-items": 1},
        ),
        Example(
            "it grows, but is small",
            """
            0    < response r1
            1    < finished r1 completed response.usage.input_tokens=100
            2    < response r2
            3    < finished r2 completed response.usage.input_tokens=200
            4    < response r3
            5    < finished r3 completed response.usage.input_tokens=300
            """,
            settings={"least-responses": 2, "tokens": 301},
        ),
    )

    def begin(self) -> None:
        """Start with nothing grown."""
        self._growth: dict[int, _Growth] = {}
        self._kept: dict[int, _Kept] = {}
        self._recent: deque[Push] = deque(maxlen=1)
        self._cases: list[tuple[_Kept, Moment]] = []

    @on(LocalChanged)
    def push_ended(self, change: LocalChanged) -> None:
        """Look for what the push left out and did not delete."""
        push = change.push
        ended = change.at.type == "local.ctx_push_end" and push is not None
        if not ended or push is None or push.source != "local" or push.items is None or push.error:
            return
        left = _left_out(change.conn, push)
        kept = self._kept.setdefault(change.conn.number, _Kept())
        before = {item.id for item in kept.items}
        kept.items = [item for item in left if not kept.pushes or item.id in before]
        if len(kept.items) < self.number("least-items"):
            self._kept[change.conn.number] = _Kept()
            return
        kept.pushes, kept.first = kept.pushes + 1, kept.first or push
        if kept.pushes == self.number("least-pushes"):
            self._cases.append((kept, change.at))

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """Count responses that took more input than the one before."""
        tokens = change.response.input_tokens
        if not tokens or change.response.out_of_band:
            return
        now = (change.at, tokens)
        growth = self._growth.setdefault(change.conn.number, _Growth(now, now))
        if tokens > growth.last[1]:
            growth.run, growth.last = growth.run + 1, now
        elif not self._is_large(growth):
            self._growth[change.conn.number] = _Growth(now, now)

    def _is_large(self, growth: _Growth) -> bool:
        return growth.run >= self.number("least-responses") and growth.last[1] >= self.number("tokens")

    def finish(self) -> None:
        """Report what was kept, else what only grew."""
        for kept, at in self._cases:
            self._report(kept, at)
        for growth in self._growth.values():
            if self._is_large(growth):
                self._warn(growth.first, growth.last, growth.run)

    def _report(self, kept: _Kept, at: Moment) -> None:
        names = ", ".join(item.label for item in kept.items)
        began = kept.first.began if kept.first else at
        self.report(
            f"{kept.pushes} pushes in a row left out {names} and sent no delete, the last at {stamp(at)}: the server "
            f"still holds them",
            at,
            (
                seen(kept.items[0].added, f"{kept.items[0].label} is added"),
                seen(began, "a push begins that leaves it out"),
                seen(at, "another push ends: no delete was sent"),
            ),
            certainty="proven",
            items=tuple(item.id for item in kept.items),
            subject="context",
            prevented_by=self.prevention("delete what a push leaves out, with or without words"),
        )

    def _warn(self, first: tuple[Moment, int], last: tuple[Moment, int], run: int) -> None:
        self.report(
            f"the input grew in {run} responses in a row, from {first[1]:,} tokens at {stamp(first[0])} to {last[1]:,} "
            f"at {stamp(last[0])}",
            last[0],
            (seen(first[0], f"{first[1]:,} input tokens"), seen(last[0], f"{last[1]:,} input tokens")),
            certainty="possible",
            severity=Severity.INFO,
            subject="context",
            prevented_by=("trim or summarise the context before it is full",),
        )


def _left_out(connection: Connection, push: Push) -> list[ItemLife]:
    """Give the first items that the application knew and left out, and that nobody has asked the server to delete."""
    listed = set(push.items or ())
    unlisted = (item_id for item_id in connection.lanes.server if item_id not in listed)
    held = (connection.items.get(item_id) for item_id in islice(unlisted, LOOKED_AT))
    return [item for item in held if item is not None and item.delete is None and _was_known(item, push)]


def _was_known(item: ItemLife, push: Push) -> bool:
    return item.local_taken is not None and item.local_taken.seq < push.began.seq
