"""RT104: the client re-creates an item that the server still has, or that was deleted on purpose."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.interruption import deleted_on_interruption
from rtlog.analyzers.moment import within
from rtlog.analyzers.reconciler.changes import ItemCreateSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import Evidence, Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


@dataclass(slots=True, eq=False)
class _Batch:
    connection: Connection
    ghosts: list[tuple[ItemLife, Request, bool]] = field(default_factory=list)
    """Each ghost with its create, and whether the server held it (else it had been deleted)."""


class GhostRecreate(Rule):
    """`conversation.item.create` names an id that is live, or that was deleted."""

    code = "RT104"
    name = "ghost-recreate"
    severity = Severity.ERROR
    leads_to = ("RT113", "RT408")
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
        Option("batch-ms", 500, "creates closer than this are one push"),
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

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._batches: list[_Batch] = []

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """Collect the ghosts of one push: one act is one finding."""
        if change.replaces or not (change.was_live or change.was_gone) or self._excused(change):
            return
        batch = self._batches[-1] if self._batches else None
        if batch is None or batch.connection is not change.conn or not self._same_push(batch, change.request):
            batch = _Batch(change.conn)
            self._batches.append(batch)
        batch.ghosts.append((change.item, change.request, change.was_live))

    def _same_push(self, batch: _Batch, request: Request) -> bool:
        last = batch.ghosts[-1][1].sent
        if request.sent.t is None:
            return request.sent.seq == last.seq + 1
        return within(last, request.sent, self.number("batch-ms"))

    def _excused(self, change: ItemCreateSent) -> bool:
        item = change.item
        if change.was_gone and item.origin == "client":
            return within(item.deleted, change.at, self.number("batch-ms")) or change.at.t is None
        return change.was_gone and deleted_on_interruption(change.conn, item, self.number("interruption-ms"))

    def finish(self) -> None:
        """Report each push with what became of its ghosts."""
        for batch in self._batches:
            self._report(batch)

    def _report(self, batch: _Batch) -> None:
        first, request, _ = batch.ghosts[0]
        self.report(
            f"the client re-created {_and(item.label for item, *_ in batch.ghosts)} at {stamp(request.sent)}: "
            f"{_outcome(batch)}",
            request.sent,
            [proof for ghost in batch.ghosts for proof in _evidence(*ghost)],
            certainty="proven",
            about=first,
            items=tuple(item.id for item, *_ in batch.ghosts),
            prevented_by=(
                "livekit-agents 1.7.1 and later count a duplicate id as success (livekit/agents#6964)",
                "keep tombstones: never create an id again that was deleted",
            ),
        )


def _evidence(item: ItemLife, request: Request, was_live: bool) -> Iterable[Evidence | None]:  # noqa: FBT001
    yield seen(item.added, f"the server has {item.label}") if was_live else seen(item.deleted, f"{item.label} is gone")
    yield seen(request.sent, f"the client creates {item.label} again")
    if request.error_code == errors.DUPLICATE_ITEM:
        yield seen(request.answered, f"refused: {item.label} exists already")
    elif request.outcome == "rejected":
        yield seen(request.answered, f"refused: {request.error_code or 'error'}")
    else:
        yield seen(request.answered, f"accepted: {item.label} is back")


def _outcome(batch: _Batch) -> str:
    back = [item.label for item, request, _ in batch.ghosts if request.outcome == "acknowledged"]
    refused = [item.label for item, request, _ in batch.ghosts if request.outcome == "rejected"]
    silent = [item.label for item, request, _ in batch.ghosts if request.outcome == "pending"]
    parts = (
        f"{_and(back)} accepted, back in the conversation" if back else "",
        f"{_and(refused)} refused, the server still has {'it' if len(refused) == 1 else 'them'}" if refused else "",
        f"{_and(silent)} not answered" if silent else "",
    )
    return "; ".join(part for part in parts if part)


def _and(labels: Iterable[str]) -> str:
    *most, last = list(labels)
    return f"{', '.join(most)} and {last}" if most else last
