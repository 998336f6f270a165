"""An event without what was said in it."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from rtlog.recordings.scrubbing.categories import Category
from rtlog.recordings.scrubbing.json_text import OPENERS, JsonText, mixed, scrubbed
from rtlog.recordings.scrubbing.places import CORRELATION, NAME, SCHEMA_WORDS, Place, Treatment, place_of
from rtlog.recordings.scrubbing.pseudonyms import Pseudonyms, Stream

Json = dict[str, object]
Holder = Json | list[object]

MOST_STREAMS: Final = 256
"""Texts that come in pieces and are followed at the same time."""
DELTA: Final = ".delta"
_QUOTED: Final = re.compile(r"""(?<!\w)(['"`‘“])(.{1,2000}?)(['"`’”])(?!\w)""", re.DOTALL)  # noqa: RUF001 - quotes
_NAMED: Final = re.compile(r"(?=.*[_.\d\[])[\w.\-\[\]/]{1,256}", re.ASCII)
"""What an error may quote: an id, a path in an event, a number; not a word, which may be anybody's."""
_DATA: Final = frozenset({Treatment.DATA, Treatment.JSON})
_OWN: Final = _DATA | {Treatment.SCHEMA}
"""All that they hold is of their category."""


class _Spot(NamedTuple):
    """A value of an event: what holds it, under which name, and what is done with it."""

    holder: Holder
    key: str | int
    value: object
    place: Place

    def put(self, value: object) -> None:
        self.holder[self.key] = value  # type: ignore[index]  # a list by its index, an object by its name


class EventScrubber:
    """Scrubs the events of one recording; *kept* categories stay as they are."""

    def __init__(self, names: Pseudonyms, kept: frozenset[Category], *, keep_keys: bool) -> None:
        self._names = names
        self._kept = kept
        self._keep_keys = keep_keys
        self._streams: OrderedDict[tuple[object, ...], Stream | JsonText] = OrderedDict()

    def scrub(self, event: Json, conn: object = 1) -> None:
        """Scrub *event* of connection *conn* in place."""
        piece = event.get("delta")
        event_type = event.get("type")
        told = None
        if isinstance(piece, str) and isinstance(event_type, str) and event_type.endswith(DELTA):
            told = self._piece(event, piece, conn)
        # A stack and no recursion: the depth is the sender's choice.
        waiting = list(self._spots(event, None))
        while waiting:
            spot = waiting.pop()
            kept = spot.place.category in self._kept
            if isinstance(spot.value, dict | list) and spot.place.treatment is not Treatment.EMPTIED:
                if not (kept and spot.place.treatment in _OWN):
                    waiting.extend(self._spots(spot.value, spot.place))
            elif not kept:
                self._replace(spot)
        if told is not None:
            event["delta"] = told

    def text(self, place: Place, text: str) -> str:
        """Give what stands for *text* at *place*."""
        if place.category in self._kept:
            return text
        match place.treatment:
            case Treatment.PROTOCOL:
                return text if NAME.fullmatch(text) else self._names.text(text)
            case Treatment.JSON | Treatment.MIXED:
                told = scrubbed if place.treatment is Treatment.JSON else mixed
                return told(self._names, text, keep_keys=self._keep_keys)
            case Treatment.SENTENCE:
                return _QUOTED.sub(self._quoted, text)
            case Treatment.EMPTIED:
                return ""
            case _:
                return self._names.text(text)

    def _replace(self, spot: _Spot) -> None:
        value = spot.value
        if isinstance(value, str):
            spot.put(self.text(spot.place, value))
        elif spot.place.treatment is Treatment.EMPTIED:
            spot.put([])
        elif spot.place.treatment in _DATA and isinstance(value, int | float) and not isinstance(value, bool):
            spot.put(self._number(value))

    def _number(self, value: float) -> float:
        shown = scrubbed(self._names, f"[{value!r}]")[1:-1]
        try:
            return int(shown) if isinstance(value, int) else float(shown)
        except ValueError:  # inf and nan have no digits
            return value

    def _quoted(self, match: re.Match[str]) -> str:
        opening, inner, closing = match.groups()
        return match[0] if _NAMED.fullmatch(inner) else f"{opening}{self._names.text(inner)}{closing}"

    def _piece(self, event: Json, piece: str, conn: object) -> str:
        place = place_of("delta", event, text=True)
        if place.category in self._kept:
            return piece
        ids = (event.get(name) for name in ("item_id", "response_id", "content_index", "output_index"))
        key = (conn, event.get("type"), *(each if isinstance(each, str | int) else None for each in ids))
        stream = self._streams.pop(key, None) or self._stream_for(place, piece)
        self._streams[key] = stream
        if len(self._streams) > MOST_STREAMS:
            self._streams.popitem(last=False)
        return stream.feed(piece)

    def _stream_for(self, place: Place, piece: str) -> Stream | JsonText:
        if place.treatment is Treatment.JSON and piece.lstrip().startswith(OPENERS):
            return JsonText(self._names, keep_keys=self._keep_keys)
        return self._names.stream()

    def _spots(self, holder: Holder, outer: Place | None) -> Iterator[_Spot]:
        if isinstance(holder, list):
            place = outer or Place(Category.OTHER, Treatment.WORDS)
            for index, value in enumerate(holder):
                yield _Spot(holder, index, value, place)
            return
        if outer is not None and outer.treatment in _DATA and not self._keep_keys:
            members = {self._names.text(name): value for name, value in holder.items()}
            holder.clear()
            holder.update(members)
        for name, value in holder.items():
            place = _place(name, value, holder, outer)
            if place.treatment is Treatment.SCHEMA and not self._keep_keys:
                # It names the same members as the arguments do.
                place = Place(place.category, Treatment.DATA)
            yield _Spot(holder, name, value, place)


def _place(name: str, value: object, holder: Json, outer: Place | None) -> Place:
    """Say what is done with *value* under *name* of *holder*, inside of *outer*."""
    if outer is not None and outer.treatment is Treatment.SCHEMA:
        own = name in SCHEMA_WORDS and not isinstance(value, dict)
        return Place(outer.category, Treatment.PROTOCOL) if own else outer
    if outer is not None and outer.treatment in _DATA:
        correlates = outer.category is Category.METADATA and name.endswith(CORRELATION)
        return Place(outer.category, Treatment.PROTOCOL) if correlates else outer
    return place_of(name, holder, text=isinstance(value, str))
