"""Where private text stands in events, and what of an event is the protocol's own.

Names that are listed as the protocol's are kept; any other text is scrubbed, so that a field nobody has heard of gives
nothing away.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, NamedTuple

from rtlog.recordings.scrubbing.categories import Category


class Treatment(Enum):
    """What is done with a text, or with all that an object or a list holds."""

    PROTOCOL = auto()
    """Kept where it reads like a name; what it holds goes by its own names."""
    WORDS = auto()
    JSON = auto()
    """Words, or JSON with words in it; an object or a list is data of its own."""
    MIXED = auto()
    """Words among which JSON may stand."""
    SENTENCE = auto()
    """The provider's own, which may quote: an error, a reason."""
    DATA = auto()
    """An object of somebody else's making: whatever it holds is private, numbers too."""
    SCHEMA = auto()
    """JSON Schema: its own words stay."""
    EMPTIED = auto()
    """Left out: it tells the same once more, in numbers."""


class Place(NamedTuple):
    """What a text is about, and what is done with it."""

    category: Category
    treatment: Treatment


PLACES: Final = {
    "text": Place(Category.SPOKEN, Treatment.WORDS),
    "transcript": Place(Category.SPOKEN, Treatment.WORDS),
    "delta": Place(Category.SPOKEN, Treatment.WORDS),
    "content": Place(Category.SPOKEN, Treatment.WORDS),
    "logprobs": Place(Category.SPOKEN, Treatment.EMPTIED),
    "arguments": Place(Category.ARGUMENTS, Treatment.JSON),
    "args": Place(Category.ARGUMENTS, Treatment.DATA),
    "output": Place(Category.OUTPUTS, Treatment.JSON),
    "result": Place(Category.OUTPUTS, Treatment.JSON),
    "instructions": Place(Category.INSTRUCTIONS, Treatment.WORDS),
    "prompt": Place(Category.INSTRUCTIONS, Treatment.WORDS),
    "variables": Place(Category.INSTRUCTIONS, Treatment.DATA),
    "description": Place(Category.TOOLS, Treatment.WORDS),
    "parameters": Place(Category.TOOLS, Treatment.SCHEMA),
    "input_schema": Place(Category.TOOLS, Treatment.SCHEMA),
    "metadata": Place(Category.METADATA, Treatment.DATA),
    "message": Place(Category.OTHER, Treatment.SENTENCE),
    "error": Place(Category.OTHER, Treatment.SENTENCE),
    "reason": Place(Category.OTHER, Treatment.SENTENCE),
    "image_url": Place(Category.AUDIO, Treatment.EMPTIED),
    "url": Place(Category.ADDRESSES, Treatment.WORDS),
    "server_url": Place(Category.ADDRESSES, Treatment.WORDS),
}
"""The name of a member, and what stands under it."""

CONTAINERS: Final = frozenset({"content", "output", "prompt", "error", "delta", "text", "result"})
"""Names under which the protocol also keeps objects and lists, which go by their own names."""

PROTOCOL: Final = frozenset(
    {
        "type", "object", "role", "status", "model", "voice", "format", "code", "param", "kind", "source",
        "level", "language", "conversation", "modalities", "output_modalities", "tool_choice", "eagerness",
        "local_tail", "server_label", "require_approval", "truncation", "include", "version", "tracing", "phase",
        "input_audio_format", "output_audio_format", "max_output_tokens", "max_response_output_tokens", "effort",
        "timestamp",
    }
)  # fmt: skip
"""Members whose texts are the protocol's words, or names that programs gave."""

SCHEMA_WORDS: Final = frozenset({"type", "required", "format", "$ref"})
IDS: Final = re.compile(r"(?:^|_)ids?$|I[dD]s?$")
"""The names of ids, in this protocol and in others."""
CORRELATION: Final = "event_id"
"""The end of a metadata name under which clients put the id of their own event, to know the answer by."""
NAME: Final = re.compile(r"[!-~]{0,512}")
"""A word of the protocol, an id, the name of a tool or a model; anything else under those names is somebody's text."""

TOOLS: Final = frozenset(
    {
        "function", "function_call", "mcp", "mcp_call", "mcp_approval_request", "response.function_call_arguments.done",
        "local.tool_started", "local.tool_finished", "local.tool_cancelled",
    }
)  # fmt: skip
"""What has the name of a tool: a `name` elsewhere may be a person's."""
TOOL_MEMBERS: Final = frozenset({"call_id", "input_schema", "parameters", "remaining"})
"""Members of nothing but tools and their calls, and of limits, whose names are the protocol's."""

OF_TYPE: Final = {
    # Not what a model says: it comes in pieces, in which nobody can know what will be JSON.
    ("input_text", "text"): Place(Category.SPOKEN, Treatment.MIXED),
    ("response.function_call_arguments.delta", "delta"): Place(Category.ARGUMENTS, Treatment.JSON),
    ("response.mcp_call_arguments.delta", "delta"): Place(Category.ARGUMENTS, Treatment.JSON),
    ("local.ctx_push_begin", "items"): Place(Category.OTHER, Treatment.PROTOCOL),
    ("local.log", "message"): Place(Category.NOTES, Treatment.WORDS),
    ("local.tool_finished", "error"): Place(Category.OUTPUTS, Treatment.WORDS),
    ("local.tool_cancelled", "error"): Place(Category.OUTPUTS, Treatment.WORDS),
    ("mcp_call", "error"): Place(Category.OUTPUTS, Treatment.WORDS),
}
"""By the type of the event or item: where the same name means something else there."""

_PROTOCOL: Final = Place(Category.OTHER, Treatment.PROTOCOL)
_UNKNOWN: Final = Place(Category.OTHER, Treatment.WORDS)


def place_of(name: str, holder: Mapping[str, object], *, text: bool) -> Place:
    """Say what stands under *name* in the object *holder*; *text*: it is a string."""
    holder_type = holder.get("type")
    known = OF_TYPE.get((holder_type, name)) if isinstance(holder_type, str) else None
    known = known or PLACES.get(name)
    if known is not None:
        return known if text or name not in CONTAINERS else Place(known.category, Treatment.WORDS)
    if name in PROTOCOL or IDS.search(name) or (name == "name" and _is_tool(holder)):
        return _PROTOCOL
    return _UNKNOWN


def _is_tool(holder: Mapping[str, object]) -> bool:
    return not TOOL_MEMBERS.isdisjoint(holder) or (isinstance(kind := holder.get("type"), str) and kind in TOOLS)
