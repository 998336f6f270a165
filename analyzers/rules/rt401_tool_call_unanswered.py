"""RT401: the model calls a tool and never hears of it again."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import elapsed
from rtlog.analyzers.reconciler.changes import CallFinished, ResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen


class ToolCallUnanswered(Rule):
    """A complete function call gets no `function_call_output`."""

    code = "RT401"
    name = "tool-call-unanswered"
    severity = Severity.ERROR
    needs = frozenset({"time", "client"})
    leads_to = ("RT408",)
    what = (
        "A function call is complete, and no function_call_output with its call_id is ever sent: an exception, an "
        "unknown tool, an interrupted turn, a dropped output."
    )
    why = "The model waits, calls again, or claims that it failed."
    remedy = "Answer every call, also on an error, an unknown tool or an interruption."
    look_alikes = (
        "a fire-and-forget tool (option `fire-and-forget`)",
        "a response that was cancelled before its call was complete",
        "an MCP call: the server answers it",
        "a recording that ends before anybody could have answered",
    )
    references = ("openai/openai-agents-python#3286", "openai/openai-agents-js#1310", "livekit/agents#6785")
    options = (
        Option("patience-ms", 10_000, "how long a tool may take before its silence counts"),
        Option("fire-and-forget", (), "names of tools that are never answered by design"),
    )
    bad = (
        Example(
            "never answered",
            """
            0     < response r1
            10    < output r1 fc1 call call_id=c1 name=book
            11    < added fc1 call call_id=c1 name=book
            90    < arguments r1 fc1 {}
            99    < finished r1 completed
            500   > respond
            20000 < speech_started u1
            """,
            "error likely",
            (3, 4, 7),
        ),
    )
    good = (
        Example(
            "answered, if late",
            """
            0     < response r1
            10    < output r1 fc1 call call_id=c1 name=book
            11    < added fc1 call call_id=c1 name=book
            90    < arguments r1 fc1 {}
            99    < finished r1 completed
            15000 > create o1 result call_id=c1
            20000 < speech_started u1
            """,
        ),
        Example(
            "cancelled before it was complete",
            """
            0     < response r1
            10    < output r1 fc1 call call_id=c1 name=book
            11    < added fc1 call call_id=c1 name=book
            99    < finished r1 cancelled turn_detected
            500   > respond
            20000 < speech_started u1
            """,
        ),
        Example(
            "a fire-and-forget tool",
            """
            0     < response r1
            10    < output r1 fc1 call call_id=c1 name=log_it
            11    < added fc1 call call_id=c1 name=log_it
            90    < arguments r1 fc1 {}
            99    < finished r1 completed
            500   > respond
            20000 < speech_started u1
            """,
            settings={"fire-and-forget": ("log_it",)},
        ),
        Example(
            "an MCP call",
            """
            0     < response r1
            10    < output r1 mc1 call item.type=mcp_call name=book
            11    < added mc1 call item.type=mcp_call name=book
            99    < finished r1 completed
            500   > respond
            20000 < speech_started u1
            """,
        ),
        Example(
            "the recording ends first",
            """
            0     < response r1
            10    < output r1 fc1 call call_id=c1 name=book
            11    < added fc1 call call_id=c1 name=book
            90    < arguments r1 fc1 {}
            99    < finished r1 completed
            500   > respond
            5000  close by=client
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._open: dict[tuple[int, str], tuple[Connection, ItemLife]] = {}
        self._looked_through = 0

    @on(CallFinished)
    def call_finished(self, change: CallFinished) -> None:
        """An answer is owed from here on."""
        if change.item.name not in self.names("fire-and-forget"):
            self._open[change.conn.number, change.item.id] = (change.conn, change.item)

    @on(ResponseDone)
    def response_done(self, _change: ResponseDone) -> None:
        """Drop the calls that have been answered: memory grows with what is open."""
        if len(self._open) <= 2 * self._looked_through:
            return
        self._open = {key: (c, item) for key, (c, item) in self._open.items() if item.output_sent is None}
        self._looked_through = len(self._open)

    def finish(self) -> None:
        """Report the calls that nobody answered although there was time."""
        for connection, item in self._open.values():
            waited = elapsed(item.call_done, connection.last)
            if item.output_sent is None and waited is not None and waited >= self.number("patience-ms") * 1e6:
                self._report(connection, item)

    def _report(self, connection: Connection, item: ItemLife) -> None:
        if item.call_done is None:
            return
        name = f" ({item.name})" if item.name else ""
        self.report(
            f"{item.label}{name} was complete at {stamp(item.call_done)} and was never answered, to the end of the "
            f"session at {stamp(connection.last)}",
            item.call_done,
            (
                seen(item.added, f"{item.label} added"),
                seen(item.call_done, "its arguments are complete: an output is owed"),
                seen(item.tool_started, "its tool starts"),
                seen(connection.last, "the session's last record: still no output"),
            ),
            certainty="likely",
            about=item,
            responses=(item.response_id,) if item.response_id else (),
            prevented_by=self.prevention("answer every call, an interrupted one too"),
        )
