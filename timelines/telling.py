"""Sentences become text: names get their labels, times their T+, and whatever comes from the wire is made harmless.

A segment is a piece of text with a role; a terminal gives roles colours, markdown gives some of them code marks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from rtlog.analyzers.finding import offset_ms, render
from rtlog.analyzers.moment import Moment
from rtlog.timelines.coarse import CoarseClock
from rtlog.timelines.model import Names
from rtlog.timelines.words import Items, Private, Quote, ResponseName, When, Wire, Word, Words

Role = Literal[
    "",
    "wire",
    "name",
    "quote",
    "private",
    "time",
    "dim",
    "bold",
    "client",
    "server",
    "local",
    "error",
    "warning",
    "info",
]
SHOWN: Final = 120
"""Characters shown of one text of the wire."""
LISTED: Final = 12
"""Items listed one by one; of more the last ones are."""
ELLIPSIS: Final = "…"
NO_LINES: Final[Mapping[int, str]] = {}
ID: Final = re.compile(r"[A-Za-z0-9_-]{3,64}")


class Segment(NamedTuple):
    """A piece of text and its role."""

    text: str
    role: Role = ""


Segments = tuple[Segment, ...]


class Line(NamedTuple):
    """A line: `lead` stands before `body`; where the body is wrapped, `follow` stands before its other lines."""

    body: Segments
    lead: Segments = ()
    follow: Segments = ()


def printable(text: str) -> str:
    """Escape what a terminal would obey or hide: control characters, line breaks, direction marks."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in text)


def clip(text: str, limit: int = SHOWN) -> str:
    """Give *text* printable and at most about *limit* characters long."""
    shown = printable(text[:limit])
    return shown + ELLIPSIS if len(text) > limit else shown


def when(at: Moment, epoch: int | None) -> str:
    """Write a time as `T+82ms`, or as a line where the recording is untimed."""
    return f"line {at.line}" if at.t is None or epoch is None else f"T{round(offset_ms(at.t, epoch)):+d}ms"


def listed(labels: Sequence[str], limit: int = LISTED) -> str:
    """List *labels*; of more than *limit* the last ones and how many went before."""
    shown, hidden = _last(labels, limit)
    return ", ".join([*hidden, *map(clip, shown)])


def _last(names: Sequence[str], limit: int) -> tuple[Sequence[str], list[str]]:
    """Give those of *names* that are listed, and the words for the others."""
    hidden = len(names) - limit
    return (names, []) if hidden <= 1 else (names[hidden:], [f"{hidden} more"])


class Teller:
    """Tells sentences of one timeline; with *private* false, what was said or computed is only counted.

    *clean* takes secrets out of texts of the wire; *recorded* holds lines of the file, by number, that are to be shown;
    *coarse* tells the second of what has no other time.
    """

    def __init__(
        self,
        names: Names,
        epoch: int | None,
        *,
        private: bool = True,
        clean: Callable[[str], str] = str,
        recorded: Mapping[int, str] = NO_LINES,
        coarse: CoarseClock | None = None,
    ) -> None:
        self.names = names
        self.epoch = epoch
        self._private = private
        self._clean = clean
        self._recorded = recorded
        self._coarse = coarse

    def recorded(self, at: Moment) -> Segments:
        """Give the line of the file that holds the record *at*, where it is to be shown; else nothing."""
        line = self._recorded.get(at.line)
        return (Segment(printable(line), "dim"),) if line else ()

    def tell(self, words: Words) -> Segments:
        """Give the segments of a sentence."""
        return tuple(self._segment(word) for word in words)

    def _segment(self, word: Word) -> Segment:
        role: Role = ""
        match word:
            case str():
                text = word
            case Wire():
                text, role = clip(word.type), "wire"
            case Items():
                text, role = self.items(word.ids), "name"
            case ResponseName():
                text, role = clip(self.names.response(word.id)), "name"
            case Quote():
                text, role = clip(self._clean(self.named(word.text))), "quote"
            case Private():
                text, role = self.confide(word)
            case When():
                text, role = self.when(word.at), "time"
        return Segment(text, role)

    def items(self, ids: Sequence[str], limit: int = LISTED) -> str:
        """List items by name."""
        shown, hidden = _last(ids, limit)
        return ", ".join([*hidden, *(clip(self.names.item(item_id)) for item_id in shown)])

    def when(self, at: Moment) -> str:
        """Write the time of *at*."""
        return when(at, self.epoch)

    @property
    def is_coarse(self) -> bool:
        """Say whether rows show seconds by the ids."""
        return self._coarse is not None

    def stamp(self, at: Moment) -> str:
        """Write what stands before a row: the time of *at*, with the second by the ids where there is no other."""
        seconds = self._coarse.seconds(at) if self._coarse is not None and at.t is None else None
        return self.when(at) if seconds is None else f"~{seconds}s {self.when(at)}"

    def message(self, text: str) -> str:
        """Write a finding's sentence."""
        return printable(self._clean(render(text, self.epoch)))

    def named(self, text: str) -> str:
        """Give *text* with the ids it mentions replaced by their names."""
        names = self.names
        if names.real_ids:
            return text
        return ID.sub(lambda match: names.items.get(match[0]) or names.responses.get(match[0]) or match[0], text)

    def confide(self, word: Private) -> Segment:
        """Give private text, or only its length."""
        if not self._private:
            return Segment(f"{len(word.text)} characters", "dim")
        text = clip(self._clean(word.text))
        return Segment(f"“{text}”" if word.spoken else text, "private")
