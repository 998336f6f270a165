"""The parts a tape is made of: items, responses, entries, and the findings that are expected of it."""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from rtlog.recordings.record import Dir

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Fields: TypeAlias = dict[str, Json]

USAGE: Final[Fields] = {
    "total_tokens": 420,
    "input_tokens": 320,
    "output_tokens": 100,
    "input_token_details": {"text_tokens": 220, "audio_tokens": 100, "image_tokens": 0, "cached_tokens": 0},
    "output_token_details": {"text_tokens": 40, "audio_tokens": 60},
}
"""The same for every response, so that no rule about a growing context has anything to say."""


@dataclass
class Entry:
    """One record to be: an event, or a `kind` (open, close). `line` is set once the recording is written."""

    ms: float
    dir: Dir | None
    fields: Fields
    audio: bytes = b""
    line: int = 0

    @property
    def type(self) -> str:
        """The event's type, or the record's kind."""
        return str(self.fields.get("type") or self.fields["kind"])


@dataclass
class Item:
    """A conversation item: what it will hold once it is done."""

    label: str
    id: str
    kind: Literal["message", "function_call", "function_call_output"]
    role: str | None = None
    text: str = ""
    call_id: str = ""
    name: str = ""
    spoken: bool = True
    sounded: bool = False
    previous: str | None = None

    def shown(self, status: str, text: str | None = None) -> Fields:
        """Give the item as an event shows it, holding *text* so far (all of it, when not given)."""
        text = self.text if text is None else text
        head: Fields = {"id": self.id, "type": self.kind, "status": status}
        if self.kind == "function_call":
            return head | {"name": self.name, "call_id": self.call_id, "arguments": text}
        if self.kind == "function_call_output":
            return head | {"call_id": self.call_id, "output": text}
        return head | {"role": self.role, "content": self._content(text)}

    def created(self) -> Fields:
        """Give the item as a client sends it: text, whoever spoke it."""
        head: Fields = {"id": self.id, "type": self.kind}
        if self.kind == "function_call":
            return head | {"name": self.name, "call_id": self.call_id, "arguments": self.text}
        if self.kind == "function_call_output":
            return head | {"call_id": self.call_id, "output": self.text}
        part = "output_text" if self.role == "assistant" else "input_text"
        return head | {"role": self.role, "content": [{"type": part, "text": self.text}]}

    def _content(self, text: str) -> list[Json]:
        if self.role == "user" and self.spoken:
            return [{"type": "input_audio", "transcript": None}]
        if self.role == "assistant" and self.spoken:
            return [{"type": "output_audio", "transcript": text}] if text or self.sounded else []
        return [{"type": "output_text" if self.role == "assistant" else "input_text", "text": text}]


@dataclass
class Answer:
    """A response and what it has put out so far, in order."""

    label: str
    id: str
    metadata: dict[str, Json] | None = None
    output: list[Item] = field(default_factory=list)
    finished: dict[str, Fields] = field(default_factory=dict)


@dataclass(frozen=True)
class Expected:
    """A finding that the rules must give: about *items* (labels), at the record *at*, following from *caused_by*."""

    rule: str
    severity: Literal["error", "warning", "info"]
    certainty: Literal["proven", "likely", "possible"]
    at: Entry
    items: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    caused_by: "Expected | None" = None

    @property
    def key(self) -> str:
        """What tells the findings of one recording apart: rule and subjects."""
        return f"{self.rule}({', '.join(self.items or self.responses)})"

    @property
    def root(self) -> "Expected":
        """The finding that its story begins with."""
        return self.caused_by.root if self.caused_by else self
