"""RT107: the client names an item that the server does not have."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ErrorReceived
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors

KINDS = {
    errors.DELETE_UNKNOWN: "delete",
    errors.TRUNCATE_UNKNOWN: "truncate",
    errors.ALREADY_TRUNCATED: "truncate",
    errors.RETRIEVE_UNKNOWN: "retrieve",
    errors.CREATE_UNKNOWN_ANCHOR: "anchor",
}


class UnknownItem(Rule):
    """A truncate, delete, retrieve or anchor names an id that is not in the conversation."""

    code = "RT107"
    name = "unknown-item"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "The client truncates, deletes or retrieves an item, or anchors a new one to it, and the server answers that "
        "it has no such item."
    )
    why = "The client's picture of the conversation is wrong; what it wanted did not happen."
    remedy = "Forget an item when its `deleted` arrives, and act only on items whose `added` has been seen."
    look_alikes = ("a second delete of one item by another code path: information only",)
    references = ("livekit/agents#6391", "livekit/agents#5320")
    bad = (
        Example(
            "a delete of an item that was never there",
            """
            0    > delete x1 event_id=e1
            40   < error item_delete_invalid_item_id e1
            """,
            "warning proven",
            (1, 2),
        ),
        Example(
            "a truncate of an item that is gone",
            """
            0    < added m1 assistant
            10   > delete m1
            20   < deleted m1
            30   > truncate m1 500 event_id=e1
            40   < error item_truncate_invalid_item_id e1
            """,
            "warning proven",
            (3, 4, 5),
        ),
        Example(
            "a retrieve, told by the message alone",
            """
            0    > retrieve x1
            40   < error error.code=null error.message="Error retrieving item: the item with id 'x1' does not exist."
            """,
            "warning proven",
            (1, 2),
        ),
        Example(
            "an anchor that is not there",
            """
            0    > create s1 system prev=x1 event_id=e1
            40   < error item_create_invalid_previous_item_id e1
            """,
            "warning proven",
            (1, 2),
        ),
        Example(
            "the second of two deletes is noise",
            """
            0    < added m1 assistant
            10   > delete m1 event_id=e1
            11   > delete m1 event_id=e2
            20   < deleted m1
            21   < error item_delete_invalid_item_id e2
            """,
            "info proven",
            (3, 4, 5),
        ),
    )
    good = (
        Example(
            "every item is there",
            """
            0    < added m1 assistant
            10   > delete m1 event_id=e1
            20   < deleted m1
            """,
        ),
    )

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """The server's own word: it has no such item."""
        request, kind = change.request, KINDS.get(change.code)
        if request is None or kind is None:
            return
        item_id = (request.previous_item_id if kind == "anchor" else request.item_id) or ""
        item = change.conn.item(item_id)
        double = kind == "delete" and item is not None and item.delete is not None and item.delete is not request
        self.report(
            f"the {kind} at {stamp(request.sent)} names {change.conn.labels.of(item_id)}, "
            f"{_why(change.conn, item_id, item)}",
            request.sent,
            (
                seen(item.deleted if item else None, "the item left the conversation"),
                seen(request.sent, f"the client's {kind}"),
                seen(change.at, f"refused: {change.code}"),
            ),
            certainty="proven",
            severity=Severity.INFO if double else Severity.WARNING,
            items=(item_id,),
            subject=request.type,
            prevented_by=("act only on items whose `conversation.item.added` has been seen and no `deleted`",),
        )


def _why(connection: Connection, item_id: str, item: ItemLife | None) -> str:
    if item is not None and item.deleted is not None:
        return f"deleted at {stamp(item.deleted)}"
    if connection.gone_from_older(item_id):
        return "which belongs to an older connection"
    if item is not None and item.announced is not None and item.added is None:
        return "announced but never added"
    return "which was never in the conversation" if item is None or item.added is None else "which the server denies"
