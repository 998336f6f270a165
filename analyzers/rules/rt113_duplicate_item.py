"""RT113: one utterance or output stands twice in the conversation, under two ids."""

import re
from typing import Final

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ContentKnown, ItemAdded, ItemDeleted
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

NOT_WORDS: Final = re.compile(r"[\W_]+")


class DuplicateItem(Rule):
    """The client creates what the server already holds under another id."""

    code = "RT113"
    name = "duplicate-item"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    leads_to = ("RT408",)
    what = (
        "Two live items hold the same words of the same role, or the same output of the same call, and the client "
        "created the second: typically a mirror that lost the first."
    )
    why = "The model reads the utterance twice and answers it twice."
    remedy = "Re-create nothing that the server has announced; take lost items over instead."
    look_alikes = (
        "the user really said it twice: only items that the client created count",
        "history replayed on a new connection",
    )
    references = ("livekit/agents#5021",)
    options = (Option("least-characters", 8, "shorter texts repeat by nature"),)
    bad = (
        Example(
            "the user's words come back under a new id",
            """
            0    < added u1 user
            10   < transcribed u1 "book a table for two"
            900  > create x1 user text="Book a table for two."
            940  < added x1 user
            """,
            "warning likely",
            (1, 3, 4),
        ),
        Example(
            "the same output twice",
            """
            0    > create o1 result call_id=c1 output="{\\"ok\\":true}"
            10   < added o1 result call_id=c1
            900  > create o2 result call_id=c1 output="{\\"ok\\":true}"
            940  < added o2 result call_id=c1
            """,
            "warning likely",
            (2, 3, 4),
        ),
    )
    good = (
        Example(
            "the user said it twice",
            """
            0    < added u1 user
            10   < transcribed u1 "yes please do that"
            900  < added u2 user
            940  < transcribed u2 "yes please do that"
            950  > respond
            """,
        ),
        Example(
            "history replayed on a new connection",
            """
            0    < added u1 user
            10   < transcribed u1 "book a table for two"
            20   close by=server
            30   < session conn=2
            900  > create x1 user text="book a table for two" conn=2
            940  < added x1 user conn=2
            """,
        ),
        Example(
            "the first was deleted",
            """
            0    < added u1 user
            10   < transcribed u1 "book a table for two"
            20   > delete u1
            30   < deleted u1
            900  > create x1 user text="book a table for two"
            940  < added x1 user
            """,
        ),
        Example(
            "the client typed the same words twice",
            """
            0    > create x1 user text="tell me a joke"
            10   < added x1 user
            900  > create x2 user text="tell me a joke"
            940  < added x2 user
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._first: dict[tuple[int, str, str], ItemLife] = {}
        self._told: set[tuple[int, str]] = set()

    @on(ContentKnown, ItemAdded)
    def known(self, change: ContentKnown | ItemAdded) -> None:
        """Compare what stands in the conversation now with what stood there first."""
        item = change.item
        key = self._key(item)
        if key is None or not item.live or item.added is None:
            return
        first = self._first.get(key)
        if first is None or not first.live or first is item:
            self._first[key] = item
        elif item.origin == "client" and self._suspicious(first) and (item.conn, item.id) not in self._told:
            self._told.add((item.conn, item.id))
            self._report(first, item)

    @on(ItemDeleted)
    def deleted(self, change: ItemDeleted) -> None:
        """Forget what has left: memory grows with the items that live."""
        key = self._key(change.item)
        if key is not None and self._first.get(key) is change.item:
            del self._first[key]

    def _key(self, item: ItemLife) -> tuple[int, str, str] | None:
        if item.type == "function_call_output":
            return (item.conn, f"output of {item.call_id}", item.output)
        text = NOT_WORDS.sub("", item.text.casefold())
        if item.type != "message" or len(text) < self.number("least-characters"):
            return None
        return (item.conn, item.role or "", text)

    def _suspicious(self, first: ItemLife) -> bool:
        return first.made_by_server or first.type == "function_call_output"

    def _report(self, first: ItemLife, second: ItemLife) -> None:
        sent = second.create.sent if second.create else second.added
        if sent is None:
            return
        self.report(
            f"{second.label}, created at {stamp(sent)}, repeats {first.label}, which the conversation holds since "
            f"{stamp(first.added)}",
            sent,
            (
                seen(first.added, f"{first.label} is in the conversation"),
                seen(sent, f"the client creates the same as {second.label}"),
                seen(second.added, f"{second.label} is in the conversation too"),
            ),
            certainty="likely",
            about=second,
            items=(first.id, second.id),
            prevented_by=("take lost items over into the mirror instead of creating them again",),
        )
