"""RT511: an item that only the application has aborts a context push midway."""

import re

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import LocalChanged
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Push
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen

CONVERSION = re.compile(
    r"agent_?(?:handoff|config_?update)|unsupported item|(?:can ?not|failed to) convert", re.IGNORECASE
)


class UnsyncableItem(Rule):
    """A pushed context holds an item that no event can carry, and the push fails on it."""

    code = "RT511"
    name = "unsyncable-item"
    severity = Severity.ERROR
    needs = frozenset({"local"})
    leads_to = ("RT101", "RT106", "RT404")
    what = (
        "The application's context holds items of its own (agent_config_update, agent_handoff). The push throws when "
        "it converts one, and stops midway: part of it was sent, the rest never will be."
    )
    why = "The two contexts differ from here on: turns and tool outputs behind the item never reach the server."
    remedy = "Leave local-only items out of what is pushed, before anything of it is sent."
    look_alikes = ("a push that times out", "a push that was cancelled")
    references = ("livekit/agents-js#1855", "livekit/agents-js#1856", "livekit/agents-js#2115")
    bad = (
        Example(
            "a handoff item",
            """
            0    L ctx_push_begin push_id=p1 source=local items=["m1","h1","m2"]
            1    > create m1 user text=one
            2    L ctx_push_end push_id=p1 error="Unsupported item type: agent_handoff"
            40   < added m1 user
            """,
            "error proven",
            (1, 3),
        ),
    )
    good = (
        Example(
            "a push that times out",
            """
            0    L ctx_push_begin push_id=p1 source=local items=["m1"]
            1    > create m1 user text=one
            5002 L ctx_push_end push_id=p1 error="update_chat_ctx timed out."
            """,
        ),
        Example(
            "a push that was cancelled",
            """
            0    L ctx_push_begin push_id=p1 source=local items=["m1"]
            2    L ctx_push_end push_id=p1 error=cancelled
            """,
        ),
        Example(
            "a push that holds such an item and leaves it out",
            """
            0    L ctx_push_begin push_id=p1 source=local items=["m1","h1"]
            1    > create m1 user text=one
            20   L ctx_push_end push_id=p1
            """,
        ),
        Example(
            "another local event with such words",
            """
            0    L ctx_push_begin push_id=p1 source=local items=["m1"]
            20   L log push_id=p1 error="skipping agent_handoff"
            """,
        ),
    )

    @on(LocalChanged)
    def push_ended(self, change: LocalChanged) -> None:
        """The push says why it failed."""
        push = change.push
        if change.at.type == "local.ctx_push_end" and push is not None and CONVERSION.search(push.error or ""):
            self._report(change.conn, push)

    def _report(self, connection: Connection, push: Push) -> None:
        missing = [item_id for item_id in push.items or () if connection.item(item_id) is None]
        count = f"; {len(missing)} of its {len(push.items or ())} items were not sent" if missing else ""
        if push.ended is None:
            return
        self.report(
            f"the push that began at {stamp(push.began)} was aborted at {stamp(push.ended)}: {push.error}{count}",
            push.began,
            (seen(push.began, "the push begins"), seen(push.ended, f"it fails: {push.error}")),
            certainty="proven",
            items=tuple(missing),
            subject="push",
            prevented_by=("leave local-only items out of what is pushed",),
        )
