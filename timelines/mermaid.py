"""A timeline as a mermaid sequence diagram: who sends what to whom, with findings and pauses as notes.

Mermaid takes a limited number of characters and of messages: what proves nothing is cut first, and said to be.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rtlog.timelines.folds import left_out_text
from rtlog.timelines.mermaid_parts import Part, parts
from rtlog.timelines.mermaid_text import label
from rtlog.timelines.model import Timeline
from rtlog.timelines.rows import Row
from rtlog.timelines.starting import skipped, start_of
from rtlog.timelines.telling import Teller

MOST_CHARACTERS: Final = 49_000
"""Mermaid takes 50,000 unless a page configures it otherwise (`maxTextSize`)."""
MOST_MESSAGES: Final = 490
"""Mermaid takes 500 edges (`maxEdges`)."""
GAP: Final = 150
"""Characters for saying that something is left out, and for an activation, beside a part that is shown."""
INDENT: Final = "    "
UNPLACED: Final = 6


def mermaid(timeline: Timeline, page: Sequence[Row], teller: Teller, title: str) -> Iterator[str]:
    """Give the lines of the diagram of *page* under *title*."""
    left_out, page = skipped(page)
    drawn = list(parts(timeline, page, teller))
    has_app = any(part.application for part in drawn)
    whole = "app,server" if has_app else "client,server"
    beginning = ["sequenceDiagram"]
    beginning += [f"{INDENT}participant app as application"] if has_app else []
    beginning += [f"{INDENT}participant client", f"{INDENT}participant server"]
    beginning.append(f"{INDENT}Note over {whole}: {label(title)}")
    start = start_of(timeline, page)
    if start is None:
        yield from [*beginning, f"{INDENT}Note over {whole}: nothing to show"]
        return
    if left_out is not None:
        beginning.append(f"{INDENT}Note over {whole}: {label(left_out_text(left_out))}")
    for words in start.under_way[:UNPLACED]:
        beginning.append(f"{INDENT}Note over {whole}: {label(''.join(segment.text for segment in teller.tell(words)))}")
    ending = [
        f"{INDENT}Note over {whole}: {label(f'{finding.rule} {finding.name}', teller.message(finding.message))}"
        for finding in timeline.unplaced()[:UNPLACED]
    ]
    room = MOST_CHARACTERS - length("\n".join([*beginning, *ending]))
    shown = _chosen(drawn, room)
    yield from beginning
    yield from (line.replace("{whole}", whole) for line in _activated(_with_gaps(drawn, shown, teller)))
    yield from ending


def length(text: str) -> int:
    """Give the length of *text* as a browser counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _chosen(drawn: Sequence[Part], room: int) -> set[int]:
    """Give the numbers of the parts that fit: first what proves something, then the rest, each in order."""
    chosen: set[int] = set()
    messages = MOST_MESSAGES
    for proves in (True, False):
        for number, part in enumerate(drawn):
            if part.proves is not proves:
                continue
            needed = GAP + sum(length(line) + len(INDENT) + len("app,server") for line in part.lines)
            if needed > room or part.messages > messages:
                break
            room -= needed
            messages -= part.messages
            chosen.add(number)
    return chosen


def _with_gaps(drawn: Sequence[Part], shown: set[int], teller: Teller) -> Iterator[Part]:
    gap: list[Part] = []
    for number, part in enumerate(drawn):
        if number in shown:
            yield from _gap(gap, teller)
            gap = []
            yield part
        else:
            gap.append(part)
    yield from _gap(gap, teller)


def _gap(gap: Sequence[Part], teller: Teller) -> Iterator[Part]:
    if gap:
        times = f"{teller.when(gap[0].first)} to {teller.when(gap[-1].last)}"
        proving = sum(part.proves for part in gap)
        proofs = f", {proving:,} of which prove findings" if proving else ""
        text = label(f"... {len(gap):,} left out here{proofs}, {times} ...")
        yield Part(gap[0].first, gap[-1].last, [f"Note over {{whole}}: {text}"])


def _activated(drawn: Iterator[Part]) -> Iterator[str]:
    """Draw responses as activations of the server; each that is begun here is ended here."""
    active: list[str] = []
    for part in drawn:
        yield from (f"{INDENT}{line}" for line in part.lines)
        for response in part.begins:
            active.append(response)
            yield f"{INDENT}activate server"
        for response in part.ends:
            if response in active:
                active.remove(response)
                yield f"{INDENT}deactivate server"
    yield from (f"{INDENT}deactivate server" for _ in active)
