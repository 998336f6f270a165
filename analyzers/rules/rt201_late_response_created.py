"""RT201: a response is created after its caller gave up on it."""

from typing import Final

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, ms, stamp
from rtlog.analyzers.moment import elapsed, within
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler.changes import ResponseCreated, ResponseDone
from rtlog.analyzers.reconciler.life import Request, ResponseLife
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen

TIMEOUT_MS: Final = 10_000
ASKED_BY_CLIENT: Final = "client_event_id"
"""Metadata by which LiveKit ties a response to the caller that waits for it."""


class _Late(Struct, frozen=True):
    """A response that came late; `waited_ms` is how long the named client waits for it, where one is named."""

    response: ResponseLife
    request: Request
    profile: ClientProfile | None
    waited_ms: float | None


class LateResponseCreated(Rule):
    """`response.created` comes after the client's timeout, and its audio plays unasked."""

    code = "RT201"
    name = "late-response-created"
    severity = Severity.ERROR
    needs = frozenset({"time", "client"})
    leads_to = ("RT202",)
    what = "`response.created` arrives after the client gave up on its `response.create`: by a timeout, or by a cancel."
    why = "Nobody waits for the response any more, yet it speaks: the agent answers a question of ten seconds ago."
    remedy = "Remember the event ids that were given up; cancel such a response by its id as soon as it is created."
    look_alikes = ("a slow response that is still awaited", "a late response that is cancelled at once: discarded")
    references = ("livekit/agents#6222", "livekit/agents#6238", "livekit/agents#6244", "livekit/agents#3405")
    options = (
        Option("timeout-ms", TIMEOUT_MS, "how long the client waits, where it is not named, for `response.created`"),
        Option("discard-ms", 1_000, "a cancel by id this soon after `response.created` discards it"),
        Option("discard-audio-ms", 500, "audio that may have come before it was discarded"),
    )
    bad = (
        Example(
            "slow, and it speaks",
            """
            0     > respond event_id=E response.metadata={"client_event_id":"E"}
            10300 < response r1 response.metadata={"client_event_id":"E"}
            10400 < output r1 m1 assistant
            10401 < added m1 assistant
            10500 < audio r1 m1 96000
            12000 < finished r1 completed
            """,
            "warning likely",
            (1, 2, 6),
        ),
        Example(
            "the caller's timeout is on record",
            """
            0     > respond event_id=E response.metadata={"client_event_id":"E"}
            5000  L reply_timeout event_id=E
            5300  < response r1 response.metadata={"client_event_id":"E"}
            5400  < output r1 m1 assistant
            5401  < added m1 assistant
            5500  < audio r1 m1 96000
            7000  < finished r1 completed
            """,
            "error proven",
            (1, 2, 3, 7),
        ),
        Example(
            "late, and asked again meanwhile",
            """
            0     > respond
            10100 > respond
            10300 < response r1
            10400 < output r1 m1 assistant
            10401 < added m1 assistant
            10500 < audio r1 m1 96000
            12000 < finished r1 completed
            """,
            "error proven",
            (1, 2, 3, 7),
        ),
        Example(
            "later than the named client waits",
            """
            0     > respond event_id=E response.metadata={"client_event_id":"E"}
            5300  < response r1 response.metadata={"client_event_id":"E"}
            5400  < output r1 m1 assistant
            5401  < added m1 assistant
            5500  < audio r1 m1 96000
            7000  < finished r1 completed
            """,
            "error proven",
            (1, 2, 6),
            client="livekit-agents@1.4.6",
        ),
        Example(
            "late, and discarded",
            """
            0     > respond event_id=E response.metadata={"client_event_id":"E"}
            10300 < response r1 response.metadata={"client_event_id":"E"}
            10301 > cancel r1
            10350 < finished r1 cancelled client_cancelled
            """,
            "info likely",
            (1, 2, 3, 4),
        ),
    )
    good = (
        Example(
            "slow but within the timeout",
            """
            0     > respond
            9000  < response r1
            9100  < output r1 m1 assistant
            9101  < added m1 assistant
            9200  < audio r1 m1 96000
            12000 < finished r1 completed
            """,
        ),
        Example(
            "later than the named client waits, but not asked for by its caller that waits",
            """
            0     > respond event_id=E
            5300  < response r1
            5400  < output r1 m1 assistant
            5401  < added m1 assistant
            5500  < audio r1 m1 96000
            7000  < finished r1 completed
            """,
            client="livekit-agents@1.4.6",
        ),
        Example(
            "within what the named client waits",
            """
            0     > respond event_id=E response.metadata={"client_event_id":"E"}
            5300  < response r1 response.metadata={"client_event_id":"E"}
            5400  < output r1 m1 assistant
            5401  < added m1 assistant
            5500  < audio r1 m1 96000
            7000  < finished r1 completed
            """,
            client="livekit-agents@1.5.0",
        ),
        Example(
            "a response of the server's own turn detection",
            """
            0     > clear
            1     < speech_started u1
            900   < committed u1
            910   < added u1 user
            20000 < response r1
            20100 < output r1 m1 assistant
            20200 < audio r1 m1 96000
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._late: dict[tuple[int, str], _Late] = {}

    @on(ResponseCreated)
    def created(self, change: ResponseCreated) -> None:
        """Keep a response whose caller had given up, or had waited longer than anybody does."""
        response, profile = change.response, change.conn.profile
        request = response.request
        if request is None:
            return
        waits = (
            profile.reply_timeout_ms if profile is not None and ASKED_BY_CLIENT in (request.metadata or {}) else None
        )
        patience = self.number("timeout-ms") if waits is None else waits
        slow = not within(request.sent, change.at, patience)
        if slow or request.timed_out is not None:
            self._late[response.conn, response.id] = _Late(response, request, profile, waits)

    @on(ResponseDone)
    def done(self, change: ResponseDone) -> None:
        """The response is over: what it did decides."""
        late = self._late.pop((change.response.conn, change.response.id), None)
        if late is not None:
            self._report(late)

    def finish(self) -> None:
        """Responses that still run at the end."""
        for late in self._late.values():
            self._report(late)

    def _discarded(self, response: ResponseLife) -> bool:
        cancel = response.cancel
        return (
            cancel is not None
            and cancel.response_id == response.id
            and within(response.created, cancel.sent, self.number("discard-ms"))
            and response.audio_ms <= self.number("discard-audio-ms")
        )

    def _grade(self, late: _Late) -> tuple[Severity, Certainty]:
        request, response = late.request, late.response
        if self._discarded(response):
            return Severity.INFO, "proven" if request.timed_out else "likely"
        if response.first_output is None:
            return Severity.INFO, "likely"
        gave_up = request.timed_out or request.cancelled or request.repeated or late.waited_ms
        if gave_up is not None and response.cancel is None:
            return Severity.ERROR, "proven"
        return Severity.WARNING, "likely"

    def _report(self, late: _Late) -> None:
        request, response = late.request, late.response
        if response.created is None:
            return
        severity, certainty = self._grade(late)
        end = "late, discarded" if self._discarded(response) else _fate(response)
        self.report(
            f"{response.label} was created at {stamp(response.created)}, {ms(elapsed(request.sent, response.created))} "
            f"after its response.create{_gave_up(late)}: {end}",
            request.sent,
            (
                seen(request.sent, "the client asks for a response"),
                seen(request.timed_out, "its caller gives up"),
                seen(request.cancelled, "the client cancels it"),
                seen(request.repeated, "the client asks again"),
                seen(response.created, f"{response.label} is created after all"),
                seen(response.cancel.sent if response.cancel else None, f"the client cancels {response.label}"),
                seen(response.done, f"{response.label} ends: {response.status}"),
            ),
            certainty=certainty,
            severity=severity,
            responses=(response.id,),
            subject="response",
            prevented_by=self.prevention("cancel by response_id when a response that was given up is created"),
        )


def _gave_up(late: _Late) -> str:
    request, profile = late.request, late.profile
    if request.timed_out is not None:
        return f", which its caller gave up at {stamp(request.timed_out)}"
    if request.cancelled is not None:
        return f", which the client cancelled at {stamp(request.cancelled)}"
    if request.repeated is not None:
        return f", which the client repeated at {stamp(request.repeated)}"
    if profile is not None and late.waited_ms is not None:
        return f", which {profile.name} gives up after {late.waited_ms:,.0f} ms"
    return ""


def _fate(response: ResponseLife) -> str:
    if response.first_output is None:
        return "it said nothing"
    spoken = f"{response.audio_ms / 1000:.1f} s of audio"
    return (
        f"it spoke {spoken}, uncancelled" if response.cancel is None else f"it spoke {spoken} before it was cancelled"
    )
