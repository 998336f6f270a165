"""RT308: an item is shown without the words that it had."""

from rtlog.analyzers.finding import stamp
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import LocalChanged, WordsGone
from rtlog.analyzers.reconciler.life import ItemLife
from rtlog.analyzers.rule import Example, Rule, Severity, on, seen


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
    look_alikes = ("an item that never had words", "an item that is shown with its words")
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
    )

    def begin(self) -> None:
        """Start with nothing told."""
        self._told: set[tuple[int, str]] = set()

    @on(WordsGone)
    def words_gone(self, change: WordsGone) -> None:
        """The server shows the item without its words."""
        self._report(change.item, change.at, Severity.INFO, f"{change.at.type} shows it without them")

    @on(LocalChanged)
    def committed(self, change: LocalChanged) -> None:
        """The application keeps the item without its words."""
        item = change.item
        if change.at.type == "local.item_committed" and change.empty and item is not None and item.has_text:
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
