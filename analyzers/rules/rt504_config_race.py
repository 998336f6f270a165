"""RT504: a response starts before the settings that it needs are in force."""

from collections import deque

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import RequestSent, ResponseCreated, ResponseCreateSent, ToolOutputSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import Request, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

REMEMBERED = 64
"""Requests that an update may follow."""


class _Case(Struct, eq=False):
    """A response that began without an update that was on its way, or that followed at once."""

    response: ResponseLife
    update: Request
    first: bool
    """It was the session's first configuration."""
    output: Moment | None = None
    """The tool output whose reply needed the update, for a handoff."""


class ConfigRace(Rule):
    """A response begins before `session.updated` puts its instructions, tools or voice in force."""

    code = "RT504"
    name = "config-race"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    what = (
        "Audio, or a request, starts a response while the client's `session.update` is still unanswered; or a handoff "
        "sends the tool output, which triggers the reply, before it sends the new agent's settings."
    )
    why = "The greeting is spoken by the wrong agent: other instructions, other tools, another voice."
    remedy = "Wait for `session.updated` before the first audio or request; on a handoff send the update first."
    look_alikes = (
        "an update that changes nothing that a response uses",
        "the same settings sent again",
        "a later update that crosses with turn detection: information",
        "the response was cancelled",
        "an out-of-band response",
    )
    references = ("openai/openai-agents-js#949", "openai/openai-agents-python#1388", "livekit/agents#1835")
    options = (Option("handoff-ms", 1_000, "an update this soon after the request for the reply was meant for it"),)
    bad = (
        Example(
            "the first response does not know who it is",
            """
            0    > respond
            5    > update session.type=realtime session.instructions="You are Ann."
            40   < response r1
            60   < updated session.instructions="You are Ann."
            90   < output r1 m1 assistant
            """,
            "error proven",
            (2, 3, 4),
        ),
        Example(
            "a handoff that updates too late",
            """
            0    < updated session.instructions="You are Ann."
            10   < added fc1 call call_id=c1 name=hand_over
            20   < arguments r0 fc1 {}
            30   > create o1 result call_id=c1
            31   > respond
            90   > update session.type=realtime session.instructions="You are Bob."
            95   < response r1
            99   < output r1 m1 assistant
            140  < updated session.instructions="You are Bob."
            """,
            "error likely",
            (4, 5, 6, 7, 9),
        ),
        Example(
            "a later update that crosses with turn detection",
            """
            0    > update session.type=realtime session.instructions="You are Ann."
            20   < updated session.instructions="You are Ann."
            900  < committed u1
            905  > update session.type=realtime session.instructions="You are Bob."
            910  < response r1
            915  < output r1 m1 assistant
            940  < updated session.instructions="You are Bob."
            """,
            "info proven",
            (4, 5, 7),
        ),
    )
    good = (
        Example(
            "an update that changes nothing that a response uses",
            """
            0    > respond
            5    > update session.type=realtime session.turn_detection=null
            40   < response r1
            60   < updated
            90   < output r1 m1 assistant
            """,
        ),
        Example(
            "the same settings sent again",
            """
            0    < updated session.instructions="You are Ann." session.voice=ara
            1    > respond
            5    > update session.type=realtime session.instructions="You are Ann." session.audio.output.voice=ara
            40   < response r1
            60   < updated session.instructions="You are Ann."
            90   < output r1 m1 assistant
            """,
        ),
        Example(
            "the response was cancelled",
            """
            0    > respond
            5    > update session.type=realtime session.instructions="You are Ann."
            40   < response r1
            41   > cancel
            60   < updated session.instructions="You are Ann."
            90   < finished r1 cancelled client_cancelled
            """,
        ),
        Example(
            "an out-of-band response",
            """
            0    > respond response.conversation=none
            5    > update session.type=realtime session.instructions="You are Ann."
            40   < response r1
            60   < updated session.instructions="You are Ann."
            90   < output r1 m1 assistant
            """,
        ),
        Example(
            "update first, answered first",
            """
            0    > update session.type=realtime session.instructions="You are Ann."
            1    > respond
            40   < updated session.instructions="You are Ann."
            60   < response r1
            90   < output r1 m1 assistant
            """,
        ),
        Example(
            "an update long after the reply to a tool",
            """
            0    < updated session.instructions="You are Ann."
            10   < added fc1 call call_id=c1 name=book
            20   < arguments r0 fc1 {}
            30   > create o1 result call_id=c1
            31   > respond
            95   < response r1
            99   < output r1 m1 assistant
            2000 > update session.type=realtime session.instructions="You are Bob."
            2040 < updated session.instructions="You are Bob."
            """,
        ),
        Example(
            "the update was refused",
            """
            0    > respond
            5    > update event_id=e1 session.type=realtime session.instructions="You are Ann."
            40   < response r1
            60   < error invalid_value e1 error.param=session.instructions
            90   < output r1 m1 assistant
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[_Case] = []
        self._outputs: dict[int, Moment] = {}
        self._replies: dict[int, tuple[Request, Moment]] = {}
        self._handoffs: deque[tuple[Request, Moment, Request]] = deque(maxlen=REMEMBERED)

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """The next request asks for the reply to this output."""
        self._outputs[change.conn.number] = change.at

    @on(ResponseCreateSent)
    def create_sent(self, change: ResponseCreateSent) -> None:
        """Keep the request for a reply to an output: an update right behind it was meant for that reply."""
        output = None if change.request.out_of_band else self._outputs.pop(change.conn.number, None)
        if output is not None:
            self._replies[change.conn.number] = (change.request, output)

    @on(RequestSent)
    def update_sent(self, change: RequestSent) -> None:
        """An update that follows the request for a reply at once comes too late for it."""
        request = change.request
        reply, output = self._replies.get(change.conn.number, (None, None))
        if not request.configures or reply is None or output is None:
            return
        if within(reply.sent, request.sent, self.number("handoff-ms")):
            self._handoffs.append((reply, output, request))

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """Look for updates that are still on their way."""
        if change.response.out_of_band:
            return
        handoff = next(((o, u) for reply, o, u in self._handoffs if reply is change.response.request), None)
        if handoff is not None:
            self._cases.append(_Case(change.response, handoff[1], first=True, output=handoff[0]))
            return
        waiting = (r for r in change.conn.requests.pending("session.update") if r.configures)
        update = next(waiting, None)
        if update is not None:
            self._cases.append(_Case(change.response, update, first=not _configured(change.conn)))

    def finish(self) -> None:
        """Report the responses that spoke with the wrong settings; not every server acknowledges settings."""
        for case in self._cases:
            spoke = case.response.first_output is not None and case.response.status != "cancelled"
            if spoke and case.update.outcome == "acknowledged":
                self._report(case)

    def _report(self, case: _Case) -> None:
        response, update, handoff = case.response, case.update, case.output is not None
        what = " and ".join(sorted(update.configures))
        reply = response.request.sent if handoff and response.request else None
        self.report(
            f"{response.label} began at {stamp(response.created)} without the {what} of the session.update at "
            f"{stamp(update.sent)}",
            update.sent,
            (
                seen(case.output, "a tool output is sent"),
                seen(reply, "its reply is asked for"),
                seen(update.sent, f"the client changes {what}"),
                seen(response.created, f"{response.label} begins with what was before"),
                seen(update.answered, "the change is in force"),
            ),
            certainty="likely" if handoff else "proven",
            severity=Severity.ERROR if case.first else Severity.INFO,
            responses=(response.id,),
            subject="session",
            prevented_by=("wait for session.updated before the first audio or request",),
        )


def _configured(connection: Connection) -> bool:
    return connection.was_configured
