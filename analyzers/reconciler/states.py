"""The lives of items and responses, as tables.

Rule 1: every transition is a row here; the code looks it up and does nothing clever.
Rule 2: rtlog observes, it never refuses: a move that the table lacks leaves the state alone and is counted.

Theory. The server's conversation is never visible; its answers prove it. A client that asks for a change (create,
delete) puts the item into a state in which both outcomes are open until the server's answer settles it: REQUESTED,
DELETING, and REPLACING for a delete and a create of one id in one batch, which is how clients update an item. The
application's own context is a second machine (`LocalState`); what the pair of states means is a third table,
`SITUATIONS`.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class ItemState(Enum):
    """Where an item stands on the server, as far as its answers prove it."""

    __hash__ = object.__hash__  # an Enum hashes its name, in Python, for each look-up in a table

    ABSENT = "absent"
    ANNOUNCED = "announced"
    """An event named the id (speech started, a response's output) but it is not in the conversation yet."""
    REQUESTED = "requested"
    """The client asked for it, the server has not answered."""
    LIVE = "live"
    DELETING = "deleting"
    """The client asked for its removal, the server has not answered."""
    REPLACING = "replacing"
    """The client asked for its removal and its creation, the server has answered neither."""
    GONE = "gone"


class Move(Enum):
    """What can happen to an item."""

    __hash__ = object.__hash__  # an Enum hashes its name, in Python, for each look-up in a table

    ANNOUNCE = "announce"
    CREATE = "create"
    ADDED = "added"
    CREATE_REJECTED = "create rejected"
    DELETE = "delete"
    DELETED = "deleted"
    DELETE_REJECTED = "delete rejected"


_S, _M = ItemState, Move

ITEM_TRANSITIONS: Final[Mapping[ItemState, Mapping[Move, ItemState]]] = {
    _S.ABSENT: {_M.ANNOUNCE: _S.ANNOUNCED, _M.CREATE: _S.REQUESTED, _M.ADDED: _S.LIVE, _M.DELETE: _S.ABSENT},
    _S.ANNOUNCED: {_M.ANNOUNCE: _S.ANNOUNCED, _M.CREATE: _S.REQUESTED, _M.ADDED: _S.LIVE},
    _S.REQUESTED: {
        _M.ADDED: _S.LIVE,
        _M.CREATE_REJECTED: _S.ABSENT,
        _M.DELETE: _S.DELETING,
        _M.ANNOUNCE: _S.REQUESTED,
    },
    _S.LIVE: {
        _M.ADDED: _S.LIVE,
        _M.ANNOUNCE: _S.LIVE,
        _M.CREATE: _S.LIVE,
        _M.CREATE_REJECTED: _S.LIVE,
        _M.DELETE: _S.DELETING,
        _M.DELETED: _S.GONE,
    },
    _S.DELETING: {
        _M.ADDED: _S.DELETING,
        _M.ANNOUNCE: _S.DELETING,
        _M.CREATE: _S.REPLACING,
        _M.DELETE: _S.DELETING,
        _M.DELETED: _S.GONE,
        _M.DELETE_REJECTED: _S.LIVE,
    },
    _S.REPLACING: {
        _M.DELETED: _S.REQUESTED,
        _M.DELETE_REJECTED: _S.LIVE,
        _M.CREATE_REJECTED: _S.DELETING,
        _M.ADDED: _S.LIVE,
    },
    _S.GONE: {
        _M.CREATE: _S.REQUESTED,
        _M.ADDED: _S.LIVE,
        _M.DELETE: _S.GONE,
        _M.DELETED: _S.GONE,
        _M.DELETE_REJECTED: _S.GONE,
        _M.CREATE_REJECTED: _S.GONE,
    },
}

IN_CONVERSATION: Final = frozenset({ItemState.LIVE, ItemState.DELETING, ItemState.REPLACING})
"""The server holds the item: its removal is asked for at most."""


class ResponseState(Enum):
    """Where a response stands."""

    ACTIVE = "active"
    DONE = "done"


class LocalState(Enum):
    """Where an item stands in the application's own context."""

    __hash__ = object.__hash__  # an Enum hashes its name, in Python, for each look-up in a table

    UNKNOWN = "unknown"
    """No local event has said anything that would tell."""
    ABSENT = "absent"
    """The application's context is known and lacks it."""
    PLACEHOLDER = "placeholder"
    PRESENT = "present"
    REMOVED = "removed"


class LocalMove(Enum):
    """What the application can do with an item."""

    __hash__ = object.__hash__  # an Enum hashes its name, in Python, for each look-up in a table

    MISSED = "missed"
    """The SDK saw it arrive, or a push listed the context, and the context lacked it."""
    PLACED = "placed"
    TAKEN = "taken"
    REMOVED = "removed"


_L, _N = LocalState, LocalMove

LOCAL_TRANSITIONS: Final[Mapping[LocalState, Mapping[LocalMove, LocalState]]] = {
    _L.UNKNOWN: {
        _N.MISSED: _L.ABSENT,
        _N.PLACED: _L.PLACEHOLDER,
        _N.TAKEN: _L.PRESENT,
        _N.REMOVED: _L.REMOVED,
    },
    _L.ABSENT: {_N.MISSED: _L.ABSENT, _N.PLACED: _L.PLACEHOLDER, _N.TAKEN: _L.PRESENT, _N.REMOVED: _L.ABSENT},
    _L.PLACEHOLDER: {_N.MISSED: _L.REMOVED, _N.PLACED: _L.PLACEHOLDER, _N.TAKEN: _L.PRESENT, _N.REMOVED: _L.REMOVED},
    _L.PRESENT: {_N.MISSED: _L.REMOVED, _N.PLACED: _L.PRESENT, _N.TAKEN: _L.PRESENT, _N.REMOVED: _L.REMOVED},
    _L.REMOVED: {_N.MISSED: _L.REMOVED, _N.PLACED: _L.PLACEHOLDER, _N.TAKEN: _L.PRESENT, _N.REMOVED: _L.REMOVED},
}


class Situation(Enum):
    """What the pair of an item's remote and local states means."""

    AGREED = "both hold it"
    IN_FLIGHT = "the server holds it, the application has not taken it yet"
    ORPHANED = "the application holds it, the server does not"
    FORGOTTEN = "neither holds it"
    TRIMMED = "the application removed it, the server still holds it"
    UNKNOWN = "the application's side is not known"


def situation(remote: ItemState, local: LocalState) -> Situation:
    """Give the meaning of the joint state."""
    return SITUATIONS[remote in IN_CONVERSATION, local]


SITUATIONS: Final[Mapping[tuple[bool, LocalState], Situation]] = {
    (True, _L.UNKNOWN): Situation.UNKNOWN,
    (True, _L.ABSENT): Situation.IN_FLIGHT,
    (True, _L.PLACEHOLDER): Situation.AGREED,
    (True, _L.PRESENT): Situation.AGREED,
    (True, _L.REMOVED): Situation.TRIMMED,
    (False, _L.UNKNOWN): Situation.UNKNOWN,
    (False, _L.ABSENT): Situation.FORGOTTEN,
    (False, _L.PLACEHOLDER): Situation.ORPHANED,
    (False, _L.PRESENT): Situation.ORPHANED,
    (False, _L.REMOVED): Situation.FORGOTTEN,
}
