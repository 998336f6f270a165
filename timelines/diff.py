"""What a push compares: the mirror it finds with the context it wants."""

from dataclasses import dataclass

from rtlog.timelines.lanes import Ids, View
from rtlog.timelines.model import Entry
from rtlog.timelines.words import Items

PUSH_BEGIN = "local.ctx_push_begin"


@dataclass(frozen=True, slots=True)
class Diff:
    """Old (the mirror) and new (what is pushed), and what has to be done to make the server follow."""

    old: Ids
    new: Ids

    @property
    def to_remove(self) -> Ids:
        """What the mirror has and the push lacks."""
        return tuple(item for item in self.old if item not in set(self.new))

    @property
    def to_create(self) -> Ids:
        """What the push has and the mirror lacks."""
        return tuple(item for item in self.new if item not in set(self.old))


def diff_of(push: Entry, before: View) -> Diff | None:
    """Give what the push that begins with record *push* compares; `None` where it does not tell its items."""
    pushed = next((word.ids for word in push.words if isinstance(word, Items)), None)
    return Diff(before.mirror, pushed) if push.at.type == PUSH_BEGIN and pushed is not None else None
