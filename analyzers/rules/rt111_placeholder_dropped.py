"""RT111: the client's placeholder for a server item is dropped without a word."""

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.profiles.mirror import places_placeholder
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler.changes import ItemDeleteSent, LocalChanged, PlaceholderSkipped
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Push
from rtlog.analyzers.reconciler.states import Situation
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

INSERTS = frozenset({"local.item_committed", "local.tool_started", "local.placeholder_added"})


class _Skip(Struct, eq=False):
    """A placeholder that was not placed; `profile` where that is known from the named client alone."""

    item: ItemLife
    at: Moment
    certainty: Certainty
    profile: ClientProfile | None = None
    lacking: Moment | None = None


class PlaceholderDropped(Rule):
    """A client that mirrors remote items as placeholders skips one because its own tail is another item."""

    code = "RT111"
    name = "placeholder-dropped"
    severity = Severity.WARNING
    needs = frozenset({"time", "local"})
    accepts_simulation = True
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
        Example(
            "no local events: the named client skips it behind its config item, and a push deletes the call",
            """
            0    > create m1 user prev=root text=hello
            40   < added m1 user
            82   < added fc1 call call_id=c1 prev=m1
            228  > delete fc1
            434  < deleted fc1
            """,
            "warning likely",
            (3, 4),
            client="livekit-agents@1.5.0",
        ),
        Example(
            "the hook tells what was added, not that it was skipped; the named client skips it",
            """
            0    L ctx_push_begin source=local items=["m1","config_1"]
            10   > create m1 user prev=root text=hello
            40   < added m1 user
            82   < added fc1 call call_id=c1 prev=m1
            83   L remote_item_added fc1 previous_item_id=m1
            228  L ctx_push_begin source=local items=["m1"]
            """,
            "warning likely",
            (4, 5, 6),
            client="livekit-agents@1.5.0",
        ),
        Example(
            "the hook tells what was added, and then that it was skipped",
            """
            0    L ctx_push_begin source=local items=["m1","config_1"]
            10   > create m1 user prev=root text=hello
            40   < added m1 user
            82   < added fc1 call call_id=c1 prev=m1
            83   L remote_item_added fc1 previous_item_id=m1
            84   L placeholder_skipped fc1 previous_item_id=m1 local_tail=config_1
            228  L ctx_push_begin source=local items=["m1"]
            """,
            "warning proven",
            (4, 6, 7),
            client="livekit-agents@1.5.0",
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
        Example(
            "the named client skips it, but nothing deletes it",
            """
            0    > create m1 user prev=root text=hello
            40   < added m1 user
            82   < added fc1 call call_id=c1 prev=m1
            9000 < speech_started u1
            """,
            client="livekit-agents@1.5.0",
        ),
        Example(
            "the named client places it: its predecessor is the tail",
            """
            0    < added m1 user
            20   < transcribed m1 "hello"
            82   < added fc1 call call_id=c1 prev=m1
            228  > delete fc1
            434  < deleted fc1
            """,
            client="livekit-agents@1.5.0",
        ),
        Example(
            "the named client skips it, but has its transcript before it deletes it",
            """
            0    > create m1 user prev=root text=hello
            40   < added m1 user
            81   < committed u1
            82   < added u1 user prev=m1
            200  < transcribed u1 "forget that"
            228  > delete u1
            434  < deleted u1
            """,
            client="livekit-agents@1.5.0",
        ),
        Example(
            "the hook tells what was added, and the named client knows of no placeholders",
            """
            0    L ctx_push_begin source=local items=["m1","config_1"]
            10   > create m1 user prev=root text=hello
            40   < added m1 user
            82   < added fc1 call call_id=c1 prev=m1
            83   L remote_item_added fc1 previous_item_id=m1
            """,
            client="livekit-agents@1.4.6",
        ),
        Example(
            "the hook tells what was added, and no push has told the context",
            """
            10   > create m1 user prev=root text=hello
            40   < added m1 user
            82   < added fc1 call call_id=c1 prev=m1
            83   L remote_item_added fc1 previous_item_id=m1
            """,
            client="livekit-agents@1.5.0",
        ),
        Example(
            "the named client knows of no placeholders",
            """
            0    > create m1 user prev=root text=hello
            40   < added m1 user
            82   < added fc1 call call_id=c1 prev=m1
            228  > delete fc1
            434  < deleted fc1
            """,
            client="livekit-agents@1.4.6",
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._skips: dict[tuple[int, str], _Skip] = {}

    @on(LocalChanged)
    def local_changed(self, change: LocalChanged) -> None:
        """Follow each skipped item until it is taken, or a push goes out without it."""
        item = change.item
        if item is not None and change.at.type == "local.placeholder_skipped":
            self._told(item, change.at)
        elif item is not None and change.at.type == "local.remote_item_added" and _would_skip(change.conn, item):
            self._skips.setdefault((item.conn, item.id), _Skip(item, change.at, "likely", change.conn.profile))
        elif item is not None and change.at.type in INSERTS:
            self._taken(item, change.at)
        elif change.at.type == "local.ctx_push_begin" and change.push is not None and change.push.source == "local":
            self._pushed(change.conn, change.push, change.at)

    def _told(self, item: ItemLife, at: Moment) -> None:
        """The client's own word, which is worth more than what its profile had let expect a moment before."""
        known = self._skips.get((item.conn, item.id))
        if known is None or known.certainty != "proven":
            self._skips[item.conn, item.id] = _Skip(item, at, "proven")

    @on(PlaceholderSkipped)
    def simulated(self, change: PlaceholderSkipped) -> None:
        """The named client would have skipped it: worth telling only if a delete shows that a push lacked it."""
        item = change.item
        self._skips.setdefault((item.conn, item.id), _Skip(item, change.at, "likely", change.conn.profile))

    @on(ItemDeleteSent)
    def deleted(self, change: ItemDeleteSent) -> None:
        """A push that lacks what the simulated context lacks."""
        item = change.item
        skip = self._skips.get((item.conn, item.id))
        if skip is not None and item.situation is Situation.IN_FLIGHT:
            skip.lacking = skip.lacking or change.at

    def _taken(self, item: ItemLife, at: Moment) -> None:
        skip = self._skips.get((item.conn, item.id))
        if skip is not None and skip.lacking is None and within(skip.at, at, self.number("grace-ms")):
            del self._skips[item.conn, item.id]

    def _pushed(self, connection: Connection, push: Push, at: Moment) -> None:
        listed = set(push.items or ())
        for skip in self._skips.values():
            if skip.item.conn == connection.number and skip.item.id not in listed:
                skip.lacking = skip.lacking or at

    def finish(self) -> None:
        """Report every item that no other way brought in; a simulated one only where a delete tells of it."""
        for skip in self._skips.values():
            if skip.at.dir == "local" or skip.lacking is not None:
                self._report(skip)

    def _report(self, skip: _Skip) -> None:
        item, at, lacking = skip.item, skip.at, skip.lacking
        missing = f"; the push at {stamp(lacking)} lacks it" if lacking else ""
        whose = "the application's context" if skip.profile is None else f"the context of {skip.profile.name}"
        self.report(
            f"the placeholder for {item.label} was dropped at {stamp(at)}: its predecessor was not the tail of {whose}"
            f"{missing}",
            at,
            (
                seen(item.added, f"{item.label} added by the server"),
                seen(at, f"no placeholder for {item.label}") if at.dir == "local" else None,
                seen(lacking, f"the pushed context lacks {item.label}"),
            ),
            certainty=skip.certainty,
            about=item,
            prevented_by=("insert the placeholder behind its predecessor, or at the tail",),
        )


def _would_skip(connection: Connection, item: ItemLife) -> bool:
    """Say whether the named client, whose context a push has told, skips a placeholder that no hook tells of."""
    profile, lanes = connection.profile, connection.lanes
    if profile is None or not profile.places_placeholders or not lanes.local_known:
        return False
    previous = lanes.mirror.before(item.id)
    return item.id not in lanes.local and not places_placeholder(lanes.local, previous, item.id)
