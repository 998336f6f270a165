"""What the client tells of itself: `local.*` events, for a recording."""

from collections.abc import Callable
from typing import TypeAlias

from rtlog.simulator.items import Item, text_of
from rtlog.simulator.wire import Fields, Json

Tell: TypeAlias = Callable[[Fields], None]


class Teller:
    """Tells local events to *tell*; what is `None` is left out."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def __call__(self, kind: str, /, **fields: Json) -> None:
        """Tell `local.<kind>`."""
        self._tell({"type": f"local.{kind}", **{name: value for name, value in fields.items() if value is not None}})

    def placed(self, kind: str, item_id: str, previous: str | None, **more: Json) -> None:
        """Tell an event that names a predecessor, null at the head."""
        optional = {name: value for name, value in more.items() if value is not None}
        self._tell({"type": f"local.{kind}", "item_id": item_id, "previous_item_id": previous, **optional})

    def committed(self, item: Item) -> None:
        """Tell that the application's context holds *item* with its content."""
        empty = item.type == "message" and not text_of(item)
        kind = None if item.role else item.type
        self("item_committed", item_id=item.id, role=item.role, kind=kind, empty=empty)
