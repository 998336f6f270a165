"""Sentences cut into lines of so many columns: wide characters take two, combining ones none."""

import re
import unicodedata
from collections.abc import Iterator

from rtlog.timelines.telling import Segment, Segments

_PIECE = re.compile(r"\s+|[^\s]+")


def columns(text: str) -> int:
    """Give how many columns *text* takes in a font of one width."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def wrapped(segments: Segments, room: int, hanging: int = 2) -> list[Segments]:
    """Give the lines of *segments*, each at most *room* columns wide; all but the first are indented."""
    lines: list[list[Segment]] = [[]]
    used = 0
    for segment in segments:
        for piece in _pieces(segment.text, room - hanging):
            width = columns(piece)
            if used + width > room and used > 0:
                lines.append([Segment(" " * hanging)])
                used = hanging
                if piece.isspace():
                    continue
            lines[-1].append(Segment(piece, segment.role))
            used += width
    return [_joined(line) for line in lines]


def _pieces(text: str, room: int) -> Iterator[str]:
    """Give words and spaces, and what is longer than a line in parts."""
    for word in _PIECE.findall(text):
        part, used = "", 0
        for char in word:
            width = _columns(char)
            if used + width > room:
                yield part
                part, used = "", 0
            part, used = part + char, used + width
        yield part


def _joined(line: list[Segment]) -> Segments:
    """Join neighbours of one role."""
    joined: list[Segment] = []
    for segment in line:
        if joined and joined[-1].role == segment.role:
            joined[-1] = Segment(joined[-1].text + segment.text, segment.role)
        else:
            joined.append(segment)
    return tuple(joined)
