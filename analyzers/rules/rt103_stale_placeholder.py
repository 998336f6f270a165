"""RT103: an empty placeholder stays in the client's context for an item that never got content."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.reconciler.states import LocalState
from rtlog.analyzers.rule import Example, Rule, Severity, seen


class StalePlaceholder(Rule):
    """A message ends without content, and what stands for it in the context is never replaced."""

    code = "RT103"
    name = "stale-placeholder"
    severity = Severity.WARNING
    what = (
        "An assistant message is added empty, its response is cancelled before any content, and the placeholder that a "
        "client keeps for it is never replaced. The wire alone never proves that a placeholder exists."
    )
    why = "The context holds an empty assistant message: it costs a slot, and a later sync may delete or re-create it."
    remedy = "Drop the placeholder when its response ends without content, unless a later item is anchored to it."
    look_alikes = ("a placeholder kept on purpose, because a later item is anchored to it: information at most",)
    references = ("livekit/agents#5114", "livekit/agents#5952", "livekit/agents#5887")
    bad = (
        Example(
            "cancelled before any content",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            500  < finished r1 cancelled turn_detected
            """,
            "info possible",
            (3, 4),
        ),
        Example(
            "the application kept the placeholder",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            12   L placeholder_added m1
            500  < finished r1 cancelled turn_detected
            """,
            "warning proven",
            (3, 4, 5),
        ),
        Example(
            "kept on purpose: a later item is anchored to it",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            12   L placeholder_added m1
            500  < finished r1 cancelled turn_detected
            900  < added u1 user prev=m1
            """,
            "info proven",
            (3, 4, 5, 6),
        ),
        Example(
            "the named client places one",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant prev=null
            500  < finished r1 cancelled turn_detected
            """,
            "info likely",
            (3, 4),
            client="livekit-agents@1.5.0",
        ),
    )
    good = (
        Example(
            "the placeholder was replaced",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            12   L placeholder_added m1
            500  < finished r1 cancelled turn_detected
            600  L item_committed m1 role=assistant empty=false
            """,
        ),
        Example(
            "the message had words",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            20   < words r1 m1
            500  < finished r1 cancelled turn_detected
            """,
        ),
        Example(
            "the message was deleted",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            400  < finished r1 cancelled turn_detected
            500  > delete m1
            510  < deleted m1
            """,
        ),
    )

    def finish(self) -> None:
        """Look at every message that is still there."""
        for connection in self.engine.connections():
            for item in connection.items.values():
                if self._stale(connection, item):
                    self._report(connection, item)

    def _stale(self, connection: Connection, item: ItemLife) -> bool:
        response = connection.response_of(item)
        return (
            item.type == "message"
            and item.role == "assistant"
            and item.added is not None
            and item.live
            and item.empty
            and item.local_taken is None
            and response is not None
            and response.status == "cancelled"
        )

    def _report(self, connection: Connection, item: ItemLife) -> None:
        response = connection.response_of(item)
        placed, kept = item.local is LocalState.PLACEHOLDER, item.first_anchored is not None
        simulated = connection.lanes.simulated_by
        known = placed and simulated is None
        held = "a client that keeps one has a placeholder"
        if placed:
            held = f"{simulated or 'the application'} still holds a placeholder for it"
        self.report(
            f"{item.label} was added at {stamp(item.added)} and its response was cancelled before any content; {held}"
            f"{', and a later item is anchored to it: kept on purpose' if kept else ''}",
            item.added,  # type: ignore[arg-type]  # `_stale` asked
            (
                seen(item.added, f"{item.label} added empty"),
                seen(item.placeholder, f"the application adds a placeholder for {item.label}"),
                seen(response.done if response else None, "its response is cancelled without content"),
                seen(item.first_anchored, f"a later item names {item.label} as its predecessor"),
            ),
            certainty="proven" if known else "likely" if placed else "possible",
            severity=Severity.WARNING if known and not kept else Severity.INFO,
            about=item,
            responses=(item.response_id,) if item.response_id else (),
            prevented_by=("drop the placeholder when the response ends without content",),
        )
