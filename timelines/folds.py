"""What rows that stand for many records say."""

from collections import Counter

from rtlog.analyzers.moment import NS_PER_MS, NS_PER_S
from rtlog.timelines.rows import FoldRow, IdleRow, LeftOutRow
from rtlog.timelines.telling import Segment, Segments, clip

EVIDENCE_NAMED = 6
"""Lines of left out evidence that are named; more are counted."""


def fold_text(row: FoldRow, times: str) -> str:
    """Give `×143 output_audio.delta, conversation.item.done, 2.31 s`; *times* is the sign for ×."""  # noqa: RUF002 - the sign is meant
    return "".join(segment.text for segment in fold_segments(row, times))


def fold_segments(row: FoldRow, times: str) -> Segments:
    """Give the same with the names of the events told apart."""
    segments: list[Segment] = []
    for name, count in _short_names(row).items():
        before = ", " if segments else ""
        segments += [Segment(before if count == 1 else f"{before}{times}{count} "), Segment(name, "wire")]
    if row.first.t is not None and row.last.t is not None and row.last.t > row.first.t:
        segments.append(Segment(f", {seconds(row.last.t - row.first.t)}"))
    return tuple(segments)


def background_text(counts: Counter[str], times: str) -> str:
    """Give `×8 input_audio_buffer.append, ×1 response.output_audio.delta`."""  # noqa: RUF002 - the sign is meant
    return ", ".join(f"{times}{count} {clip(event_type)}" for event_type, count in counts.items())


def _short_names(row: FoldRow) -> dict[str, int]:
    return {clip(t.removeprefix("response.") or "event without type"): n for t, n in row.counts.items()}


def idle_text(row: IdleRow) -> str:
    """Say how long nothing happened."""
    return f"... {seconds(row.ns)} of nothing ..."


def left_out_text(row: LeftOutRow) -> str:
    """Say what is not shown, and which evidence is in it."""
    lines = f"line {row.first.line}" if row.first.line == row.last.line else f"lines {row.first.line}-{row.last.line}"
    records = "1 record is" if row.records == 1 else f"{row.records} records are"
    text = f"... {records} filtered out, {lines}" if row.filtered else f"... {records} not shown, {lines}"
    if row.first.t is not None and row.last.t is not None and row.last.t > row.first.t:
        text += f", {seconds(row.last.t - row.first.t)}"
    if row.evidence:
        named = [f"line {line} ({', '.join(sorted(ids))})" for line, ids in list(row.evidence.items())[:EVIDENCE_NAMED]]
        more = len(row.evidence) - len(named)
        text += f"; evidence among them: {', '.join(named)}{f' and {more} more' if more > 0 else ''}"
    return f"{text} ..."


def seconds(ns: int) -> str:
    """Write a duration in seconds, below one second in ms."""
    return f"{ns / NS_PER_MS:.0f} ms" if ns < NS_PER_S else f"{ns / NS_PER_S:,.2f} s"
