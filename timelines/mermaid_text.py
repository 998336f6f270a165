"""Text that mermaid shows and never obeys."""

import re
from typing import Final

from rtlog.timelines.telling import clip

BREAK: Final = "<br/>"
LONGEST: Final = 200
"""Characters of one line of a message."""
WIDTH: Final = 64
"""Characters after which a line is broken: a diagram is as wide as its longest lines."""
_HARMLESS: Final = re.compile(r"[\w .,()/=+×’“”…-]")  # noqa: RUF001 - signs that our own sentences use
_WORD: Final = re.compile(r"\b(e)(?=nd\b)", re.IGNORECASE)
"""`end` closes a block, should mermaid read it as a word."""


def label(*lines: str, limit: int = LONGEST) -> str:
    """Give *lines* as the text of a message or a note; of at most *limit* characters each, broken where long."""
    return BREAK.join(escaped(part) for line in lines if line for part in _broken(clip(line, limit)))


def escaped(text: str) -> str:
    """Give *text* with every sign that could mean something by its number: `;`, `#`, `:`, `<`, `%`, quotes."""
    ends = {match.start() for match in _WORD.finditer(text)}
    return "".join(
        char if _HARMLESS.match(char) and place not in ends else f"#{ord(char)};" for place, char in enumerate(text)
    )


def _broken(line: str) -> list[str]:
    parts = [""]
    for word in re.findall(rf"\S{{1,{WIDTH}}}|\s", line):
        if len(parts[-1]) + len(word) > WIDTH:
            parts.append("")
        parts[-1] += word
    return [part.strip() for part in parts if part.strip()]
