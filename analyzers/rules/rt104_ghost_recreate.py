"""RT104: the client re-creates an item that the server still has, or that was deleted on purpose."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.interruption import deleted_on_interruption
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import ItemCreateSent
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class _Ghost(Struct, eq=False):
    item: ItemLife
    request: Request
    was_live: bool
    """The server held it; else it had been deleted."""
    was_there: Moment | None
    """When it was added, or deleted."""


class GhostRecreate(Rule):
    """`conversation.item.create` names an id that is live, or that was deleted."""

    code = "RT104"
    name = "ghost-recreate"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    leads_to = ("RT106", "RT113", "RT408")
    what = (
        "The client creates an item under an id that the server still holds (its mirror lost it) or that was deleted: "
        "the first is refused as item_create_duplicate_item_id, the second is accepted, usually at another position."
    )
    why = "The conversation gets items back that were meant to be gone: repeated utterances and repeated tool calls."
    remedy = "Settle a duplicate-id error as success and take the item over; do not re-create what was deleted."
    look_alikes = (
        "delete and create of one id in one batch: a reorder or an update of its content",
        "history replayed on a new connection",
    )
    references = ("livekit/agents#5021", "livekit/agents#6964", "livekit/agents#6391", "livekit/agents-js#1903")
    options = (
        Option("update-ms", 500, "a client that deletes and creates its own item this fast updates it"),
        Option("interruption-ms", 2_000, "a message deleted this soon after an interruption is RT105's"),
    )
    bad = (
        Example(
            "the server still has it",
            """
            0    < added m1 assistant
            900  > create m1 assistant event_id=e1 text=hello
            940  < error item_create_duplicate_item_id e1
            """,
            "error proven",
            (1, 2, 3),
        ),
        Example(
            "it was deleted, and comes back",
            """
            0    < added m1 assistant
            10   > delete m1
            20   < deleted m1
            900  > create m1 assistant text=hello
            940  < added m1 assistant
            """,
            "error proven",
            (3, 4, 5),
        ),
    )
    good = (
        Example(
            "delete and create of one id in one batch",
            """
            0    < added m1 assistant
            10   > delete m1
            11   > create m1 assistant text=shorter
            20   < deleted m1
            21   < added m1 assistant
            """,
        ),
        Example(
            "history replayed on a new connection",
            """
            0    < added m1 assistant
            10   close by=server
            20   < session conn=2
            30   > create m1 assistant text=hello conn=2
            40   < added m1 assistant conn=2
            """,
        ),
        Example(
            "a client updates its own item in two steps",
            """
            0    > create s1 system text=one
            5    < added s1 system
            10   > delete s1
            20   < deleted s1
            21   > create s1 system text=two
            40   < added s1 system
            """,
        ),
        Example(
            "a rejected create is tried again",
            """
            0    > create s1 system event_id=e1 prev=nowhere text=one
            5    < error item_create_invalid_previous_item_id e1
            10   > create s1 system text=one
            20   < added s1 system
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._ghosts: list[_Ghost] = []

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """Keep the create until it is known whether the server takes it."""
        if change.replaces or not (change.was_live or change.was_gone) or self._excused(change):
            return
        item = change.item
        was_there = item.added if change.was_live else item.deleted
        self._ghosts.append(_Ghost(item, change.request, change.was_live, was_there))

    def _excused(self, change: ItemCreateSent) -> bool:
        item = change.item
        if change.was_gone and item.origin == "client":
            return within(item.deleted, change.at, self.number("update-ms")) or change.at.t is None
        return change.was_gone and deleted_on_interruption(change.conn, item, self.number("interruption-ms"))

    def finish(self) -> None:
        """Report each ghost with what became of it."""
        for ghost in self._ghosts:
            self._report(ghost)

    def _report(self, ghost: _Ghost) -> None:
        item, request = ghost.item, ghost.request
        before = "the server still has it" if ghost.was_live else f"it was deleted at {stamp(ghost.was_there)}"
        self.report(
            f"{item.label} was created again at {stamp(request.sent)} though {before}: {_outcome(ghost)}",
            request.sent,
            (
                seen(ghost.was_there, f"the server has {item.label}" if ghost.was_live else f"{item.label} is gone"),
                seen(request.sent, f"the client creates {item.label} again"),
                seen(request.answered, _outcome(ghost)),
            ),
            certainty="proven",
            about=item,
            prevented_by=self.prevention("count a duplicate id as success, and take the item over")
            if ghost.was_live
            else ("keep tombstones: never create an id again that was deleted",),
        )


def _outcome(ghost: _Ghost) -> str:
    request = ghost.request
    if request.error_code == errors.DUPLICATE_ITEM:
        return "refused as a duplicate"
    if request.outcome == "rejected":
        return f"refused: {request.error_code or 'error'}"
    if request.outcome == "pending":
        return "never answered"
    return "accepted a second time" if ghost.was_live else "accepted, back in the conversation"
