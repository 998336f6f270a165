"""RT307: one turn is transcribed to its end more than once."""

from collections import OrderedDict

from msgspec import Struct

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import Transcribed
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen

REMEMBERED = 1024


class _Final(Struct, eq=False):
    connection: Connection
    item: ItemLife
    first: Moment
    second: Moment | None = None
    count: int = 1


class DuplicateTranscriptionFinal(Rule):
    """`input_audio_transcription.completed` comes twice for one content part of one item."""

    code = "RT307"
    name = "duplicate-transcription-final"
    severity = Severity.WARNING
    leads_to = ("RT113",)
    what = "The server sends more than one final transcript of one turn, usually each with all that was said so far."
    why = "A client that appends finals doubles the user's words; one that makes a turn of each doubles the turn."
    remedy = "Keep one text for each (item_id, content_index), and let a later final replace it."
    look_alikes = ("a provider that always does so (xAI): information", "two content parts of one item")
    references = ("livekit/agents#6729", "livekit/agents#5320", "livekit/agents#6272")
    bad = (
        Example(
            "twice",
            """
            0    < added u1 user
            40   < transcribed u1 "book a"
            90   < transcribed u1 "book a table"
            """,
            "warning proven",
            (2, 3),
        ),
        Example(
            "a provider that always does so (xAI)",
            """
            bare
            0    < session session.model=grok-voice-latest
            1    < added u1 user
            40   < transcribed u1 "book a"
            90   < transcribed u1 "book a table"
            95   < transcribed u1 "book a table for two"
            """,
            "info proven",
            (4, 5),
        ),
    )
    good = (
        Example(
            "once",
            """
            0    < added u1 user
            40   < transcribed u1 "book a table"
            """,
        ),
        Example(
            "two content parts of one item",
            """
            0    < added u1 user
            40   < transcribed u1 "book a" content_index=0
            90   < transcribed u1 "table" content_index=1
            """,
        ),
        Example(
            "failed, then completed",
            """
            0    < added u1 user
            40   < transcription_failed u1
            90   < transcribed u1 "book a table"
            """,
        ),
    )

    def begin(self) -> None:
        """Start with nothing transcribed."""
        self._finals: OrderedDict[tuple[int, str, int], _Final] = OrderedDict()
        self._twice: dict[int, list[_Final]] = {}

    @on(Transcribed)
    def transcribed(self, change: Transcribed) -> None:
        """Count the finals of each part."""
        if change.text is None:
            return
        key = (change.conn.number, change.item.id, change.content_index)
        final = self._finals.setdefault(key, _Final(change.conn, change.item, change.at))
        if final.first is change.at:
            if len(self._finals) > REMEMBERED:
                self._finals.popitem(last=False)
            return
        final.count += 1
        if final.second is None:
            final.second = change.at
            self._twice.setdefault(change.conn.number, []).append(final)

    def finish(self) -> None:
        """Report each turn; where it is the provider's habit, once a connection."""
        for finals in self._twice.values():
            usual = finals[0].connection.dialect.repeats_transcripts
            for final in finals[:1] if usual else finals:
                self._report(final, len(finals), usual=usual)

    def _report(self, final: _Final, turns: int, *, usual: bool) -> None:
        habit = f"; this server does so as a rule, {turns} turns in this session" if usual else ""
        self.report(
            f"{final.item.label} was transcribed {final.count} times, at {stamp(final.first)} and at "
            f"{stamp(final.second)}{habit}",
            final.second or final.first,
            (
                seen(final.first, f"the words of {final.item.label}"),
                seen(final.second, f"the words of {final.item.label} again"),
            ),
            certainty="proven",
            severity=Severity.INFO if usual else Severity.WARNING,
            about=final.item,
            prevented_by=("keep one text for each (item_id, content_index)",),
        )
