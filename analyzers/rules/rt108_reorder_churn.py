"""RT108: one batch deletes an item and creates it again, because two orders differ."""

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ItemCreateSent, ItemDeleted, ItemDeleteSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.conversation import ROOT
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen
from rtlog.recordings.record import Item


class _Before(Struct, eq=False):
    """An item as it stood when its delete was sent."""

    request: Request
    content: str
    behind: str | None
    at_tail: bool


class _Case(Struct, eq=False):
    item: ItemLife
    delete: Request
    create: Request
    moved: bool


class ReorderChurn(Rule):
    """One batch deletes an item and creates it again under the same id."""

    code = "RT108"
    name = "reorder-churn"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    leads_to = ("RT102", "RT106", "RT107", "RT404")
    what = (
        "The client's order of the items differs from the server's, so its sync deletes an item and creates the very "
        "same content again at another place; or the create that was to follow a delete is refused."
    )
    why = "The delete can succeed and the create fail: the item is lost. Audio of the item is lost in any case."
    remedy = "Keep the server's order; move nothing that both sides hold. Check the answer to each create."
    look_alikes = ("an update: delete and create of one id with other content", "created again where it stood")
    references = ("openai/openai-agents-js#1763", "livekit/agents#5021")
    bad = (
        Example(
            "moved",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m1
            101  > create m1 user prev=m2 text=one
            120  < deleted m1
            121  < added m1 user prev=m2
            """,
            "warning proven",
            (3, 4, 5, 6),
        ),
        Example(
            "moved to the head",
            """
            0    < added m1 user text=one
            1    < added o1 result prev=m1 call_id=c1 output=done
            100  > delete o1
            101  > create o1 result prev=root call_id=c1 output=done
            120  < deleted o1
            121  < added o1 result
            """,
            "warning proven",
            (3, 4, 5, 6),
        ),
        Example(
            "deleted, but the create is refused: lost",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m1
            101  > create m1 user event_id=e1 prev=gone text=other
            120  < deleted m1
            121  < error item_create_invalid_previous_item_id e1
            """,
            "warning proven",
            (3, 4, 5, 6),
        ),
    )
    good = (
        Example(
            "an update: delete and create of one id with other content",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m2
            101  > create m2 assistant prev=m1 text=shorter
            120  < deleted m2
            121  < added m2 assistant prev=m1
            """,
        ),
        Example(
            "created again where it stood",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m2
            101  > create m2 assistant prev=m1 text=two
            120  < deleted m2
            121  < added m2 assistant prev=m1
            """,
        ),
        Example(
            "created again at the tail, where it stood",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m2
            101  > create m2 assistant text=two
            120  < deleted m2
            121  < added m2 assistant prev=m1
            """,
        ),
        Example(
            "created again at the head, where it stood",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m1
            101  > create m1 user prev=root text=one
            120  < deleted m1
            121  < added m1 user
            """,
        ),
        Example(
            "both are refused: nothing has changed",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m1 event_id=e1
            101  > create m1 user event_id=e2 prev=m2 text=other
            120  < error item_delete_invalid_item_id e1
            121  < error item_create_duplicate_item_id e2
            """,
        ),
        Example(
            "two batches",
            """
            0    < added m1 user text=one
            1    < added m2 assistant prev=m1 text=two
            100  > delete m1
            120  < deleted m1
            900  > create m1 user prev=m2 text=one
            921  < added m1 user prev=m2
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._before: dict[tuple[int, str], _Before] = {}
        self._cases: list[_Case] = []

    @on(ItemDeleteSent)
    def delete_sent(self, change: ItemDeleteSent) -> None:
        """Remember what the item was and where it stood."""
        item, server = change.item, change.conn.lanes.server
        self._before[item.conn, item.id] = _Before(
            change.request, _content_of(item), server.before(item.id), at_tail=change.newest
        )

    @on(ItemDeleted)
    def deleted(self, change: ItemDeleted) -> None:
        """The batch is over for an item that was not created again."""
        self._before.pop((change.item.conn, change.item.id), None)

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """Keep the pair until the server has answered both."""
        before = self._before.pop((change.item.conn, change.item.id), None)
        if before is None or not change.replaces:
            return
        same = _content_told(change.told) in {before.content, ""}
        moved = same and not _same_place(change.conn, before, change.request)
        self._cases.append(_Case(change.item, before.request, change.request, moved))

    def finish(self) -> None:
        """Report what was moved, and what was lost."""
        for case in self._cases:
            lost = case.create.outcome == "rejected" and case.delete.outcome == "acknowledged" and not case.item.live
            if lost or (case.moved and case.create.outcome != "rejected"):
                self._report(case, lost=lost)

    def _report(self, case: _Case, *, lost: bool) -> None:
        item = case.item
        outcome = (
            f"the create was refused at {stamp(case.create.answered)}: {item.label} is lost"
            if lost
            else "the same content at another place"
        )
        self.report(
            f"{item.label} was deleted at {stamp(case.delete.sent)} and created again at {stamp(case.create.sent)} in "
            f"one batch: {outcome}",
            case.delete.sent,
            (
                seen(case.delete.sent, f"the client deletes {item.label}"),
                seen(case.create.sent, f"the same batch creates {item.label} again"),
                seen(case.delete.answered, f"{item.label} is gone"),
                seen(case.create.answered, "the create is refused" if lost else f"{item.label} is back"),
            ),
            certainty="proven",
            about=item,
            prevented_by=("keep the server's order: move nothing that both sides hold",),
        )


def _same_place(connection: Connection, before: _Before, create: Request) -> bool:
    """Say whether the create names the place where the item stood; without a predecessor it names the tail."""
    named = create.previous_item_id
    if named is None:
        return before.at_tail
    if named == ROOT:
        return before.behind is None
    known = connection.item(named)
    # A predecessor that the same batch deletes says nothing of the place.
    return named == before.behind or (known is not None and known.delete is not None)


def _content_of(item: ItemLife) -> str:
    return item.text or item.output or item.arguments


def _content_told(told: Item) -> str:
    text = " ".join(part.text or part.transcript or "" for part in told.content or ()).strip()
    return text or told.output or told.arguments or ""
