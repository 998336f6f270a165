"""The client's two contexts, sans-IO: the mirror of the server's conversation, and the application's own."""

from dataclasses import dataclass

from msgspec import structs

from rtlog.simulator.client.difference import difference
from rtlog.simulator.client.local import Teller
from rtlog.simulator.client.mirror import Mirror, MirrorError
from rtlog.simulator.client.profile import Profile
from rtlog.simulator.conversation import ROOT
from rtlog.simulator.items import Item, Part, text_of


@dataclass(frozen=True, slots=True)
class Delete:
    """A push deletes an item from the server's conversation."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Create:
    """A push creates *item* after *previous*."""

    item: Item
    previous: str

    @property
    def item_id(self) -> str:
        """The item's id."""
        return self.item.id


class Contexts:
    """Both contexts of a client of this *profile*; what happens to them is told."""

    def __init__(self, profile: Profile, tell: Teller) -> None:
        self.mirror = Mirror()
        self.local: list[Item] = []
        self._profile = profile
        self._tell = tell

    @property
    def local_ids(self) -> list[str]:
        """Ids of the application's context in order."""
        return [item.id for item in self.local]

    def added(self, item: Item, previous: str | None) -> None:
        """Take an item that the server announced; one that the mirror refuses is lost."""
        try:
            self.mirror.insert(previous, item)
        except MirrorError as refused:
            self._tell.placed("remote_item_added", item.id, previous, inserted=False, error=str(refused))
            return
        self._tell.placed("remote_item_added", item.id, previous, inserted=True)
        if self._profile.placeholders:
            self._hold_a_place(item, previous)

    def deleted(self, item_id: str) -> None:
        """Take the server's word that an item is gone."""
        try:
            self.mirror.delete(item_id)
        except MirrorError:
            self._tell("remote_item_deleted", item_id=item_id, found=False)
        else:
            self._tell("remote_item_deleted", item_id=item_id, found=True)

    def heard(self, item_id: str, transcript: str) -> None:
        """Take a user turn's transcript: the mirror's item has it now, and the application's context the item."""
        part = Part(type="input_audio", transcript=transcript)
        mirrored = self.mirror.find(item_id)
        if mirrored is not None:
            mirrored.content = [*(mirrored.content or ()), part]
        self.commit(Item(id=item_id, type="message", role="user", content=[part]))

    def said(self, item: Item) -> None:
        """Take the words of a finished answer into the mirror."""
        mirrored = self.mirror.find(item.id)
        if mirrored is not None:
            mirrored.content = item.content

    def commit(self, item: Item) -> None:
        """Put *item*, with its content, into the application's context: over a placeholder, else at the tail."""
        ids = self.local_ids
        if item.id in ids:
            self.local[ids.index(item.id)] = item
        else:
            self.local.append(item)
        self._tell.committed(item)

    def plan(self, pushed: list[Item]) -> list[Delete | Create]:
        """Say what makes the server's conversation, as far as the mirror shows it, the context *pushed*.

        All deletes come first, then the creates, then messages whose text changed, made anew under their id.
        """
        by_id = {item.id: item for item in pushed}
        found = difference(self.mirror.ids, [*by_id])
        plan: list[Delete | Create] = [Delete(each) for each in found.removed if not self._spared(each)]
        plan += [Create(by_id[item_id], previous or ROOT) for previous, item_id in found.created]
        order = [ROOT, *by_id]
        for item_id in found.kept:
            if self._changed(by_id[item_id]):
                previous = order[order.index(item_id) - 1]
                plan += [Delete(item_id), Create(by_id[item_id], previous)]
        return plan

    def _hold_a_place(self, item: Item, previous: str | None) -> None:
        ids = self.local_ids
        if item.id in ids:
            return
        tail = ids[-1] if ids else None
        if previous is None or previous == tail:
            self.local.append(structs.replace(item))
            self._tell.placed("placeholder_added", item.id, previous)
        else:
            self._tell.placed("placeholder_skipped", item.id, previous, local_tail=tail)

    def _spared(self, item_id: str) -> bool:
        item = self.mirror.find(item_id)
        return self._profile.spares_empty and item is not None and item.type == "message" and not text_of(item)

    def _changed(self, item: Item) -> bool:
        old = self.mirror.find(item.id)
        if old is None or old.type != "message" or not text_of(old):
            return False
        return text_of(old) != text_of(item)
