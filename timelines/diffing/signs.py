"""What a record means, whatever its ids and times: its shape, the ids that it names, and the words that were said.

Two records of one shape do the same to things of the same kind; whether those things correspond is decided by the ids.
"""

import re
from typing import Final, NamedTuple

from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines.model import Names
from rtlog.timelines.telling import ID
from rtlog.timelines.words import EventId, Items, Measure, Private, Quote, ResponseName, Wire, Word, Words

Shape = tuple[str, ...]
"""The GA type and the direction, then what the sentence says, with kinds in the place of names."""

OWN: Final = "\x00"
"""Begins the parts of a shape that are our own text: the gist does without them."""
KIND: Final = "\x01"
"""Begins the parts of a shape that stand for names."""
LIST: Final = "items"
_DIGITS: Final = re.compile(r"[0-9]+")
_LOOKS_LIKE_AN_ID: Final = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9-]*_?[A-Za-z0-9-]{8,}")


class Sign(NamedTuple):
    """`names` are the ids in the order of the sentence; `said` is `None` where nobody's words are told."""

    shape: Shape
    names: tuple[str, ...]
    said: str | None

    @property
    def gist(self) -> Shape:
        """The shape without our own words: who sent what, about things of which kinds, with which outcome."""
        return tuple(part for part in self.shape if not part.startswith(OWN))

    @property
    def facts(self) -> Shape:
        """Who sent what with which outcome: the gist without the things that it is about."""
        return tuple(part for part in self.shape if not part.startswith((OWN, KIND)))


def sign(event_type: str, direction: str, words: Words, names: Names) -> Sign:
    """Give what a record of *event_type* means."""
    reader = _Reader(names, tells_model=event_type.startswith("session."))
    for word in words:
        reader.take(word)
    said = " ".join(" ".join(reader.said).split()) if reader.said else None
    return Sign((canonical(event_type), direction, *reader.parts), tuple(reader.ids), said)


def kind_of(name: str, names: Names) -> str:
    """Give the kind of the thing that id *name* means: `msg`, `FC`, `FC output`, `R`; `?` where nobody knows."""
    label = names.items.get(name) or names.responses.get(name)
    return _DIGITS.sub("", label) if label else "?"


class _Reader:
    def __init__(self, names: Names, *, tells_model: bool) -> None:
        self._names = names
        self._tells_model = tells_model
        self.parts: list[str] = []
        self.ids: list[str] = []
        self.said: list[str] = []

    def take(self, word: Word) -> None:
        match word:
            case Measure():
                pass
            case str() if any(map(str.isalnum, word)):
                self.parts.append(OWN + word.strip(" ,:;"))
            case Wire():
                self.parts.append(canonical(word.type))
            case Items():
                self._name(word.ids)
            case ResponseName():
                self._name((word.id,))
            case EventId():
                self._name((word.text,))
            case Quote() if not self._tells_model:
                self.parts.append(self._quoted(word.text))
            case Private():
                self.said.append(word.text)

    def _name(self, ids: tuple[str, ...]) -> None:
        self.ids += ids
        self.parts.append(KIND + (kind_of(ids[0], self._names) if len(ids) == 1 else LIST))

    def _quoted(self, text: str) -> str:
        """Give quoted text with the names that it mentions taken out, and from prose its figures and other ids too."""
        text = ID.sub(self._mentioned, text)
        return _DIGITS.sub("", _LOOKS_LIKE_AN_ID.sub("?", text)) if " " in text else text

    def _mentioned(self, match: re.Match[str]) -> str:
        known = match[0] in self._names.items or match[0] in self._names.responses
        if known:
            self.ids.append(match[0])
        return kind_of(match[0], self._names) if known else match[0]
