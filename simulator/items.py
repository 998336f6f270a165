"""Conversation items as the wire shows them."""

import re
from typing import Final

from msgspec import Struct

ID_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Part(Struct, omit_defaults=True):
    """One content part; audio itself is not kept."""

    type: str = ""
    text: str | None = None
    transcript: str | None = None
    image_url: str | None = None


class Item(Struct, omit_defaults=True):
    """A message, a function call or its output."""

    id: str = ""
    type: str = ""
    status: str | None = None
    role: str | None = None
    content: list[Part] | None = None
    name: str | None = None
    call_id: str | None = None
    arguments: str | None = None
    output: str | None = None


def message(role: str, text: str, item_id: str = "") -> Item:
    """Make a written message."""
    kind = "output_text" if role == "assistant" else "input_text"
    return Item(id=item_id, type="message", role=role, content=[Part(type=kind, text=text)])


def text_of(item: Item) -> str:
    """Give what was written or said in *item*."""
    return "".join(part.text or part.transcript or "" for part in item.content or ())
