"""RT106: a context sync waits for an answer that never comes."""

from rtlog.analyzers.finding import ms, stamp
from rtlog.analyzers.moment import Moment, elapsed, within
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler.changes import LocalChanged, RequestAnswered
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Push, Request
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

SYNC_REQUESTS = ("conversation.item.create", "conversation.item.delete")


class SyncWaiterStranded(Rule):
    """An item create or delete is never acknowledged, and whoever waits for it stalls."""

    code = "RT106"
    name = "sync-waiter-stranded"
    severity = Severity.ERROR
    needs = frozenset({"client", "time"})
    what = (
        "A client waits for the `added` or `deleted` of every item it pushes. One of them is refused with an `error`, "
        "or not answered at all, and the wait runs into its timeout."
    )
    why = "The turn or the hand-off stalls for the whole timeout: five seconds of silence."
    remedy = "Settle the waiter on `error.event_id`; count a duplicate id as success."
    look_alikes = (
        "an acknowledgement that comes late under load",
        "an acknowledgement without an id, matched in order",
        "a refusal that the client correlates: nobody waits on",
        "a server that acknowledges nothing of the kind",
    )
    references = ("livekit/agents#3089", "livekit/agents#7073", "livekit/agents#6964", "livekit/agents#6391")
    options = (Option("timeout-ms", 5_000, "how long a client waits for its acknowledgements"),)
    bad = (
        Example(
            "never answered",
            """
            0     > create s0 system text=hello
            5     < added s0 system
            10    > create s1 system text=hello
            9000  < session
            """,
            "error likely",
            (3,),
        ),
        Example(
            "refused, and the push timed out",
            """
            0     < added m1 assistant
            899   L ctx_push_begin push_id=p1 source=local
            900   > create m1 assistant event_id=e1 text=hello
            940   < error item_create_duplicate_item_id e1
            5900  L ctx_push_end push_id=p1 error="update_chat_ctx timed out."
            """,
            "error proven",
            (3, 4, 5),
        ),
        Example(
            "refused, and the named client waits on",
            """
            0     < added m1 assistant
            900   > create m1 assistant event_id=e1 text=hello
            940   < error item_create_duplicate_item_id e1
            """,
            "error likely",
            (2, 3),
            client="livekit-agents@1.6.8",
        ),
    )
    good = (
        Example(
            "late under load",
            """
            0     > create s1 system text=hello
            7000  < added s1 system
            9000  < session
            """,
        ),
        Example(
            "a server that acknowledges nothing",
            """
            0     > create s1 system text=hello
            9000  < session
            """,
        ),
        Example(
            "acknowledged without an id",
            """
            0     < added m1 assistant
            10    < added m2 assistant
            20    > delete m1
            21    > delete m2
            30    < deleted ""
            31    < deleted ""
            9000  < session
            """,
        ),
        Example(
            "refused, and nobody stalled",
            """
            0     < added m1 assistant
            899   L ctx_push_begin push_id=p1 source=local
            900   > create m1 assistant event_id=e1 text=hello
            940   < error item_create_duplicate_item_id e1
            945   L ctx_push_end push_id=p1
            9000  < session
            """,
        ),
        Example(
            "refused, and the named client hears it",
            """
            0     < added m1 assistant
            900   > create m1 assistant event_id=e1 text=hello
            940   < error item_create_duplicate_item_id e1
            """,
            client="livekit-agents@1.6.9",
        ),
        Example(
            "refused, and the push of the named client ended all the same",
            """
            0     < added m1 assistant
            899   L ctx_push_begin push_id=p1 source=local
            900   > create m1 assistant event_id=e1 text=hello
            940   < error item_create_duplicate_item_id e1
            945   L ctx_push_end push_id=p1
            """,
            client="livekit-agents@1.6.8",
        ),
        Example(
            "refused, and whether the named client hears it is not known",
            """
            0     < added m1 assistant
            900   > create m1 assistant event_id=e1 text=hello
            940   < error item_create_duplicate_item_id e1
            """,
            client="agents-js",
        ),
        Example(
            "the recording ends before the timeout",
            """
            0     > create s1 system text=hello
            4000  < session
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._told: set[int] = set()
        self._refused: list[tuple[Connection, Request, ClientProfile]] = []

    @on(LocalChanged)
    def push_ended(self, change: LocalChanged) -> None:
        """A push that failed names the requests it waited for."""
        push = change.push
        if change.at.type != "local.ctx_push_end" or push is None or not push.error:
            return
        stranded = next((r for r in push.requests if _unsettled(r, push)), None)
        if stranded is not None:
            self._told.update(id(request) for request in push.requests)
            self._report_push(change.conn, push, stranded)

    @on(RequestAnswered)
    def refused(self, change: RequestAnswered) -> None:
        """A refusal is a stall for a client that is known not to hear it; local events would tell the push's end."""
        request, profile = change.request, change.conn.profile
        if request.outcome != "rejected" or request.type not in SYNC_REQUESTS:
            return
        if profile is not None and profile.error_settles_waiter is False and not change.conn.has_local:
            self._refused.append((change.conn, request, profile))

    def finish(self) -> None:
        """Whatever was never answered, on a connection that lived long enough to answer it."""
        for stalled, request, profile in self._refused:
            self._report_refused(stalled, request, profile)
        for connection in self.engine.connections():
            if self.engine.coverage.missing_direction is not None or connection.last is None:
                continue
            for request in connection.requests.all_pending():
                answerable = request.type in SYNC_REQUESTS and request.type in connection.requests.acknowledged
                if answerable and id(request) not in self._told:
                    self._report_lost(connection, request, connection.last)

    def _report_lost(self, connection: Connection, request: Request, end: Moment) -> None:
        gap = elapsed(request.sent, end)
        if gap is None or within(request.sent, end, self.number("timeout-ms")):
            return
        self.report(
            f"the {_act(request)} of {_named(connection, request)} at {stamp(request.sent)} was never "
            f"answered, though the session went on for {ms(gap)}",
            request.sent,
            (seen(request.sent, "sent, and never answered"),),
            certainty="likely",
            items=(request.item_id,) if request.item_id else (),
            subject=request.type,
            prevented_by=("give up on a waiter when its connection moves on",),
        )

    def _report_push(self, connection: Connection, push: Push, request: Request) -> None:
        label = _named(connection, request)
        fate = f"refused ({request.error_code or 'error'})" if request.outcome == "rejected" else "not answered in time"
        self.report(
            f"the push that began at {stamp(push.began)} stalled for {ms(elapsed(push.began, push.ended))}: its "
            f"{_act(request)} of {label} was {fate}",
            request.sent,
            (
                seen(request.sent, f"the push waits for {label}"),
                seen(request.answered if request.outcome == "rejected" else None, "refused: no waiter hears of it"),
                seen(push.ended, f"the push fails: {push.error}"),
            ),
            certainty="proven",
            items=(request.item_id,) if request.item_id else (),
            subject=request.type,
            prevented_by=self.prevention("settle the waiter on error.event_id"),
        )

    def _report_refused(self, connection: Connection, request: Request, profile: ClientProfile) -> None:
        label = _named(connection, request)
        self.report(
            f"the {_act(request)} of {label} at {stamp(request.sent)} was refused ({request.error_code or 'error'}), "
            f"which the push of {profile.name} does not hear: it waits {profile.sync_timeout_ms:,.0f} ms",
            request.sent,
            (
                seen(request.sent, f"the push waits for {label}"),
                seen(request.answered, f"refused: no waiter of {profile.name} hears of it"),
            ),
            certainty="likely",
            items=(request.item_id,) if request.item_id else (),
            subject=request.type,
            prevented_by=self.prevention("settle the waiter on error.event_id"),
        )


def _unsettled(request: Request, push: Push) -> bool:
    late = request.answered is None or (push.ended is not None and request.answered.seq > push.ended.seq)
    return request.outcome == "rejected" or late


def _act(request: Request) -> str:
    return request.type.rpartition(".")[2]


def _named(connection: Connection, request: Request) -> str:
    return connection.labels.of(request.item_id) if request.item_id else "an item without an id"
