"""RT301: the client truncates an item that holds no model audio."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.reconciler.changes import ErrorReceived, ItemTruncateSent, RequestAnswered
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen
from rtlog.recordings.vocabulary import errors


class TruncateWithoutAudio(Rule):
    """`conversation.item.truncate` of an item without audio is refused."""

    code = "RT301"
    name = "truncate-without-audio"
    severity = Severity.WARNING
    needs = frozenset({"client"})
    what = (
        "The client truncates an item for which the server has no model audio: a barge-in between the announcement of "
        "the audio part and its first delta, a message restored as text, a text answer."
    )
    why = "The server refuses; a client that waits for `truncated` stalls, and the message stays as it was."
    remedy = "Truncate only what audio was received for; otherwise skip, or delete the message and commit nothing."
    look_alikes = (
        "audio_end_ms = 0 with audio present is legal",
        "a truncate that the server takes, though no audio was seen (WebRTC, SIP)",
        "refused for another reason: there is audio, but not as much (RT302)",
    )
    references = ("livekit/agents#6157", "livekit/agents#6158", "livekit/agents#1015", "livekit/agents-js#1903")
    bad = (
        Example(
            "barge-in before the first audio delta",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            200  < speech_started u1
            210  > truncate m1 0 event_id=e1
            250  < error unsupported_content_type e1 "Only model output audio messages can be truncated"
            """,
            "warning proven",
            (3, 5, 6),
        ),
        Example(
            "a message restored as text, refused without code and id",
            """
            0    > create m1 assistant text="as I said"
            40   < added m1 assistant
            500  > truncate m1 400
            540  < error error.code=null error.message="Only model output audio messages can be truncated"
            """,
            "warning proven",
            (2, 3, 4),
        ),
        Example(
            "an item that nothing has told of",
            """
            500  > truncate m9 400 event_id=e1
            540  < error unsupported_content_type e1
            """,
            "warning proven",
            (1, 2),
        ),
    )
    good = (
        Example(
            "audio_end_ms = 0 with audio present is legal",
            """
            0    < response r1
            10   < output r1 m1 assistant
            11   < added m1 assistant
            20   < audio r1 m1 4800
            200  < speech_started u1
            210  > truncate m1 0 event_id=e1
            250  < truncated m1
            """,
        ),
        Example(
            "a truncate that the server takes, though no audio was seen (WebRTC, SIP)",
            """
            11   < added m1 assistant
            210  > truncate m1 200 event_id=e1
            250  < truncated m1
            """,
        ),
        Example(
            "refused for another reason: there is audio, but not as much (RT302)",
            """
            11   < added m1 assistant
            20   < audio r1 m1 4800
            210  > truncate m1 9000 event_id=e1
            250  < error invalid_value e1 "Audio content of 100ms is already shorter than 9000ms"
            """,
        ),
        Example(
            "an error that answers no truncate at all",
            """
            11   < added m1 assistant
            200  > delete m1
            250  < error unsupported_content_type
            """,
        ),
    )

    def begin(self) -> None:
        """Start with no case open."""
        self._audio_ms: dict[int, float] = {}

    @on(ItemTruncateSent)
    def truncate_sent(self, change: ItemTruncateSent) -> None:
        """Note how much audio had come when the truncate went out."""
        bytes_per_ms = change.conn.settings.output_bytes_per_ms
        self._audio_ms[change.request.sent.seq] = change.item.audio_bytes / bytes_per_ms if change.item else 0.0

    @on(RequestAnswered)
    def answered(self, change: RequestAnswered) -> None:
        """Forget what was noted: the request is settled."""
        self._audio_ms.pop(change.request.sent.seq, None)

    @on(ErrorReceived)
    def refused(self, change: ErrorReceived) -> None:
        """The server's own word: there is nothing to truncate."""
        request = change.request
        if change.code != errors.UNSUPPORTED_CONTENT or request is None:
            return
        item = change.conn.item(request.item_id or "")
        label = change.conn.labels.of(request.item_id or "")
        had = self._audio_ms.get(request.sent.seq, 0.0)
        self.report(
            f"{label} was truncated at {stamp(request.sent)} with {had:.0f} ms of audio received: refused",
            request.sent,
            (
                seen(item.added if item else None, f"{label} added"),
                seen(request.sent, f"the client truncates {label}"),
                seen(change.at, "refused: no model audio"),
            ),
            certainty="proven",
            about=item,
            items=(request.item_id or "",),
            prevented_by=self.prevention("truncate only after the first audio delta of the item"),
        )
