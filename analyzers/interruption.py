"""What counts as the delete of an interrupted message: shared by the rules that must tell intent from accident."""

from rtlog.analyzers.moment import within
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife


def deleted_on_interruption(connection: Connection, item: ItemLife, limit_ms: float) -> bool:
    """Say whether *item* is an assistant message deleted right after its own response or playback was interrupted."""
    response = connection.response_of(item)
    return (
        item.role == "assistant"
        and item.delete is not None
        and response is not None
        and response.interrupted is not None
        and within(response.interrupted, item.delete.sent, limit_ms)
    )
