"""What a client sends when it pushes its context: deletes first, then creates, then what is written anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rtlog.analyzers.profiles.context import INSTRUCTIONS_ID, LOCAL_ONLY, ContextItem
from rtlog.analyzers.profiles.diff import diff
from rtlog.analyzers.profiles.profile import ClientProfile, SystemMessages

SYSTEM_ROLES = frozenset({"system", "developer"})


@dataclass(frozen=True, slots=True)
class Sent:
    """One `conversation.item.delete` or `conversation.item.create`."""

    act: Literal["delete", "create"]
    item_id: str
    previous_item_id: str | None = None


def push(mirror: Sequence[ContextItem], wanted: Sequence[ContextItem], profile: ClientProfile) -> list[Sent]:
    """Give what the client of *profile* sends, in order, when *wanted* is pushed against *mirror*."""
    return list(_events(mirror, synced(mirror, wanted, profile), profile))


def synced(mirror: Sequence[ContextItem], wanted: Sequence[ContextItem], profile: ClientProfile) -> list[ContextItem]:
    """Give what of *wanted* the client compares with its mirror."""
    held = {item.id for item in mirror}
    return [item for item in wanted if _is_synced(item, profile) and (profile.creates_empty or _worth(item, held))]


def _is_synced(item: ContextItem, profile: ClientProfile) -> bool:
    if item.type in LOCAL_ONLY:
        return False
    if profile.leaves_out is SystemMessages.ALL:
        return item.role not in SYSTEM_ROLES
    return item.id != INSTRUCTIONS_ID


def _worth(item: ContextItem, held: set[str]) -> bool:
    return not item.empty or item.id in held


def _events(mirror: Sequence[ContextItem], wanted: Sequence[ContextItem], profile: ClientProfile) -> Iterator[Sent]:
    changes = diff(mirror, wanted)
    # An empty message in the mirror is mostly one whose content never came down; of equal ids the first one counts.
    unknown = {item.id for item in reversed(mirror) if item.empty}
    for item_id in changes.removed:
        if not (profile.guards_empty_deletes and item_id in unknown):
            yield Sent("delete", item_id)
    for previous, item_id in changes.created:
        yield _create(previous, item_id, profile)
    for previous, item_id in changes.updated:
        if item_id not in unknown:
            yield Sent("delete", item_id)
            yield _create(previous, item_id, profile)


def _create(previous: str | None, item_id: str, profile: ClientProfile) -> Sent:
    return Sent("create", item_id, profile.front if previous is None else previous)
