"""Steps: neighbouring records that are one thing somebody does, with a title that says who does what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rtlog.recordings.vocabulary.events import canonical
from rtlog.timelines.lanes import View
from rtlog.timelines.model import Entry, StepKey
from rtlog.timelines.rows import EntryRow, FoldRow, LeftOutRow, Row
from rtlog.timelines.words import Items, ResponseName, Word, Words

Names = Literal["item", "response", "nothing"]

_SERVER, _CLIENT, _USER, _APP = "the server", "the client", "the user", "the application"
CLAUSES: Final[Mapping[str, tuple[str, str, Names]]] = {
    "session.created": (_SERVER, "opens the session", "nothing"),
    "session.update": (_CLIENT, "configures the session", "nothing"),
    "session.updated": (_SERVER, "confirms", "nothing"),
    "conversation.item.create": (_CLIENT, "creates", "item"),
    "conversation.item.delete": (_CLIENT, "deletes", "item"),
    "conversation.item.truncate": (_CLIENT, "truncates", "item"),
    "conversation.item.added": (_SERVER, "adds", "item"),
    "conversation.item.deleted": (_SERVER, "confirms the delete of", "item"),
    "conversation.item.truncated": (_SERVER, "confirms the truncation of", "item"),
    "conversation.item.input_audio_transcription.completed": (_SERVER, "transcribes", "item"),
    "error": (_SERVER, "reports an error on", "item"),
    "response.create": (_CLIENT, "asks for a response", "nothing"),
    "response.cancel": (_CLIENT, "cancels", "response"),
    "response.created": (_SERVER, "begins", "response"),
    "response.output_item.added": (_SERVER, "generates", "item"),
    "response.done": (_SERVER, "ends", "response"),
    "input_audio_buffer.speech_started": (_USER, "speaks", "nothing"),
    "input_audio_buffer.committed": (_SERVER, "commits", "item"),
    "open": ("the connection", "opens", "nothing"),
    "close": ("the connection", "closes", "nothing"),
    "gap": ("the recorder", "lost records", "nothing"),
    "local.ctx_push_begin": (_APP, "pushes its context", "nothing"),
    "local.ctx_push_end": (_APP, "ends its push", "nothing"),
    "local.item_committed": (_APP, "commits", "item"),
    "local.item_removed": (_APP, "drops", "item"),
    "local.placeholder_added": (_APP, "holds a place for", "item"),
    "local.placeholder_skipped": (_APP, "holds no place for", "item"),
    "local.tool_started": (_APP, "starts the tool of", "item"),
    "local.tool_finished": (_APP, "finishes the tool of", "item"),
    "local.tool_cancelled": (_APP, "cancels the tool of", "item"),
    "local.reply_timeout": (_APP, "gives up waiting", "nothing"),
    "local.truncate_called": (_APP, "truncates", "item"),
    "local.interrupt_called": (_APP, "interrupts", "nothing"),
}
"""GA type, or kind of a record without event → who does what, and whom the sentence names."""


@dataclass(slots=True)
class Step:
    """Rows of one step, and the lanes around them."""

    rows: list[EntryRow | FoldRow]
    key: StepKey | None

    @property
    def before(self) -> View:
        """The lanes before it."""
        first = self.rows[0]
        return first.before if isinstance(first, EntryRow) else first.view

    @property
    def after(self) -> View:
        """The lanes after it."""
        last = self.rows[-1]
        return last.after if isinstance(last, EntryRow) else last.view

    @property
    def entries(self) -> list[Entry]:
        """The records that are shown one by one."""
        return [row.entry for row in self.rows if isinstance(row, EntryRow)]

    @property
    def changed(self) -> bool:
        """Whether a lane is different after it."""
        return self.before != self.after

    @property
    def proves(self) -> bool:
        """Whether a finding points to one of its records."""
        return any(entry.marks for entry in self.entries)


def steps(page: Iterable[Row]) -> Iterator[Step | LeftOutRow]:
    """Give the steps of *page*, and what is left out between them."""
    step: Step | None = None
    for row in page:
        if isinstance(row, LeftOutRow):
            if step is not None:
                yield step
            step = None
            yield row
        elif isinstance(row, EntryRow | FoldRow):
            if step is None or not _belongs(row, step):
                if step is not None:
                    yield step
                step = Step([], row.key)
            _take(step, row)
    if step is not None:
        yield step


def _belongs(row: EntryRow | FoldRow, step: Step) -> bool:
    same_connection = row.first.conn == step.rows[-1].first.conn
    begins = row.first.type == "local.ctx_push_begin"
    return same_connection and not begins and (row.key is None or step.key is None or row.key == step.key)


def _take(step: Step, row: EntryRow | FoldRow) -> None:
    step.key = step.key or row.key
    step.rows.append(row)


def title(step: Step) -> Words:
    """Say who does what in *step*."""
    words: list[Word] = []
    actor = ""
    for who, verb, named in _clauses(step.entries):
        if words:
            words.append(", " if who == actor else "; ")
        words.append(verb if who == actor else f"{who} {verb}")
        if named:
            words += [" ", named]
        actor = who
    return tuple(words) or ("nothing that changes a lane or a response",)


def _clauses(entries: Sequence[Entry]) -> Iterator[tuple[str, str, Word | None]]:
    named: dict[tuple[str, str, Names], list[str]] = {}
    for entry in entries:
        clause = CLAUSES.get(canonical(entry.at.type))
        if clause is not None:
            ids = named.setdefault(clause, [])
            subject = entry.response if clause[2] == "response" else next(iter(entry.items), None)
            if subject and subject not in ids:
                ids.append(subject)
    added = named.get(CLAUSES["conversation.item.added"], [])
    for (who, verb, kind), ids in named.items():
        if verb == "adds" and _generated(named, added):
            continue
        match kind:
            case "item" if ids:
                yield who, verb, Items(tuple(ids))
            case "response" if ids:
                yield who, verb, ResponseName(ids[0])
            case "nothing":
                yield who, verb, None


def _generated(named: Mapping[tuple[str, str, Names], list[str]], added: list[str]) -> bool:
    """Say whether all that was added had just been announced as generated: one clause tells both."""
    return set(added) <= set(named.get(CLAUSES["response.output_item.added"], []))
