"""RT101: the client deletes an item that the server made and the application has not taken yet."""

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, ms, stamp
from rtlog.analyzers.moment import elapsed, follows, within
from rtlog.analyzers.profiles.fixes import fixed_in
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler.changes import (
    ItemCreateSent,
    ItemDeleted,
    ItemDeleteSent,
    ResponseDone,
    ToolOutputSent,
)
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.reconciler.states import Situation
from rtlog.analyzers.rule import Example, Option, Rule, Severity, Snapshot, on, seen


class _Case(Struct, eq=False):
    """A delete that may have hit an item in flight, until its answers settle it."""

    item: ItemLife
    request: Request
    severity: Severity
    reason: str
    certainty: Certainty
    connection: Connection
    before: Snapshot
    needs_output: bool = False
    after: Snapshot | None = None
    simulated_by: str | None = None
    """The client profile by which the application's context lacked the item, where no local event says so."""


class InFlightDelete(Rule):
    """A client deletes an item between the server's `item.added` and the moment its application learns of it."""

    code = "RT101"
    name = "in-flight-delete"
    severity = Severity.ERROR
    needs = frozenset({"client"})
    leads_to = ("RT102", "RT104", "RT113", "RT401", "RT404", "RT408")
    what = (
        "The client deletes an item that the server made on its own and that the application has not processed yet: a "
        "function call whose output is not sent, an assistant message whose response still runs, a user turn whose "
        "transcript is still to come."
    )
    why = (
        "Items that the server has already placed behind it now name a predecessor that is gone; a strict client "
        "drops them and everything behind them, and re-creates them later: repeated speech and repeated tool calls."
    )
    remedy = (
        "Push only what the application has seen change: never delete a server-made item that it has not acknowledged."
    )
    look_alikes = (
        "an interrupted assistant message deleted instead of truncated at 0",
        "an old function call trimmed together with its output",
        "a finished newest item that somebody wants forgotten",
        "delete and create of one id in one batch: an update",
        "a call of a cancelled response",
    )
    references = ("livekit/agents#5021", "livekit/agents#4960", "livekit/agents#5114", "livekit/agents#6340")
    options = (
        Option("call-window-ms", 30_000, "a finished call without output counts as in flight for this long"),
        Option("interruption-ms", 2_000, "a delete this soon after an interruption is the interruption's"),
        Option("transcript-window-ms", 10_000, "a user turn without transcript counts as in flight for this long"),
    )
    bad = (
        Example(
            "the call is deleted before its tool has run",
            """
            0    < response r1
            80   < output r1 fc1 call call_id=c1 name=book
            82   < added fc1 call call_id=c1
            110  < arguments r1 fc1 {}
            112  < finished r1 completed
            229  > delete fc1
            434  < deleted fc1
            1402 > create fco result call_id=c1
            1470 < added fco result call_id=c1
            """,
            "error proven",
            (3, 6, 7, 8),
        ),
        Example(
            "an assistant message is deleted while its response runs",
            """
            0   < response r1
            10  < output r1 m1 assistant
            11  < added m1 assistant
            300 > delete m1
            350 < deleted m1
            900 < finished r1 completed
            """,
            "error proven",
            (3, 4, 5),
        ),
        Example(
            "a user turn is deleted before its transcript",
            """
            0   < updated session.input_audio_transcription={"model":"whisper-1"}
            10  < speech_started u1
            900 < speech_stopped u1
            901 < committed u1
            902 < added u1 user
            999 > delete u1
            1100 < deleted u1
            """,
            "warning likely",
            (5, 6, 7),
        ),
        Example(
            "the newest item is deleted while a response is requested",
            """
            0    < updated session.input_audio_transcription=null
            10   < speech_started u1
            900  < speech_stopped u1
            901  < committed u1
            902  < added u1 user
            950  > respond
            999  > delete u1
            1100 < deleted u1
            """,
            "warning likely",
            (5, 7, 8),
        ),
        Example(
            "the pushed context never held the call",
            """
            0   < updated session.input_audio_transcription=null
            82  < added u1 user
            90  L remote_item_added u1
            228 L ctx_push_begin source=local items=["m1"]
            229 > delete u1
            230 > respond
            434 < deleted u1
            """,
            "error proven",
            (2, 3, 5, 7),
        ),
        Example(
            "the named client places no placeholder behind its config item, so its context lacks the turn",
            """
            0    < updated session.input_audio_transcription={"model":"whisper-1"}
            10   > create m1 assistant prev=root text=hello
            40   < added m1 assistant
            81   < committed u1
            82   < added u1 user prev=m1
            229  > delete u1
            434  < deleted u1
            """,
            "error likely",
            (5, 6, 7),
            client="livekit-agents@1.7.1",
        ),
        Example(
            "no push of the named client deletes a message without words in its mirror: no graver than without it",
            """
            0    < updated session.input_audio_transcription={"model":"whisper-1"}
            10   > create m1 assistant prev=root text=hello
            40   < added m1 assistant
            81   < committed u1
            82   < added u1 user prev=m1
            229  > delete u1
            434  < deleted u1
            """,
            "warning likely",
            (5, 6, 7),
            client="livekit-agents@1.5.0",
        ),
    )
    good = (
        Example(
            "truncate at 0 implemented as delete, right after the interruption",
            """
            0   < response r1
            11  < output r1 m1 assistant
            12  < added m1 assistant
            300 < speech_started u1
            350 > delete m1
            400 < deleted m1
            410 < finished r1 cancelled turn_detected
            """,
        ),
        Example(
            "a message that was never played is removed after a cancel",
            """
            0   < response r1
            11  < output r1 m1 assistant
            12  < added m1 assistant
            300 > cancel
            350 > delete m1
            400 < deleted m1
            410 < finished r1 cancelled client_cancelled
            """,
        ),
        Example(
            "an old call trimmed with its output",
            """
            0   < response r1
            1   < output r1 fc1 call call_id=c1
            2   < added fc1 call call_id=c1
            3   < arguments r1 fc1 {}
            4   < finished r1 completed
            500 > create fco result call_id=c1
            501 < added fco result call_id=c1 prev=fc1
            900 > delete fc1
            901 > delete fco
            950 < deleted fc1
            951 < deleted fco
            """,
        ),
        Example(
            "the newest item is forgotten on purpose, nothing is running",
            """
            0   < response r1
            1   < output r1 m1 assistant
            2   < added m1 assistant
            9   < finished r1 completed
            900 > delete m1
            950 < deleted m1
            """,
        ),
        Example(
            "delete and create of one id in one batch",
            """
            0  < response r1
            1  < output r1 m1 assistant
            2  < added m1 assistant
            90 > delete m1
            91 > create m1 assistant text=shorter
            95 < deleted m1
            96 < added m1 assistant
            99 < finished r1 completed
            """,
        ),
        Example(
            "the call of a cancelled response",
            """
            0   < response r1
            1   < output r1 fc1 call call_id=c1
            2   < added fc1 call call_id=c1
            5   < finished r1 cancelled turn_detected
            100 > delete fc1
            150 < deleted fc1
            """,
        ),
        Example(
            "the server refuses the delete",
            """
            0   < response r1
            1   < output r1 fc1 call call_id=c1
            2   < added fc1 call call_id=c1
            3   < arguments r1 fc1 {}
            4   < finished r1 completed
            100 > delete fc1 event_id=e1
            150 < error item_delete_invalid_item_id e1
            """,
        ),
        Example(
            "the named client never holds a turn that nobody transcribes",
            """
            0    < updated session.input_audio_transcription=null
            40   < added m1 assistant
            82   < added u1 user prev=m1
            229  > delete u1
            434  < deleted u1
            """,
            client="livekit-agents@1.4.6",
        ),
        Example(
            "the named client had its transcript, and with it the turn",
            """
            0    > create m1 assistant prev=root text=hello
            40   < added m1 assistant
            82   < added u1 user prev=m1
            200  < transcribed u1 "forget that"
            229  > delete u1
            434  < deleted u1
            """,
            client="livekit-agents@1.7.1",
        ),
        Example(
            "a client's own items are its own to delete",
            """
            0   > create s1 system text=summary
            1   < added s1 system
            2   > respond
            100 > delete s1
            150 < deleted s1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._cases: dict[tuple[int, str], _Case] = {}

    @on(ItemDeleteSent)
    def delete_sent(self, change: ItemDeleteSent) -> None:
        """Open a case when nothing shows that the application consumed the item."""
        item = change.item
        if not item.made_by_server or item.added is None or not self._made_in_sight(change.conn, item):
            return
        case = self._judge(change)
        if case is None:
            return
        if item.situation is Situation.IN_FLIGHT:
            self._lacked(case, change.conn)
        self._cases[item.conn, item.id] = case
        self.engine.later(change.at, self.number("call-window-ms"), lambda: self._settle(case))

    def _lacked(self, case: _Case, connection: Connection) -> None:
        """The application's context lacks the item: local events prove it, a simulation only makes it graver."""
        simulated_by, profile = connection.lanes.simulated_by, connection.profile
        if simulated_by is None:
            case.certainty, case.severity, case.needs_output = "proven", Severity.ERROR, False
        elif profile is None or not (profile.guards_empty_deletes and case.item.type == "message" and case.item.empty):
            case.simulated_by, case.severity = simulated_by, Severity.ERROR

    @staticmethod
    def _made_in_sight(connection: Connection, item: ItemLife) -> bool:
        """Say whether it is known who made *item*: what was created before the recording began may be the client's."""
        return connection.saw_session_created or item.announced is not None

    def _settle(self, case: _Case) -> None:
        """Report a case whose window has passed; one that needs the output as its proof waits for it."""
        key = (case.item.conn, case.item.id)
        if self._cases.get(key) is case and not case.needs_output:
            del self._cases[key]
            self._conclude(case)

    def _judge(self, change: ItemDeleteSent) -> _Case | None:
        match change.item.type, change.item.role:
            case "function_call", _:
                return self._open_call(change)
            case "message", "assistant":
                return self._running_message(change) or self._newest(change)
            case "message", "user":
                return self._untranscribed(change) or self._newest(change) or self._never_taken(change)
            case _:
                return None

    def _open_call(self, change: ItemDeleteSent) -> _Case | None:
        item, response = change.item, change.conn.response_of(change.item)
        if item.output_sent is not None or (response is not None and response.status == "cancelled"):
            return None
        fresh = item.call_done is None or within(item.call_done, change.at, self.number("call-window-ms"))
        return self._case(change, Severity.ERROR, "while its call was open", "likely", needs_output=not fresh)

    def _running_message(self, change: ItemDeleteSent) -> _Case | None:
        response = change.conn.response_of(change.item)
        if response is None or not response.active or self._interrupted(change):
            return None
        return self._case(change, Severity.ERROR, f"while its response {response.label} was running", "proven")

    def _untranscribed(self, change: ItemDeleteSent) -> _Case | None:
        item = change.item
        # Only what was said on this connection gets a transcript; a resumed session tells old turns again.
        heard = item.origin == "input_audio" and _heard_from_its_start(change.conn, item)
        unseen = heard and item.transcription is None and not item.text and item.local_taken is None
        awaited = unseen and change.conn.settings.transcribes is not False
        if not awaited or not within(item.added, change.at, self.number("transcript-window-ms")):
            return None
        return self._case(change, Severity.WARNING, "before its transcript had come", "likely")

    def _newest(self, change: ItemDeleteSent) -> _Case | None:
        awaited = any(not request.out_of_band for request in change.conn.requests.pending("response.create"))
        if not change.newest or not (awaited or change.conn.active) or change.item.local_taken is not None:
            return None
        if change.item.role == "assistant" and self._interrupted(change):
            return None
        state = "running" if change.conn.active else "requested"
        return self._case(
            change, Severity.WARNING, f"while it was the newest item and a response was {state}", "likely"
        )

    def _never_taken(self, change: ItemDeleteSent) -> _Case | None:
        # A simulated context lacks for good what is never transcribed: that says nothing about this delete.
        if change.item.situation is not Situation.IN_FLIGHT or change.conn.lanes.simulated_by is not None:
            return None
        return self._case(change, Severity.ERROR, "before the application had taken it", "proven")

    def _interrupted(self, change: ItemDeleteSent) -> bool:
        interruption, response = change.conn.last_interruption, change.conn.response_of(change.item)
        if change.at.t is None:
            # Without times nobody knows how long ago it was: one since the response began excuses.
            began = response.created if response is not None else change.item.added
            return follows(interruption, began)
        return within(interruption, change.at, self.number("interruption-ms"))

    def _case(
        self,
        change: ItemDeleteSent,
        severity: Severity,
        reason: str,
        certainty: Certainty,
        *,
        needs_output: bool = False,
    ) -> _Case:
        lanes = change.conn.lanes
        before = lanes.around(change.item.id, lanes.server.before(change.item.id))
        return _Case(change.item, change.request, severity, reason, certainty, change.conn, before, needs_output)

    @on(ItemDeleted)
    def deleted(self, change: ItemDeleted) -> None:
        """Keep the lanes as the delete left them."""
        case = self._cases.get((change.item.conn, change.item.id))
        if case is not None:
            case.after = change.conn.lanes.around(change.item.id, change.item.before_deletion)

    @on(ItemCreateSent)
    def created_again(self, change: ItemCreateSent) -> None:
        """Drop the case when the same batch creates the item again: that is how clients update one."""
        if change.replaces:
            self._cases.pop((change.item.conn, change.item.id), None)

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """The tool had run after all: its output is the proof that the call was open."""
        case = self._cases.get((change.conn.number, change.call.id)) if change.call else None
        if case is not None and case.item.type == "function_call":
            case.certainty, case.needs_output = "proven", False

    @on(ResponseDone)
    def response_done(self, change: ResponseDone) -> None:
        """A call whose response is cancelled is not owed an output."""
        if change.response.status != "cancelled":
            return
        for item_id in change.response.items:
            case = self._cases.get((change.conn.number, item_id))
            if case is not None and case.item.type == "function_call" and case.item.output_sent is None:
                del self._cases[change.conn.number, item_id]

    def finish(self) -> None:
        """Report what no answer has cleared."""
        for case in self._cases.values():
            self._conclude(case)

    def _conclude(self, case: _Case) -> None:
        if case.request.outcome != "rejected" and not case.needs_output:
            self._report(case)

    def _report(self, case: _Case) -> None:
        item, request = case.item, case.request
        deleted = request.answered
        self.report(
            _sentence(case),
            request.sent,
            (
                seen(item.added, f"{item.label} added by the server"),
                seen(item.local_missed, f"the application's context does not hold {item.label}"),
                seen(request.sent, f"the client deletes {item.label}"),
                seen(deleted, f"the server confirms: {item.label} is gone"),
                seen(item.tool_started, f"the tool of {item.label} starts, after the delete")
                if follows(item.tool_started, request.sent)
                else None,
                seen(item.output_sent, f"the output of {item.label} is sent"),
            ),
            certainty=case.certainty,
            severity=case.severity,
            about=item,
            responses=(item.response_id,) if item.response_id else (),
            prevented_by=_prevention(item, case.connection.profile),
            before=case.before,
            after=case.after,
        )


def _heard_from_its_start(connection: Connection, item: ItemLife) -> bool:
    """Say whether a transcript is due, and can only come inside the recording: it may come before the commit."""
    started = item.announced is not None and item.announced.type == "input_audio_buffer.speech_started"
    return connection.saw_session_created or (started and connection.settings.transcribes is True)


def _sentence(case: _Case) -> str:
    item, request = case.item, case.request
    parts = [f"{item.label} was deleted {case.reason}: the server added it at {stamp(item.added)}"]
    acknowledged = ""
    if request.answered is not None and elapsed(item.added, request.answered) is not None:
        acknowledged = f" (acknowledged {ms(elapsed(item.added, request.answered))} after it was added)"
    parts.append(f"the client deleted it at {stamp(request.sent)}{acknowledged}")
    if item.output_sent is not None:
        parts.append(f"its output was sent at {stamp(item.output_sent)}")
    if item.placeholder is None and item.local_missed is not None:
        parts.append("the application's context never held it")
    elif case.simulated_by is not None:
        parts.append(f"the context of {case.simulated_by} would not hold it yet")
    return ", ".join(parts)


def _prevention(item: ItemLife, profile: ClientProfile | None) -> tuple[str, ...]:
    guard = "never delete a server-made item that the application has not acknowledged (in-flight guard)"
    if item.type != "function_call":
        return (guard,)
    return (*fixed_in("RT101", profile), guard)
