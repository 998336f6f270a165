"""A chat context as a client pushes it and as its mirror holds it: ids, kinds and words, no payloads."""

from dataclasses import dataclass
from typing import Final

INSTRUCTIONS_ID: Final = "lk.agent_task.instructions"
"""The item that holds the agent's instructions; no push sends it."""
LOCAL_ONLY: Final = frozenset({"agent_handoff", "agent_config_update"})
"""Kinds that exist in the application's context alone."""


@dataclass(frozen=True, slots=True)
class ContextItem:
    """An item of a context; `content` is that of a message: texts, and `None` for an image or sound."""

    id: str
    type: str = "message"
    role: str | None = None
    content: tuple[str | None, ...] = ()

    @property
    def is_message(self) -> bool:
        """Whether it can have content."""
        return self.type == "message"

    @property
    def text(self) -> str | None:
        """Its texts, a line each; `None` where it has none."""
        texts = [part for part in self.content if part is not None]
        return "\n".join(texts) if texts else None

    @property
    def empty(self) -> bool:
        """Whether it is a message without any content."""
        return self.is_message and not self.content
