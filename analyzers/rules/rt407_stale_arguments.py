"""RT407: a call is replayed with the arguments it had before they were complete."""

from collections import OrderedDict

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import CallFinished, ItemCreateSent
from rtlog.analyzers.reconciler.life import TEXT_LIMIT, ItemLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen

REMEMBERED = 1024
"""Complete calls that a replay may name."""
NO_ARGUMENTS = frozenset({"", "{}"})


class _Complete(Struct, eq=False):
    arguments: str
    at: Moment


class StaleArguments(Rule):
    """A client creates a call again without the arguments that were complete by then, or before they were."""

    code = "RT407"
    name = "stale-arguments"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "`conversation.item.added` shows a call in progress, with empty arguments. A client that keeps that object, "
        "and not the one of `response.output_item.done`, writes the call back without its arguments."
    )
    why = "The history says that the tool was called with nothing; the model copies that, or calls again."
    remedy = "Take the arguments from `response.function_call_arguments.done` or `response.output_item.done`."
    look_alikes = ("a tool without arguments", "replayed with its arguments", "a call that the client made up")
    references = ("livekit/agents#1056",)
    bad = (
        Example(
            "replayed without its arguments",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 "{\\"n\\":2}"
            20   > create o1 result call_id=c1 output=ok1
            90   close by=server
            100  < session conn=2
            110  > create fc1 call call_id=c1 name=one arguments="" conn=2
            120  > create o1 result call_id=c1 output=ok1 conn=2
            """,
            "warning proven",
            (2, 6),
        ),
        Example(
            "replayed with half of its arguments",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 "{\\"n\\":2}"
            90   close by=server
            100  < session conn=2
            110  > create fc9 call call_id=c1 name=one item.arguments="{\\"n" conn=2
            """,
            "warning proven",
            (2, 5),
        ),
        Example(
            "written back before they were complete",
            """
            0    < response r1
            1    < output r1 fc1 call call_id=c1 name=one
            2    < added fc1 call call_id=c1 name=one
            5    > delete fc1
            6    > create fc1 call call_id=c1 name=one arguments=""
            """,
            "warning proven",
            (3, 5),
        ),
    )
    good = (
        Example(
            "a tool without arguments",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 {}
            90   close by=server
            100  < session conn=2
            110  > create fc1 call call_id=c1 name=one arguments="" conn=2
            """,
        ),
        Example(
            "replayed with its arguments",
            """
            0    < added fc1 call call_id=c1 name=one
            9    < arguments r1 fc1 "{\\"n\\":2}"
            90   close by=server
            100  < session conn=2
            110  > create fc1 call call_id=c1 name=one item.arguments="{\\"n\\": 2}" conn=2
            """,
        ),
        Example(
            "a call that the client made up",
            """
            110  > create fc1 call call_id=c1 name=one arguments=""
            120  < added fc1 call call_id=c1 name=one
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no call known."""
        self._complete: OrderedDict[str, _Complete] = OrderedDict()

    @on(CallFinished)
    def call_finished(self, change: CallFinished) -> None:
        """Remember what the model called the tool with; a new connection may replay it."""
        item = change.item
        if item.call_id and len(item.arguments) < TEXT_LIMIT:
            self._complete[item.call_id] = _Complete(item.arguments.strip(), change.at)
            if len(self._complete) > REMEMBERED:
                self._complete.popitem(last=False)

    @on(ItemCreateSent)
    def create_sent(self, change: ItemCreateSent) -> None:
        """Compare what the client writes back with what the model said."""
        item, told = change.item, change.told
        if told.type != "function_call" or not told.call_id:
            return
        written = (told.arguments or "").strip()
        complete = self._complete.get(told.call_id)
        if complete is not None:
            cut = complete.arguments.startswith(written) and written != complete.arguments
            if cut and complete.arguments not in NO_ARGUMENTS:
                self._report(change.at, item, complete.at, "its arguments are complete")
        elif item.made_by_server and item.added is not None and written in NO_ARGUMENTS:
            self._report(change.at, item, item.added, f"{item.label} is added, its arguments not yet written")

    def _report(self, at: Moment, item: ItemLife, since: Moment, note: str) -> None:
        self.report(
            f"{item.label} was written back at {stamp(at)} without its arguments",
            at,
            (seen(since, note), seen(at, f"the client creates {item.label} without them")),
            certainty="proven",
            about=item,
            prevented_by=("take the arguments from response.function_call_arguments.done",),
        )
