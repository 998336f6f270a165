"""RT308: an item is shown without the words that it had."""

from collections import deque

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import ItemTruncateSent, LocalChanged, WordsGone
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen

REMEMBERED = 256
"""Messages cut at 0 that the application may still commit."""


class TranscriptErased(Rule):
    """After a truncate or an interruption an item comes back without its transcript."""

    code = "RT308"
    name = "transcript-erased"
    severity = Severity.WARNING
    what = (
        "Truncating audio deletes the server's transcript of it. `conversation.item.retrieved` or `.done` then shows "
        "the item without words, and clients that overwrite theirs lose what the user heard."
    )
    why = "The application's history has a hole, and the next replay leaves the message out."
    remedy = "Keep the transcript that the deltas told, cut at the played position; never overwrite it with nothing."
    look_alikes = (
        "an item that never had words",
        "an item that is shown with its words",
        "a message of which nothing was heard: truncated at 0, and rightly kept empty",
    )
    references = ("openai/openai-agents-js#523", "openai/openai-agents-js#982", "openai/openai-agents-python#1495")
    bad = (
        Example(
            "retrieved without its words",
            """
            0    < added m1 assistant
            10   < words r1 m1
            90   < truncated m1
            200  < conversation.item.retrieved item.id=m1 item.type=message item.content=[{"type":"output_audio"}]
            """,
            "info proven",
            (1, 4),
        ),
        Example(
            "the application commits it empty",
            """
            0    < added m1 assistant
            10   < words r1 m1
            90   < truncated m1
            200  L item_committed m1 role=assistant empty=true
            """,
            "warning proven",
            (1, 4),
        ),
        Example(
            "truncated in the middle, and committed empty",
            """
            0    < added m1 assistant
            10   < words r1 m1
            80   > truncate m1 700
            90   < truncated m1
            200  L item_committed m1 role=assistant empty=true
            300  L item_committed m1 role=assistant empty=true
            """,
            "warning proven",
            (1, 5),
        ),
    )
    good = (
        Example(
            "an item that never had words",
            """
            0    < added m1 assistant
            90   < truncated m1
            200  < conversation.item.retrieved item.id=m1 item.type=message item.content=[{"type":"output_audio"}]
            210  L item_committed m1 role=assistant empty=true
            """,
        ),
        Example(
            "an item that is shown with its words",
            """
            0    < added m1 assistant
            10   < words r1 m1
            200  < done m1 assistant item.content=[{"type":"output_audio","transcript":"hello"}]
            210  L item_committed m1 role=assistant empty=false
            """,
        ),
        Example(
            "a message of which nothing was heard: truncated at 0, and rightly kept empty",
            """
            0    < added m1 assistant
            10   < words r1 m1
            80   > truncate m1 0
            90   < truncated m1
            200  L item_committed m1 role=assistant empty=true
            """,
        ),
        Example(
            "the user's own turn, committed before its words are taken over",
            """
            0    < added u1 user
            10   < transcribed u1 hello
            20   L item_committed u1 role=user empty=true
            """,
        ),
        Example(
            "a message that is removed, not committed",
            """
            0    < added m1 assistant
            10   < words r1 m1
            20   L item_removed m1 empty=true
            """,
        ),
        Example(
            "another message, cut at its beginning, is the one that is empty",
            """
            0    < added m1 assistant
            5    < added m2 assistant prev=m1
            10   < words r1 m1
            20   < words r1 m2
            80   > truncate m2 0
            200  L item_committed m2 role=assistant empty=true
            210  L item_committed m1 role=assistant empty=false
            """,
        ),
    )

    def begin(self) -> None:
        """Start with nothing told."""
        self._told: set[tuple[int, str]] = set()
        self._unheard: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)

    @on(ItemTruncateSent)
    def truncate_sent(self, change: ItemTruncateSent) -> None:
        """A message cut at its beginning has no words that anybody heard."""
        if change.item is not None and change.end_ms == 0:
            self._unheard.append((change.item.conn, change.item.id))

    @on(WordsGone)
    def words_gone(self, change: WordsGone) -> None:
        """The server shows the item without its words."""
        self._report(change.item, change.at, Severity.INFO, f"{change.at.type} shows it without them")

    @on(LocalChanged)
    def committed(self, change: LocalChanged) -> None:
        """The application keeps the item without its words."""
        item = change.item
        if change.at.type != "local.item_committed" or not change.empty or item is None or item.role != "assistant":
            return
        if item.has_text and (item.conn, item.id) not in self._unheard:
            self._report(item, change.at, Severity.WARNING, "the application holds it empty")

    def _report(self, item: ItemLife, at: Moment, severity: Severity, how: str) -> None:
        if (item.conn, item.id) in self._told:
            return
        self._told.add((item.conn, item.id))
        self.report(
            f"{item.label} had words, and at {stamp(at)} {how}",
            at,
            (seen(item.added, f"{item.label} is added"), seen(at, "its words are gone")),
            certainty="proven",
            severity=severity,
            about=item,
            prevented_by=("keep the transcript that the deltas told",),
        )
