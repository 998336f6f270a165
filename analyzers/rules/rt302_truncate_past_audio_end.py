"""RT302: a truncate names a position that the item's audio does not reach."""

import math

from msgspec import Struct

from rtlog.analyzers.finding import Certainty, stamp
from rtlog.analyzers.moment import Moment, within
from rtlog.analyzers.reconciler.changes import ErrorReceived, ItemTruncateSent
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife, Request
from rtlog.analyzers.rule import Example, Option, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors

SHORTER = "is already shorter than"
OPEN = 256
"""Unanswered truncates that are waited for: some servers answer none."""

OTHERS = frozenset({errors.UNSUPPORTED_CONTENT, errors.TRUNCATE_UNKNOWN, errors.ALREADY_TRUNCATED})
"""What is wrong with the item, whatever the position: RT301's and RT107's."""


class _Case(Struct, eq=False):
    connection: Connection
    request: Request
    item: ItemLife | None
    end_ms: float | None
    received_ms: float
    """Audio of the item that had come when the truncate was sent."""
    refused: Moment | None = None


class TruncatePastAudioEnd(Rule):
    """`audio_end_ms` is greater than the audio that the server made, or is no whole number."""

    code = "RT302"
    name = "truncate-past-audio-end"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "The client truncates a message at a position behind its audio: it counted time on a clock instead of played "
        "bytes, kept the start of an earlier item, or took the wrong sample rate; or the position is null or negative."
    )
    why = "The server refuses and keeps the whole text: the model takes it that the user heard everything."
    remedy = "Clamp `audio_end_ms` to the audio received for that item, and count played samples rather than time."
    look_alikes = (
        "audio that is still arriving when the truncate is sent",
        "a transport that carries the sound elsewhere (WebRTC, SIP): only the server's error counts",
        "a full-length truncate that the server accepts",
    )
    references = (
        "openai/openai-agents-python#2370",
        "openai/openai-agents-python#2385",
        "openai/openai-agents-js#555",
        "pipecat-ai/pipecat#931",
    )
    options = (Option("patience-ms", 5_000, "a truncate that is not answered for this long was not taken"),)
    bad = (
        Example(
            "refused: the audio is shorter",
            """
            0    < response r1
            1    < output r1 m1 assistant
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 5734 event_id=e1
            540  < error invalid_value e1 "Audio content of 1000ms is already shorter than 5734ms"
            """,
            "warning proven",
            (3, 5, 6),
        ),
        Example(
            "refused without code and id",
            """
            2    < added m1 assistant
            500  > truncate m1 5734
            540  < error error.code=null error.message="Audio content of 1000ms is already shorter than 5734ms"
            """,
            "warning proven",
            (1, 2, 3),
        ),
        Example(
            "no position at all",
            """
            2    < added m1 assistant
            500  > truncate m1 audio_end_ms=null event_id=e1
            540  < error invalid_type e1
            """,
            "warning proven",
            (1, 2, 3),
        ),
        Example(
            "never answered",
            """
            0    > truncate m0 100
            1    < truncated m0
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 5734
            9000 < speech_started u1
            """,
            "warning likely",
            (3, 5),
        ),
    )
    good = (
        Example(
            "audio that is still arriving when the truncate is sent",
            """
            0    > truncate m0 100
            1    < truncated m0
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 1500
            510  < audio r1 m1 48000
            9000 < speech_started u1
            """,
        ),
        Example(
            "a transport that carries the sound elsewhere",
            """
            0    > truncate m0 100
            1    < truncated m0
            2    < added m1 assistant
            500  > truncate m1 5734
            9000 < speech_started u1
            """,
        ),
        Example(
            "a full-length truncate that the server accepts",
            """
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 1200
            540  < truncated m1
            """,
        ),
        Example(
            "a server that acknowledges no truncate",
            """
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 5734
            9000 < speech_started u1
            """,
        ),
        Example(
            "no position, and no audio to have one in: RT301's",
            """
            2    < added m1 assistant
            500  > truncate m1 audio_end_ms=null event_id=e1
            540  < error unsupported_content_type e1
            """,
        ),
        Example(
            "refused because there is no audio: RT301's",
            """
            2    < added m1 assistant
            500  > truncate m1 100 event_id=e1
            540  < error unsupported_content_type e1
            """,
        ),
        Example(
            "refused because the item is unknown",
            """
            0    > truncate m0 100
            1    < truncated m0
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 5734 event_id=e1
            540  < error item_truncate_invalid_item_id e1
            9000 < speech_started u1
            """,
        ),
        Example(
            "the recording ends before an answer can come",
            """
            0    > truncate m0 100
            1    < truncated m0
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 5734
            900  < speech_started u1
            """,
        ),
        Example(
            "no position, and never answered",
            """
            0    > truncate m0 100
            1    < truncated m0
            2    < added m1 assistant
            10   < audio r1 m1 48000
            500  > truncate m1 audio_end_ms=null
            9000 < speech_started u1
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no truncate sent."""
        self._cases: list[_Case] = []

    @on(ItemTruncateSent)
    def truncate_sent(self, change: ItemTruncateSent) -> None:
        """Keep a truncate until it is answered, with the audio that had come by then."""
        refused = [case for case in self._cases if case.refused]
        open_ones = [case for case in self._cases if not case.refused and case.request.outcome == "pending"]
        self._cases = refused + open_ones[-OPEN:]
        received = change.item.audio_bytes / change.conn.settings.output_bytes_per_ms if change.item else 0.0
        self._cases.append(_Case(change.conn, change.request, change.item, change.end_ms, received))

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """The server's own word: the audio is shorter, or the position is none."""
        case = next((case for case in self._cases if case.request is change.request), None)
        no_position = case is not None and case.end_ms is None and change.code not in OTHERS
        if case is not None and (SHORTER in change.message or no_position):
            case.refused = change.at

    def finish(self) -> None:
        """Report what was refused, and what no answer ever confirmed."""
        for case in self._cases:
            if case.refused is not None:
                self._report(case, "proven")
            elif self._ignored(case):
                self._report(case, "likely")

    def _ignored(self, case: _Case) -> bool:
        """Say whether a truncate past the end was left unanswered by a server that answers them."""
        connection, item = case.connection, case.item
        if case.request.outcome != "pending" or case.request.type not in connection.requests.acknowledged:
            return False
        known = item.audio_bytes / connection.settings.output_bytes_per_ms if item is not None else 0.0
        beyond = case.end_ms is not None and known > 0 and case.end_ms > math.ceil(known) + 1
        waited = within(case.request.sent, connection.last, self.number("patience-ms"))
        return beyond and case.request.sent.t is not None and not waited

    def _report(self, case: _Case, certainty: Certainty) -> None:
        item, request = case.item, case.request
        label = case.connection.labels.of(request.item_id or "")
        position = "no valid position" if case.end_ms is None else f"{case.end_ms:,.0f} ms"
        outcome = "refused" if case.refused else "never answered"
        self.report(
            f"{label} was truncated at {stamp(request.sent)} at {position}, with {case.received_ms:,.0f} ms of audio "
            f"received: {outcome}",
            request.sent,
            (
                seen(item.added if item else None, f"{label} added"),
                seen(request.sent, f"the client truncates {label} at {position}"),
                seen(case.refused, "refused: there is no such position"),
            ),
            certainty=certainty,
            about=item,
            items=(request.item_id,) if request.item_id else (),
            prevented_by=("clamp audio_end_ms to the audio received for the item",),
        )
