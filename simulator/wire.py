"""What the simulated server says: JSON events with ids of the provider's shape, kept until they are taken."""

from typing import TypeAlias

import msgspec

from rtlog.simulator.ids import Mint

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Fields: TypeAlias = dict[str, Json]


def json_of(value: msgspec.Struct) -> Fields:
    """Give *value* as JSON, as it stands now."""
    fields: Fields = msgspec.to_builtins(value)
    return fields


class Outbox:
    """Server events in the order they are said."""

    def __init__(self, mint: Mint) -> None:
        self.mint = mint
        self._said: list[Fields] = []

    def say(self, kind: str, /, **fields: Json) -> None:
        """Say an event of type *kind*."""
        self._said.append({"type": kind, "event_id": self.mint.id("event"), **fields})

    def take(self) -> list[Fields]:
        """Give what was said since the last call."""
        said, self._said = self._said, []
        return said
