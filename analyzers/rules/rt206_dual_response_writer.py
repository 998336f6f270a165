"""RT206: turn detection and the client both answer one user turn."""

from msgspec import Struct, field

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import (
    AudioCommitted,
    ItemCreateSent,
    ResponseCreated,
    ResponseCreateSent,
    SpeechStarted,
    ToolOutputSent,
)
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class _Turn(Struct, eq=False):
    """A user turn that turn detection answers, and what the client asked for on top."""

    connection: Connection
    committed: Moment
    item: ItemLife | None
    own: ResponseLife | None = None
    """The response that turn detection made."""
    asked: list[Request] = field(default_factory=list)
    made: dict[int, ResponseLife] = field(default_factory=dict)
    """Responses that the client's requests made, by the `seq` of the request."""
    output_sent: bool = False
    """A tool's output waits for the request for its reply, which may come behind the server's answer to the turn."""


class DualResponseWriter(Rule):
    """Turn detection answers a user turn by itself, and the client asks for an answer too."""

    code = "RT206"
    name = "dual-response-writer"
    severity = Severity.WARNING
    needs = frozenset({"time", "client"})
    leads_to = ("RT202", "RT304", "RT312")
    what = (
        "With server turn detection and create_response left on, the server answers each turn by itself. The client "
        "sends a `response.create` (greeting, nudge, tool reply, text input) for the same turn."
    )
    why = "The agent answers twice where the two serialise; where they overlap, one is refused and lost (RT202)."
    remedy = "Set `create_response` to false where the client drives the turns, or ask only when nothing is pending."
    look_alikes = (
        "the reply to a tool call that the turn's own response made",
        "the reply to the output of a tool that ran meanwhile",
        "an out-of-band response",
        "create_response is false",
        "a later request: something new to say",
        "the client's own message is a turn of its own",
        "only one of the two is ever made",
    )
    references = ("livekit/agents#6817", "livekit/agents#6642", "livekit/agents#6495")
    options = (
        Option("window-ms", 500, "a request this soon after the turn is for that turn"),
        Option("drain-ms", 100, "a request this soon after the turn's response had been waiting for its end"),
    )
    bad = (
        Example(
            "double reply",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            910  < committed u1
            915  < added u1 user
            1000 < response r1
            1005 < output r1 m1 assistant
            1010 < words r1 m1
            1900 < finished r1 completed
            1950 > respond
            2200 < response r2
            2205 < output r2 m2 assistant
            2210 < words r2 m2
            2900 < finished r2 completed
            """,
            "warning likely",
            (3, 5, 9, 10),
        ),
        Example(
            "refused, because the turn's own response is active",
            """
            0    < speech_started u1
            900  < speech_stopped u1
            910  < committed u1
            915  < added u1 user
            950  > respond event_id=e1 response.metadata.k=v
            1000 < response r1
            1060 < error conversation_already_has_active_response e1
            1900 < finished r1 completed
            """,
            "warning likely",
            (3, 5, 6, 7),
        ),
    )
    good = (
        Example(
            "the reply to an earlier call's output, asked for behind the server's answer to the turn",
            """
            0    < response r1
            5    < output r1 fc1 call call_id=c1
            6    < added fc1 call call_id=c1
            900  < speech_stopped u1
            910  < committed u1
            915  < added u1 user
            920  < arguments r1 fc1 {}
            930  < finished r1 completed
            950  > create o1 result call_id=c1
            960  < added o1 result call_id=c1
            970  < response r2
            975  < output r2 m2 assistant
            976  < added m2 assistant
            980  < finished r2 completed
            990  > respond
            1000 < response r3
            1005 < output r3 m3 assistant
            1006 < added m3 assistant
            1100 < finished r3 completed
            """,
        ),
        Example(
            "the reply to a tool call that the turn's own response made",
            """
            900  < speech_stopped u1
            910  < committed u1
            915  < added u1 user
            1000 < response r1
            1005 < output r1 fc1 call call_id=c1
            1006 < added fc1 call call_id=c1
            1090 < arguments r1 fc1 {}
            1100 < finished r1 completed
            1200 > create o1 result call_id=c1
            1201 > respond
            1220 < added o1 result call_id=c1
            1500 < response r2
            1505 < output r2 m2 assistant
            1900 < finished r2 completed
            """,
        ),
        Example(
            "the reply to the output of a tool that ran meanwhile",
            """
            0    < added fc1 call call_id=c1
            90   < arguments r0 fc1 {}
            910  < committed u1
            915  < added u1 user
            1000 < response r1
            1005 < output r1 m1 assistant
            1900 < finished r1 completed
            1910 > create o1 result call_id=c1
            1911 > respond
            2200 < response r2
            2205 < output r2 m2 assistant
            """,
        ),
        Example(
            "an out-of-band response",
            """
            910  < committed u1
            915  < added u1 user
            950  > respond response.conversation=none
            1000 < response r1
            1005 < output r1 m1 assistant
            1050 < response r2
            1055 < output r2 m2 assistant
            """,
        ),
        Example(
            "create_response is false",
            """
            0    < updated session.turn_detection={"type":"server_vad","create_response":false}
            910  < committed u1
            915  < added u1 user
            950  > respond
            1000 < response r1
            1005 < output r1 m1 assistant
            1900 < finished r1 completed
            1950 > respond
            2000 < response r2
            2005 < output r2 m2 assistant
            """,
        ),
        Example(
            "a later request: something new to say",
            """
            910  < committed u1
            915  < added u1 user
            1000 < response r1
            1005 < output r1 m1 assistant
            1900 < finished r1 completed
            9000 > respond
            9200 < response r2
            9205 < output r2 m2 assistant
            9900 < finished r2 completed
            """,
        ),
        Example(
            "the client's own message is a turn of its own",
            """
            910  < committed u1
            915  < added u1 user
            1000 < response r1
            1005 < output r1 m1 assistant
            1900 < finished r1 completed
            1950 > create u2 user text=hello
            1951 > respond
            1980 < added u2 user
            2200 < response r2
            2205 < output r2 m2 assistant
            """,
        ),
        Example(
            "only one of the two is ever made",
            """
            910  < committed u1
            915  < added u1 user
            950  > respond
            1000 < response r1
            1005 < output r1 m1 assistant
            1900 < finished r1 completed
            """,
        ),
        Example(
            "the client's was called off before it said anything",
            """
            910  < committed u1
            915  < added u1 user
            1000 < response r1
            1005 < output r1 m1 assistant
            1900 < finished r1 completed
            1950 > respond
            2000 < response r2
            2001 < finished r2 cancelled client_cancelled
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no turn open."""
        self._open: dict[int, _Turn] = {}
        self._doubled: list[_Turn] = []

    @on(AudioCommitted)
    def committed(self, change: AudioCommitted) -> None:
        """A turn that the server owes an answer begins; one that the client committed is the client's to answer."""
        self._close(change.conn)
        if change.conn.unanswered_turn is change.at:
            self._open[change.conn.number] = _Turn(change.conn, change.at, change.item)

    @on(ItemCreateSent)
    def item_created(self, change: ItemCreateSent) -> None:
        """The client's own message is a turn of its own."""
        if change.told.role == "user":
            self._close(change.conn)

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """What is asked for behind an output is the reply to that, even if the server answers the turn in between."""
        turn = self._open.get(change.conn.number)
        if turn is not None and turn.own is not None:
            self._close(change.conn)
        elif turn is not None:
            turn.output_sent = True

    @on(SpeechStarted)
    def speech_started(self, change: SpeechStarted) -> None:
        """The next turn begins."""
        self._close(change.conn)

    @on(ResponseCreateSent)
    def create_sent(self, change: ResponseCreateSent) -> None:
        """Keep a request that is for the turn which the server answers."""
        turn = self._open.get(change.conn.number)
        if turn is None or change.request.out_of_band or len(turn.asked) > 1:
            return
        own = turn.own
        if own is None:
            same_turn = within(turn.committed, change.at, self.number("window-ms"))
        else:
            waited = own.active or within(own.done, change.at, self.number("drain-ms"))
            same_turn = waited and not _calls_a_tool(turn.connection, own)
        if same_turn and not turn.output_sent:
            turn.asked.append(change.request)
        turn.output_sent = False

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """Sort the response to the turn or to the client's request."""
        turn, response = self._open.get(change.conn.number), change.response
        if turn is None or response.out_of_band:
            return
        if response.request is None:
            turn.own = turn.own or response
        elif any(response.request is asked for asked in turn.asked):
            turn.made[response.request.sent.seq] = response

    def _close(self, connection: Connection) -> None:
        turn = self._open.pop(connection.number, None)
        if turn is not None and turn.asked and turn.own is not None:
            self._doubled.append(turn)

    def finish(self) -> None:
        """Report the turns that were answered twice, or whose second answer was refused."""
        for connection in self.engine.connections():
            self._close(connection)
        for turn in self._doubled:
            for request in turn.asked:
                self._judge(turn, request)

    def _judge(self, turn: _Turn, request: Request) -> None:
        own, made = turn.own, turn.made.get(request.sent.seq)
        if own is None or _calls_a_tool(turn.connection, own):
            return
        refused = request.error_code == errors.ACTIVE_RESPONSE
        doubled = made is not None and made.first_output is not None and own.first_output is not None
        if refused or doubled:
            self._report(turn, own, request, made)

    def _report(self, turn: _Turn, own: ResponseLife, request: Request, made: ResponseLife | None) -> None:
        name = turn.item.label if turn.item else "the turn"
        outcome = f"answered it too with {made.label}" if made else f"was refused at {stamp(request.answered)}"
        self.report(
            f"turn detection answered {name} with {own.label}, and the client's response.create at "
            f"{stamp(request.sent)} {outcome}",
            request.sent,
            (
                seen(turn.committed, f"{name} is committed: the server will answer it"),
                seen(own.created, f"{own.label}, made by turn detection"),
                seen(request.sent, "the client asks for an answer too"),
                seen(made.created if made else request.answered, made.label if made else "refused: one is active"),
            ),
            certainty="likely",
            items=(turn.item.id,) if turn.item else (),
            responses=(own.id, made.id) if made else (own.id,),
            subject="turn",
            prevented_by=("set create_response to false where the client drives the turns",),
        )


def _calls_a_tool(connection: Connection, response: ResponseLife) -> bool:
    items = (connection.item(item_id) for item_id in response.items)
    return any(item is not None and item.type == "function_call" for item in items)
