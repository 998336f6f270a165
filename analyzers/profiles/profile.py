"""What a client profile is: the facts about one release of a client that decide what it keeps, loses and sends."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

ROOT: Final = "root"
"""`previous_item_id` of a create that asks for the front."""


class UnknownAnchor(Enum):
    """What a mirror does with an item whose predecessor it does not hold."""

    REFUSE = "refuse"
    """It logs a warning and loses the item, and with it everything that names the lost one."""
    TAIL = "tail"


class SystemMessages(Enum):
    """Which system messages a push of the context leaves out."""

    ALL = "all"
    INSTRUCTIONS = "instructions"
    """Only the one that holds the agent's instructions."""


@dataclass(frozen=True, slots=True)
class ClientProfile:
    """One release of a client. Defaults are those of the oldest release known; times are in ms."""

    name: str
    """As it is asked for: `livekit-agents@1.4.6`."""
    client: str
    release: tuple[int, ...]
    unknown_anchor: UnknownAnchor = UnknownAnchor.REFUSE
    places_placeholders: bool = False
    """A remote item enters the application's context empty, where its predecessor is null or the context's tail."""
    starts_with_config: bool = False
    """A local-only item stands at the tail of the application's context when the session starts."""
    keeps_call_ids: bool = False
    """The application knows a function call by the server's item id, not by one of its own making."""
    guards_empty_deletes: bool = False
    """A push deletes no message whose content the mirror does not hold."""
    creates_empty: bool = True
    """A push creates messages without content."""
    leaves_out: SystemMessages = SystemMessages.ALL
    front: str | None = ROOT
    """`previous_item_id` of a create that is meant for the front; without one the server appends."""
    reply_timeout_ms: float | None = 5_000
    """`None` where it is not known."""
    sync_timeout_ms: float = 5_000
    discards_late_replies: bool = False
    """A response that comes after its caller gave up is cancelled by its id and never played."""
    error_settles_reply: bool = False
    """An `error` for a `response.create` fails its caller at once, instead of after the timeout."""
    error_settles_waiter: bool | None = False
    """An `error` for an item create or delete ends the wait of its push, instead of the timeout; `None`: not known."""
    duplicate_is_success: bool = False
    """`item_create_duplicate_item_id` counts as the item being there."""
    cancels_only_active: bool = False
    """An interruption sends no `response.cancel` while nothing is generated or awaited."""
    truncate_zero_deletes: bool = False
    """A message of which nothing was played is deleted instead of truncated at 0."""
    replays_calls: bool = False
    """A reconnect re-creates function calls and outputs too."""
    locks_snapshots: bool = False
    """A copy of the context and the push of it are one step."""
    answers_every_call: bool = False
    """An interrupted turn still sends the outputs of its tools."""
