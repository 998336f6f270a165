"""RT209: a response ends without having begun, or never ends."""

from collections.abc import Iterable

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, stamp
from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.analyzers.reconciler.changes import ResponseCreated, ResponseDone, StrayResponseDone
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import Evidence, Example, Option, Rule, Severity, on, seen


class _Unfinished(Struct, eq=False):
    """A finished response and those of its items that were not finished with it."""

    connection: Connection
    response: ResponseLife
    items: list[ItemLife]


class ResponseLifecycleBroken(Rule):
    """`response.done` without `response.created`, or a response that never ends."""

    code = "RT209"
    name = "response-lifecycle-broken"
    severity = Severity.ERROR
    leads_to = ("RT202",)
    what = (
        "Every response begins with `response.created` and ends with one `response.done`, and its items end before it. "
        "Here one end or the other is missing."
    )
    why = "Whoever waits for the end waits forever; the session looks busy and every new response seems forbidden."
    remedy = "Take a new `response.created` for the end of the one before; time out a response that says nothing."
    look_alikes = (
        "a recording that starts in the middle of a session",
        "a provider that omits `response.created`",
        "a provider that drops what the user talks over (xAI): information",
        "a response still in progress when the recording ends",
        "the connection closed during the response",
    )
    references = ("livekit/agents#6729", "livekit/agents#5276")
    options = (Option("grace-ms", 30_000, "a response that was last heard of this long before the end has no end"),)
    bad = (
        Example(
            "ends without having begun",
            """
            0    < response r1
            90   < finished r1 completed
            500  < finished r2 completed
            """,
            "error proven",
            (3,),
        ),
        Example(
            "superseded without an end",
            """
            0    < response r1
            90   < output r1 m1 assistant
            500  < response r2
            900  < finished r2 completed
            """,
            "error proven",
            (1, 3),
        ),
        Example(
            "silent to the end of the recording",
            """
            0     < response r1
            90    < output r1 m1 assistant
            95    < words r1 m1
            30200 < speech_started u1
            """,
            "error likely",
            (1, 4),
        ),
        Example(
            "an item is never done",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            12   < output r1 m2 assistant
            13   < added m2 assistant
            80   < output_done r1 m2 assistant
            90   < finished r1 completed
            """,
            "warning likely",
            (3, 7),
        ),
        Example(
            "xAI drops what the user talks over",
            """
            bare
            0    < session session.model=grok-voice-latest
            1    < response r1
            500  < response r2
            900  < finished r2 completed
            """,
            "info proven",
            (3, 4),
        ),
    )
    good = (
        Example(
            "a recording that starts in the middle of a session",
            """
            bare
            0    < finished r1 completed
            10   < response r2
            90   < finished r2 completed
            """,
        ),
        Example(
            "a provider that omits `response.created`",
            """
            0    < finished r1 completed
            90   < finished r2 completed
            """,
        ),
        Example(
            "a response still in progress when the recording ends",
            """
            0     < response r1
            90    < output r1 m1 assistant
            20000 < words r1 m1
            40000 < speech_started u1
            """,
        ),
        Example(
            "sound until the recording ends",
            """
            0     < response r1
            90    < output r1 m1 assistant
            20000 < audio r1 m1 4800
            40000 < speech_started u1
            """,
        ),
        Example(
            "the connection closed during the response",
            """
            0     < response r1
            90    < output r1 m1 assistant
            500   close by=server
            """,
        ),
        Example(
            "an out-of-band response beside another",
            """
            0    > respond response.conversation=none
            10   < response r1
            20   < response r2
            90   < finished r2 completed
            99   < finished r1 completed
            """,
        ),
        Example(
            "an item of a cancelled response",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            12   < output r1 m2 assistant
            13   < added m2 assistant
            80   < output_done r1 m2 assistant
            90   < finished r1 cancelled turn_detected
            """,
        ),
        Example(
            "a server that finishes no items",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            90   < finished r1 completed
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._creators: set[int] = set()
        self._strays: list[tuple[Connection, Moment, str]] = []
        self._unfinished: list[_Unfinished] = []
        self._finishers: set[int] = set()

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """This server announces its responses."""
        self._creators.add(change.conn.number)

    @on(StrayResponseDone)
    def stray(self, change: StrayResponseDone) -> None:
        """An end without a beginning."""
        known = change.conn.number in self._creators and change.conn.saw_session_created
        if known and not change.conn.dialect.creates_lazily:
            self._strays.append((change.conn, change.at, change.response_id))

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """Note the items that their response left behind."""
        items = [item for item_id in change.response.items if (item := change.conn.item(item_id)) is not None]
        ended = [item for item in items if item.done is not None]
        if ended:
            self._finishers.add(change.conn.number)
        open_items = [item for item in items if item.done is None and item.call_done is None and item.added is not None]
        if open_items and change.response.status == "completed":
            self._unfinished.append(_Unfinished(change.conn, change.response, open_items))

    def finish(self) -> None:
        """Report what has no beginning or no end."""
        for connection, at, response_id in self._strays:
            self._report_stray(connection, at, response_id)
        for connection in self.engine.connections():
            self._judge_open(connection)
        for case in self._unfinished:
            left = [item for item in case.items if item.done is None]
            if left and case.connection.number in self._finishers:
                self._report_unfinished(case.response, left)

    def _judge_open(self, connection: Connection) -> None:
        ended: ResponseLife | None = None
        for response in reversed(connection.responses.values()):
            if response.out_of_band:
                continue
            if not response.active:
                ended = response
            elif ended is not None:
                self._report_endless(connection, response, ended.created, "proven")
            elif self._silent(connection, response):
                self._report_endless(connection, response, connection.last, "likely")

    def _silent(self, connection: Connection, response: ResponseLife) -> bool:
        last, heard = connection.last, response.created
        times = [t for t in (heard.t if heard else None, response.last_output_t) if t is not None]
        if last is None or last.t is None or not times or connection.closed is not None:
            return False
        return last.t - max(times) >= self.number("grace-ms") * NS_PER_MS

    def _report_stray(self, connection: Connection, at: Moment, response_id: str) -> None:
        self._say(
            f"response.done at {stamp(at)} for a response that was never created",
            at,
            (seen(at, "the end of an unknown response"),),
            self._certainty("proven"),
            connection,
            response_id,
        )

    def _report_endless(
        self, connection: Connection, response: ResponseLife, until: Moment | None, certainty: Certainty
    ) -> None:
        if response.created is None:
            return
        another = certainty == "proven"
        self._say(
            f"{response.label} was created at {stamp(response.created)} and never ended: "
            + ("another was created" if another else "nothing more was heard of it")
            + f" at {stamp(until)}",
            response.created,
            (
                seen(response.created, f"{response.label} begins"),
                seen(until, "the next response begins" if another else "the last record: still no response.done"),
            ),
            self._certainty(certainty),
            connection,
            response.id,
        )

    def _certainty(self, certainty: Certainty) -> Certainty:
        """A missing event proves nothing where events are known to be missing."""
        return "likely" if self.engine.coverage.lossy else certainty

    def _say(
        self,
        message: str,
        at: Moment,
        evidence: Iterable[Evidence | None],
        certainty: Certainty,
        connection: Connection,
        response_id: str,
    ) -> None:
        self.report(
            message,
            at,
            evidence,
            certainty=certainty,
            severity=Severity.INFO if connection.dialect.drops_responses else Severity.ERROR,
            responses=(response_id,),
            subject="response",
            prevented_by=("take a new response.created for the end of the one before",),
        )

    def _report_unfinished(self, response: ResponseLife, items: list[ItemLife]) -> None:
        names, first = ", ".join(item.label for item in items), items[0]
        if response.done is None or first.added is None:
            return
        self.report(
            f"{response.label} ended at {stamp(response.done)} without an end of {names}",
            response.done,
            (seen(first.added, f"{first.label} is added"), seen(response.done, f"{response.label} ends")),
            certainty="likely",
            severity=Severity.WARNING,
            items=tuple(item.id for item in items),
            responses=(response.id,),
            subject="item",
            prevented_by=("take response.done for the end of its items",),
        )
