"""RT204: a cancel without an id overtakes the response it was meant for."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import RequestAnswered, ResponseCreated
from rtlog.analyzers.reconciler.life import ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class CancelBeforeCreated(Rule):
    """`response.cancel` between `response.create` and `response.created` cancels nothing; the response speaks."""

    code = "RT204"
    name = "cancel-before-created"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    leads_to = ("RT202",)
    what = (
        "The client asks for a response and cancels it, without an id, before `response.created`: nothing is active "
        "yet, the cancel is a no-op, and the response starts anyway."
    )
    why = "A reply that was called off plays, or sits in flight and blocks the next one."
    remedy = "Remember the request; cancel by response_id as soon as it is created."
    look_alikes = ("a server that honours the pending cancel: the response ends without output",)
    references = ("livekit/agents#5703", "livekit/agents#6244", "livekit/agents-js#1897")
    options = (Option("output-ms", 500, "more audio than this is an error rather than a glitch"),)
    bad = (
        Example(
            "the response speaks anyway",
            """
            0    > respond
            50   > cancel
            90   < error response_cancel_not_active
            280  < response r1
            290  < output r1 m1 assistant
            291  < added m1 assistant
            400  < audio r1 m1 48000
            900  < finished r1 completed
            """,
            "error proven",
            (1, 2, 4, 8),
        ),
        Example(
            "a blip of output",
            """
            0    > respond
            50   > cancel
            280  < response r1
            290  < output r1 m1 assistant
            291  < added m1 assistant
            400  < audio r1 m1 4800
            900  < finished r1 completed
            """,
            "warning proven",
            (1, 2, 3, 7),
        ),
        Example(
            "it blocks the next one",
            """
            0    > respond
            50   > cancel
            280  < response r1
            290  < output r1 m1 assistant
            291  < added m1 assistant
            300  > respond event_id=e2
            340  < error conversation_already_has_active_response e2
            900  < finished r1 completed
            """,
            "error proven",
            (1, 2, 3, 8),
        ),
    )
    good = (
        Example(
            "the server honours the pending cancel",
            """
            0    > respond
            50   > cancel
            280  < response r1
            281  < finished r1 cancelled client_cancelled
            """,
        ),
        Example(
            "the cancel was meant for the response that ran",
            """
            0    < response r0
            10   > cancel
            20   < finished r0 cancelled client_cancelled
            30   > respond
            280  < response r1
            290  < output r1 m1 assistant
            400  < audio r1 m1 48000
            900  < finished r1 completed
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: list[ResponseLife] = []
        self._blocked: set[str] = set()

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """Keep a response that its client had tried to call off."""
        request = change.response.request
        if request is not None and request.cancelled is not None and request.cancelled.dir == "client":
            self._cases.append(change.response)

    @on(RequestAnswered)
    def answered(self, change: RequestAnswered) -> None:
        """A refusal of the next one names what blocked it."""
        if change.request.error_code == errors.ACTIVE_RESPONSE:
            self._blocked.update(change.request.active_when_sent)

    def finish(self) -> None:
        """Report the responses that produced output all the same."""
        for response in self._cases:
            if response.first_output is not None and response.status != "cancelled":
                self._report(response)

    def _report(self, response: ResponseLife) -> None:
        request = response.request
        if request is None or request.cancelled is None:
            return
        grave = response.audio_ms > self.number("output-ms") or response.id in self._blocked
        self.report(
            f"the cancel at {stamp(request.cancelled)} overtook its response: {response.label} was created at "
            f"{stamp(response.created)} and spoke {response.audio_ms / 1000:.1f} s",
            request.cancelled,
            (
                seen(request.sent, "the client asks for a response"),
                seen(request.cancelled, "the client cancels; nothing is active yet"),
                seen(response.created, f"{response.label} starts anyway"),
                seen(response.done, f"{response.label} ends: {response.status}"),
            ),
            certainty="proven",
            severity=Severity.ERROR if grave else Severity.WARNING,
            responses=(response.id,),
            subject="response",
            prevented_by=self.prevention("cancel by response_id once a response that was called off is created"),
        )
