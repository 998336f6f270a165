"""The lines of a cut: those that are kept, with new numbers and their old times; the header tells of the rest."""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.json import decode, encode

from rtlog.recordings.cutting.facts import Facts
from rtlog.recordings.cutting.selecting import Span, holds
from rtlog.recordings.framing import framing_of
from rtlog.recordings.lenient import members_of

CUT: Final = "cut"
WAS: Final = b"was"
_NUMBER: Final = re.compile(rb'"seq":(\d{1,19})')
_EVENT: Final = b',"event":'


class Splicer:
    """Gives the lines of the cut that keeps the records at *places* of *facts*, of a recording with a header or not.

    A record gets the next number, and as `was` the one that it had. Losses that the numbers told of stay holes, so that
    a cut looks neither more nor less complete than the recording. `origins` gives the original line of each line.
    """

    def __init__(self, facts: Facts, places: Sequence[int], spans: Iterable[Span]) -> None:
        self.origins: list[int] = []
        self._spans = tuple(spans)
        self._total = len(facts)
        self._numbers = dict(zip((facts.lines[place] for place in places), _renumbered(facts, places), strict=True))
        self._number = 0

    def lines(self, original: Iterable[bytes]) -> Iterator[bytes]:
        """Give the lines of the cut from those of the *original*."""
        framed = False
        for number, line in enumerate(original, 1):
            framing = None if number in self._numbers else _framing(line)
            if framing == "header" and not self.origins:
                framed, told = True, self._header(line)
            elif framing == "footer":
                told = self._footer(line)
            elif number in self._numbers or holds(self._spans, number):
                # A line that is no record keeps its fault: a number that comes twice comes twice again.
                self._number = self._numbers.get(number, self._number)
                told = _renumbered_line(line, self._number) if framed else line
            else:
                continue
            self.origins.append(number)
            yield told

    def _header(self, line: bytes) -> bytes:
        header = members_of(line)
        of = decode(header["id"], type=object) if "id" in header else None
        note = {
            "of": of,
            "records": self._total,
            "kept": len(self._numbers),
            "lines": [list(span) for span in self._spans],
        }
        return encode({**header, CUT: note}) + b"\n"

    def _footer(self, line: bytes) -> bytes:
        return encode({**members_of(line), "records": max(self._numbers.values(), default=0)}) + b"\n"


def _renumbered_line(line: bytes, number: int) -> bytes:
    head, comma, event = line.partition(_EVENT)
    match = _NUMBER.search(head)
    if match is None:
        return line
    # A cut of a cut remembers the numbers of the recording.
    was = b"" if b'"%b":' % WAS in head else b',"%b":%b' % (WAS, match[1])
    told = b'"seq":%d%b' % (number, was)
    return head[: match.start()] + told + head[match.end() :] + comma + event


def _renumbered(facts: Facts, places: Sequence[int]) -> Iterator[int]:
    """Give each kept record the next number, and let what was missing before it be missing still."""
    before, last, missing = array("q"), 0, 0
    for seq in facts.seqs:
        missing += max(seq - last - 1, 0)
        last = max(last, seq)
        before.append(missing)
    return (kept + before[place] for kept, place in enumerate(places, 1))


def _framing(line: bytes) -> str | None:
    """Say whether a line that is no record is the header or the footer; `None` for one that holds no object."""
    try:
        return framing_of(line)
    except ValueError:
        return None
