"""The words of a sentence about a record: our own text, and what must be named, escaped, dated or kept private.

A sentence is written while the recording streams by, when neither all labels nor T+0 are known; `telling` turns it into
text once they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rtlog.analyzers.moment import Moment


@dataclass(frozen=True, slots=True)
class Wire:
    """An event type."""

    type: str


@dataclass(frozen=True, slots=True)
class Items:
    """Items by their ids."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResponseName:
    """A response by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Text of the wire that is nobody's speech: a code, a reason, a tool's name."""

    text: str


@dataclass(frozen=True, slots=True)
class EventId(Quote):
    """The id of an event, which has no label."""


@dataclass(frozen=True, slots=True)
class Private:
    """What somebody said, or what a tool was told or answered: not for a public issue."""

    text: str
    spoken: bool = True
    """Words of a person or a model, shown in quotation marks."""


@dataclass(frozen=True, slots=True)
class When:
    """The time of another record."""

    at: Moment


class Measure(str):
    """How long it took or how much it was, in our own words: told, but no two sessions differ by it."""

    __slots__ = ()


Word = str | Wire | Items | ResponseName | Quote | Private | When
Words = tuple[Word, ...]

KEPT = 400
"""Characters kept of a wire text; what is shown is shorter still."""


def item(item_id: str | None) -> Word:
    """Name one item; an absent id is said to be absent."""
    return Items((item_id,)) if item_id else "an item without id"


def quote(text: str | None) -> Words:
    """Quote *text* where there is any."""
    return (Quote(text[:KEPT]),) if text else ()


def private(text: str | None, *, spoken: bool = True) -> Words:
    """Quote *text* as private where there is any."""
    return (Private(text[:KEPT], spoken),) if text else ()


def joined(parts: Iterable[Words], separator: str = ", ") -> Words:
    """Join those of *parts* that say something."""
    said: list[Word] = []
    for part in parts:
        if part:
            said += [separator, *part] if said else part
    return tuple(said)
