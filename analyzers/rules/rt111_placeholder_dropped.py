"""RT111: the client's placeholder for a server item is dropped without a word."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import LocalChanged
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

INSERTS = frozenset({"local.item_committed", "local.tool_started", "local.placeholder_added"})


class PlaceholderDropped(Rule):
    """A client that mirrors remote items as placeholders skips one because its own tail is another item."""

    code = "RT111"
    name = "placeholder-dropped"
    severity = Severity.WARNING
    needs = frozenset({"time", "local"})
    leads_to = ("RT101",)
    what = (
        "A client adds a placeholder for a server item only when the item's predecessor is its own context's tail. "
        "The tail was something else (a config or hand-off item, an unpushed tool output), so no placeholder was added."
    )
    why = "The next push of that context deletes the item on the server: RT101 is open again."
    remedy = "Insert the placeholder behind its predecessor wherever that stands, or at the tail, and say so."
    look_alikes = ("the item enters the context by another way within 500 ms: final transcript, tool start",)
    references = ("livekit/agents#5114",)
    options = (Option("grace-ms", 500, "an item that enters the context by another way this soon was not dropped"),)
    bad = (
        Example(
            "the next push lacks the item",
            """
            0    < added fc1 call call_id=c1 prev=m1
            1    L placeholder_skipped fc1 previous_item_id=m1 local_tail=config_1
            228  L ctx_push_begin source=local items=["m1"]
            """,
            "warning proven",
            (1, 2, 3),
        ),
        Example(
            "never taken",
            """
            0    < added m2 assistant prev=m1
            1    L placeholder_skipped m2 previous_item_id=m1 local_tail=config_1
            9000 L log message=idle
            """,
            "warning proven",
            (1, 2),
        ),
    )
    good = (
        Example(
            "taken by its tool start within the grace window",
            """
            0    < added fc1 call call_id=c1 prev=m1
            1    L placeholder_skipped fc1 previous_item_id=m1 local_tail=config_1
            300  L tool_started fc1 call_id=c1
            900  L ctx_push_begin source=local items=["m1","fc1"]
            """,
        ),
        Example(
            "taken by its final transcript within the grace window",
            """
            0    < added u1 user prev=m1
            1    L placeholder_skipped u1 previous_item_id=m1 local_tail=config_1
            300  L item_committed u1 role=user empty=false
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._skipped: dict[str, tuple[ItemLife, Moment]] = {}
        self._lacking: dict[str, Moment] = {}

    @on(LocalChanged)
    def local_changed(self, change: LocalChanged) -> None:
        """Follow each skipped item until it is taken, or a push goes out without it."""
        item = change.item
        if change.at.type == "local.placeholder_skipped" and item is not None:
            self._skipped.setdefault(item.id, (item, change.at))
        elif change.at.type in INSERTS and item is not None:
            self._taken(item, change.at)
        elif change.at.type == "local.ctx_push_begin" and change.push is not None and change.push.source == "local":
            for item_id in set(self._skipped) - set(change.push.items or ()):
                self._lacking.setdefault(item_id, change.at)

    def _taken(self, item: ItemLife, at: Moment) -> None:
        skipped = self._skipped.get(item.id)
        if skipped is None or item.id in self._lacking:
            return
        if within(skipped[1], at, self.number("grace-ms")):
            del self._skipped[item.id]

    def finish(self) -> None:
        """Report every item that no other way brought in."""
        for item_id, (item, at) in self._skipped.items():
            lacking = self._lacking.get(item_id)
            missing = f"; the push at {stamp(lacking)} lacks it" if lacking else ""
            self.report(
                f"the placeholder for {item.label} was dropped at {stamp(at)}: its predecessor was not the tail of the "
                f"application's context{missing}",
                at,
                (
                    seen(item.added, f"{item.label} added by the server"),
                    seen(at, f"no placeholder for {item.label}"),
                    seen(lacking, f"the pushed context lacks {item.label}"),
                ),
                certainty="proven",
                about=item,
                prevented_by=("insert the placeholder behind its predecessor, or at the tail",),
            )
