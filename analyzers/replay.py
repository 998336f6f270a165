"""What a new connection is told of an older one's conversation, and what it is not."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, field

from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.recordings.record import Item

SPOKEN_ROLES: Final = frozenset({"user", "assistant"})
COMPARED: Final = 512
"""Replayed messages that are compared; a longer history is trimmed anyway."""
TELLING: Final = 6
"""Letters of a text that do not come twice by accident."""


class Loss(Struct, frozen=True):
    """What of the old conversation was not told again."""

    messages: list[ItemLife]
    calls: list[ItemLife]
    """Calls that had an output, and whose output was not told again."""
    trimmed: bool
    """All of it is older than everything that was told again."""

    @property
    def items(self) -> list[ItemLife]:
        """Messages and calls together."""
        return [*self.messages, *self.calls]


class Replay(Struct, eq=False):
    """What was told again of *old*: ids, calls, outputs and words, never payloads."""

    old: Connection
    began: Moment | None = None
    """The first thing told again that the server had made: the proof that the client means to go on.

    What the client itself had made, a greeting or a system message, may open every session of the same application.
    """
    listed: frozenset[str] | None = None
    """What the application's own context holds, where a push of it tells."""
    _ids: set[str] = field(default_factory=set)
    _outputs: set[str] = field(default_factory=set)
    _texts: list[str] = field(default_factory=list)
    _said: dict[str, list[str]] | None = None
    """What the server's items of the old conversation say, by how it begins."""

    def take(self, told: Item, at: Moment) -> None:
        """Note an item that the client creates."""
        words = " ".join(part.text or part.transcript or "" for part in told.content or ())
        self._take(at, told.type, told.id, told.call_id, words)

    def take_life(self, item: ItemLife, at: Moment) -> None:
        """Note an item that the server adds."""
        self._take(at, item.type, item.id, item.call_id, item.text)

    def _take(self, at: Moment, kind: str | None, item_id: str | None, call_id: str | None, words: str) -> None:
        text, known = _plain(words), self.old.item(item_id or "")
        if self.began is None and self._proves(known, call_id, text):
            self.began = at
        if known is not None:
            self._ids.add(known.id)
        if call_id is not None and kind == "function_call_output":
            self._outputs.add(call_id)
        if text and len(self._texts) < COMPARED:
            self._texts.append(text)

    def _proves(self, known: ItemLife | None, call_id: str | None, text: str) -> bool:
        return _server_made(known) or _server_made(self.old.call_item(call_id)) or self._was_said(text)

    def _was_said(self, text: str) -> bool:
        if self._said is None:
            self._said = defaultdict(list)
            for known in (_plain(item.text) for item in self.old.items.values() if item.made_by_server):
                self._said[known[:TELLING]].append(known)
        return len(text) >= TELLING and any(_same(text, known) for known in self._said.get(text[:TELLING], ()))

    def loss(self) -> Loss:
        """Compare the old conversation with what was told again."""
        order = [item for item_id in self.old.lanes.server if (item := self.old.items.get(item_id)) is not None]
        tellable = [item for item in order if _has_words(item) and self._is_wanted(item.id)]
        messages = [item for item in tellable if not self._is_told(item)]
        answered = [item for item in order if item.type == "function_call" and item.output_sent is not None]
        calls = [call for call in answered if self._is_wanted(call.id) and not self._is_answer_told(call)]
        return Loss(messages, calls, _is_old_end(order, tellable, [*messages, *calls]))

    def _is_wanted(self, item_id: str) -> bool:
        return self.listed is None or item_id in self.listed

    def _is_told(self, item: ItemLife) -> bool:
        words = _plain(item.text)
        return item.id in self._ids or any(_same(text, words) for text in self._texts)

    def _is_answer_told(self, call: ItemLife) -> bool:
        """Say whether *call*'s output was told: as an item, or in the words of a message."""
        output = self.old.item(call.output_item_id or "")
        words = _plain(output.output) if output is not None else ""
        in_words = bool(words) and any(words in text for text in self._texts)
        return in_words or call.call_id in self._outputs or (output is not None and output.id in self._ids)


def _server_made(item: ItemLife | None) -> bool:
    return item is not None and item.made_by_server


def _has_words(item: ItemLife) -> bool:
    return item.role in SPOKEN_ROLES and bool(_plain(item.text))


def _is_old_end(order: Sequence[ItemLife], tellable: Sequence[ItemLife], missing: Sequence[ItemLife]) -> bool:
    place = {item.id: number for number, item in enumerate(order)}
    lost = {item.id for item in missing}
    kept = [place[item.id] for item in tellable if item.id not in lost]
    return bool(kept) and all(place[item.id] < kept[0] for item in missing)


def _same(told: str, known: str) -> bool:
    """Say whether two texts are one, or the one is what was heard of the other."""
    return told.startswith(known) or known.startswith(told)


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
