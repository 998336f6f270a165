"""How a client's mirror follows the server: what it inserts, what it refuses, and what it says then."""

from rtlog.analyzers.profiles.profile import UnknownAnchor
from rtlog.analyzers.reconciler.lane import Lane


def insert(mirror: Lane, previous: str | None, item_id: str, unknown: UnknownAnchor) -> str | None:
    """Put an added item into *mirror*, right behind *previous* or, where that is null, at the head.

    Gives what the client logs where it refuses the item, else `None`.
    """
    anchor = anchored(mirror, previous, unknown)
    if item_id in mirror:
        return f"Item with ID {item_id} already exists."
    if anchor is not None and anchor not in mirror:
        return f"previous_item_id `{anchor}` not found"
    mirror.insert(item_id, after=anchor)
    return None


def anchored(mirror: Lane, previous: str | None, unknown: UnknownAnchor) -> str | None:
    """Give the predecessor that the client goes by: its own tail, if it so replaces one that it does not hold."""
    if unknown is UnknownAnchor.TAIL and previous and previous not in mirror:
        return mirror.tail
    return previous


def delete(mirror: Lane, item_id: str) -> str | None:
    """Take a deleted item out; nothing remembers it. Gives what the client logs where it does not hold the item."""
    if item_id not in mirror:
        return f"item_id `{item_id}` not found"
    mirror.remove(item_id)
    return None


def places_placeholder(local: Lane, previous: str | None, item_id: str) -> bool:
    """Say whether a client that keeps placeholders puts one for an item that its mirror has just taken."""
    return item_id not in local and (previous is None or previous == local.tail)
