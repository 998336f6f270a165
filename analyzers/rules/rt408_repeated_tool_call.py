"""RT408: the model makes the same call again."""

import json
from collections import deque
from typing import Final

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import CallFinished
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

REMEMBERED: Final = 256
"""Calls looked back at; a repetition is news only while the first call is."""


class RepeatedToolCall(Rule):
    """Two function calls with one name and equal arguments, and no user turn between them."""

    code = "RT408"
    name = "repeated-tool-call"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    what = (
        "The model issues a function call with the name and arguments of an earlier one that was answered already, or "
        "whose call or output was deleted, and the user has said nothing in between."
    )
    why = "The table is booked twice, the money is sent twice, or the agent repeats itself."
    remedy = "Keep calls and outputs in the conversation; make tools with side effects idempotent by call arguments."
    look_alikes = (
        "a polling tool (option `polling`)",
        "a user turn between the calls",
        "parallel calls of one response before any answer",
    )
    references = ("livekit/agents#5021",)
    options = (Option("polling", (), "names of tools that are called again by design"),)
    bad = (
        Example(
            "answered, and called again",
            """
            0    < added fc1 call call_id=c1 name=book
            9    < arguments r1 fc1 "{\\"n\\":2,\\"day\\":\\"fri\\"}"
            20   > create o1 result call_id=c1
            25   < added o1 result call_id=c1
            900  < added fc2 call call_id=c2 name=book
            990  < arguments r2 fc2 "{\\"day\\": \\"fri\\", \\"n\\": 2}"
            """,
            "warning likely",
            (2, 3, 6),
        ),
        Example(
            "deleted, and called again",
            """
            0    < added fc1 call call_id=c1 name=book
            9    < arguments r1 fc1 {}
            20   > delete fc1
            25   < deleted fc1
            900  < added fc2 call call_id=c2 name=book
            990  < arguments r2 fc2 {}
            """,
            "error likely",
            (2, 3, 6),
        ),
    )
    good = (
        Example(
            "a user turn between",
            """
            0    < added fc1 call call_id=c1 name=book
            9    < arguments r1 fc1 {}
            20   > create o1 result call_id=c1
            25   < added o1 result call_id=c1
            500  < added u1 user
            900  < added fc2 call call_id=c2 name=book
            990  < arguments r2 fc2 {}
            """,
        ),
        Example(
            "a polling tool",
            """
            0    < added fc1 call call_id=c1 name=status
            9    < arguments r1 fc1 {}
            20   > create o1 result call_id=c1
            25   < added o1 result call_id=c1
            900  < added fc2 call call_id=c2 name=status
            990  < arguments r2 fc2 {}
            """,
            settings={"polling": ("status",)},
        ),
        Example(
            "other arguments",
            """
            0    < added fc1 call call_id=c1 name=book
            9    < arguments r1 fc1 "{\\"n\\":2}"
            20   > create o1 result call_id=c1
            25   < added o1 result call_id=c1
            900  < added fc2 call call_id=c2 name=book
            990  < arguments r2 fc2 "{\\"n\\":3}"
            """,
        ),
        Example(
            "parallel calls, none answered",
            """
            0    < added fc1 call call_id=c1 name=book
            9    < arguments r1 fc1 {}
            10   < added fc2 call call_id=c2 name=book
            19   < arguments r1 fc2 {}
            90   > create o1 result call_id=c1
            """,
        ),
        Example(
            "a call that the client re-creates is RT104's",
            """
            0    < added fc1 call call_id=c1 name=book
            9    < arguments r1 fc1 {}
            20   > create fc1 call call_id=c1 name=book
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._calls: dict[int, deque[tuple[str, ItemLife]]] = {}

    @on(CallFinished)
    def call_finished(self, change: CallFinished) -> None:
        """Compare with the calls since the user's last turn."""
        item = change.item
        if item.origin == "client" or item.name is None or item.name in self.names("polling"):
            return
        key = f"{item.name} {_canonical(item.arguments)}"
        calls = self._calls.setdefault(change.conn.number, deque(maxlen=REMEMBERED))
        first = next((call for k, call in reversed(calls) if k == key and _settled(call, change.at)), None)
        calls.append((key, item))
        if first is not None and not _user_spoke_between(change.conn, first, item):
            self._report(change.at, first, item)

    def _report(self, at: Moment, first: ItemLife, second: ItemLife) -> None:
        deleted = first.delete.sent if first.delete else None
        fate = "deleted" if deleted else "answered"
        self.report(
            f"{second.label} repeats {first.label} ({first.name}, same arguments), which had been {fate}; no user turn "
            f"lies between {stamp(first.call_done)} and {stamp(at)}",
            at,
            (
                seen(first.call_done, f"the model calls {first.name}: {first.label}"),
                seen(deleted, f"the client deletes {first.label}"),
                None if deleted else seen(first.output_sent, f"{first.label} is answered"),
                seen(at, f"the model makes the same call again: {second.label}"),
            ),
            certainty="likely",
            severity=Severity.ERROR if deleted else Severity.WARNING,
            about=second,
            items=(first.id, second.id),
            calls=tuple(call for call in (first.call_id, second.call_id) if call),
            prevented_by=("keep calls and their outputs in the conversation",),
        )


def _settled(call: ItemLife, at: Moment) -> bool:
    answered = call.output_sent is not None and call.output_sent.seq < at.seq
    return answered or call.delete is not None


def _user_spoke_between(connection: Connection, first: ItemLife, second: ItemLife) -> bool:
    spoke = connection.last_user_added
    if spoke is None or first.added is None or second.added is None:
        return False
    return first.added.seq < spoke.seq < second.added.seq


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except ValueError:
        return arguments
