"""RT507: the client makes up an id that the server does not take."""

import re

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ErrorReceived, ItemCreateSent
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen

SHAPE = re.compile(r"[a-zA-Z0-9_-]{1,32}")
SHOWN = 40
PARAMS = frozenset({"item.id", "item.call_id"})
REMEMBERED = 256


class InvalidIdShape(Rule):
    """An item is refused because of the id that the client chose for it."""

    code = "RT507"
    name = "invalid-id-shape"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    leads_to = ("RT106", "RT107", "RT404")
    what = (
        "The client creates an item whose id, or call_id, is longer than 32 characters or has other than [a-zA-Z0-9_-]."
    )
    why = "The item is not in the conversation: a turn, a call or its output is missing from what the model knows."
    remedy = "Make ids of at most 32 letters, digits, `_` and `-`; let the server choose them where you need none."
    look_alikes = ("an odd id that the server accepts", "a refusal for another reason")
    references = ("livekit/agents#1717", "livekit/agents#1787", "livekit/agents#5652")
    bad = (
        Example(
            "too long",
            """
            0    > create item_0123456789012345678901234567890123 user event_id=e1 text=hello
            40   < error invalid_value e1 error.param=item.id
            """,
            "error proven",
            (1, 2),
        ),
        Example(
            "a call id with a slash",
            """
            0    > create o1 result event_id=e1 call_id=call/1
            40   < error string_above_max_length e1 error.param=item.call_id
            """,
            "error proven",
            (1, 2),
        ),
    )
    good = (
        Example(
            "an odd id that the server accepts",
            """
            0    > create item_0123456789012345678901234567890123 user text=hello
            40   < added item_0123456789012345678901234567890123 user
            """,
        ),
        Example(
            "a refusal for another reason",
            """
            0    > create item_0123456789012345678901234567890123 user event_id=e1 text=hello
            40   < error invalid_value e1 error.param=item.content
            """,
        ),
        Example(
            "a good id, refused all the same",
            """
            0    > create m1 user event_id=e1 text=hello
            40   < error invalid_value e1 error.param=item.id
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no odd id seen."""
        self._odd: dict[int, str] = {}

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """Keep an odd id until the server has answered."""
        told = change.told
        odd = next((name for name in (told.id, told.call_id) if name and not SHAPE.fullmatch(name)), None)
        if odd is not None:
            self._odd[change.request.sent.seq] = odd
            if len(self._odd) > REMEMBERED:
                del self._odd[next(iter(self._odd))]

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """Refused for its id."""
        request = change.request
        odd = self._odd.pop(request.sent.seq, None) if request is not None else None
        if request is None or odd is None or change.param not in PARAMS:
            return
        shown = odd if len(odd) <= SHOWN else f"{odd[:SHOWN]}… ({len(odd)} characters)"
        self.report(
            f"the create at {stamp(request.sent)} was refused because of its {change.param}: {shown}",
            request.sent,
            (seen(request.sent, "the client chooses the id"), seen(change.at, f"refused: {change.param}")),
            certainty="proven",
            items=(request.item_id,) if request.item_id else (),
            calls=(request.call_id,) if request.call_id else (),
            subject=change.param,
            prevented_by=("make ids of at most 32 letters, digits, _ and -",),
        )
