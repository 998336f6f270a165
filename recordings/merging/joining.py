"""The lines of the merged recording: those of both, with one numbering, one clock and one header."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.json import encode

from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import FORMAT_VERSION, Footer, Header
from rtlog.recordings.merging.clocks import Clocks, clocks_of, wall_ns
from rtlog.recordings.merging.interleaving import Placed, interleaved, order_of
from rtlog.recordings.merging.matching import connections, matched
from rtlog.recordings.merging.sightings import Side, Sighting
from rtlog.recordings.naming import rfc3339
from rtlog.recordings.record import Src
from rtlog.recordings.relining import relined

MERGED: Final = "merged"
SDK: Final[Src] = "sdk"


class Merger:
    """Merges what was seen on the *wire* with what a program *told*, under the new *recording_id*; *tool* does it.

    Raises RecordingError where they have no event in common, one has no wire, or is in the other already.
    """

    def __init__(self, wire: Side, told: Side, recording_id: str, tool: str) -> None:
        _check(wire, told)
        self.wire, self.told = wire, told
        self._id, self._tool = recording_id, tool
        self.pairs: Final = matched(wire.sightings, told.sightings)
        if not self.pairs:
            raise RecordingError(told.name, f"has no event in common with {wire.name}: they are not of one session")
        self._conns = connections(wire.sightings, told.sightings, self.pairs)
        began, other = wall_ns(wire.header.started), wall_ns(told.header.started)
        said = None if began is None or other is None else other - began
        self.clocks: Final[Clocks] = clocks_of(wire.sightings, told.sightings, self.pairs, said)
        offset = self.clocks.offset
        self._began = began if began is not None or other is None else other - offset
        self._origin = min(0, told.sightings[0].t + offset)

    def lines(self, wire: Iterable[bytes], told: Iterable[bytes]) -> Iterator[bytes]:
        """Give the lines of the merged recording from those of the two files."""
        sides = (_Lines(self.wire.sightings, wire), _Lines(self.told.sightings, told))
        number = lost = 0
        yield encode(self._header()) + b"\n"
        for placed in self._placed():
            side = sides[placed.told]
            lost += side.missing_before(placed.place)
            number += 1
            conn = self._conns[placed.place] if placed.told else self.wire.sightings[placed.place].conn
            # What was missing in one of them is missing here.
            t, src = placed.t - self._origin, SDK if placed.told else None
            yield relined(side.text(placed.place), number + lost, t, conn, src)
        if self.wire.footer is not None and self.told.footer is not None:
            lost += sides[0].missing_at_end(self.wire.footer) + sides[1].missing_at_end(self.told.footer)
            dropped = self.wire.footer.dropped + self.told.footer.dropped
            yield encode(Footer(records=number + lost, dropped=dropped).told()) + b"\n"

    def _placed(self) -> Iterator[Placed]:
        wire, told, offset = self.wire.sightings, self.told.sightings, self.clocks.offset
        return interleaved(wire, told, order_of(wire, told, self.pairs, self._conns, offset), offset)

    def _header(self) -> dict[str, object]:
        wire, told = self.wire.header, self.told.header
        both = told.told() | {name: value for name, value in wire.told().items() if value not in (None, "", {})}
        uncertainty = self.clocks.uncertainty
        return both | {
            "rtlog": FORMAT_VERSION,
            "id": self._id,
            "started": None if self._began is None else rfc3339(self._began + self._origin),
            "tool": self._tool,
            "tap": "+".join(dict.fromkeys(name for name in (wire.tap, told.tap) if name)),
            "sdk": {**wire.sdk, **told.sdk},
            "redaction": list(dict.fromkeys([*wire.redaction, *told.redaction])),
            MERGED: {
                "of": [{"id": side.header.id} for side in (self.wire, self.told)],
                "matched": len(self.pairs),
                "offset_ns": self.clocks.offset,
                **({} if uncertainty is None else {"uncertainty_ns": uncertainty}),
            },
        }


class _Lines:
    """The lines of one of the files, of which only those are asked for that hold records, in their order."""

    def __init__(self, sightings: Sequence[Sighting], lines: Iterable[bytes]) -> None:
        self._sightings = sightings
        self._lines = enumerate(lines, 1)
        self._missing = list(_missing(sightings))

    def missing_before(self, place: int) -> int:
        """Count the records that the numbers say were before the one at *place*, and are not there."""
        return self._missing[place]

    def missing_at_end(self, footer: Footer) -> int:
        """Count the records that the *footer* knows of behind the last."""
        return max(0, footer.records - self._sightings[-1].seq)

    def text(self, place: int) -> bytes:
        """Give the line of the record at *place*."""
        wanted = self._sightings[place].line
        return next(line for number, line in self._lines if number == wanted)


def _missing(sightings: Sequence[Sighting]) -> Iterator[int]:
    last = 0
    for sighting in sightings:
        yield max(0, sighting.seq - last - 1)
        last = max(last, sighting.seq)


def _check(wire: Side, told: Side) -> None:
    for side in (wire, told):
        if not side.sightings:
            raise RecordingError(side.name, "has no record to merge")
    if _recordings_in(wire.header) & _recordings_in(told.header):
        raise RecordingError(told.name, f"is {wire.name}, a copy of it, or merged with it already: nothing to merge")
    if not wire.wired:
        problem = f"has no event of the wire: name the proxy's recording first{_other_way(told)}"
        raise RecordingError(wire.name, problem)


def _recordings_in(header: Header) -> set[str]:
    """Give the ids of the recording and of those that were merged into it."""
    merged = header.more.get(MERGED)
    parts = merged.get("of") if isinstance(merged, dict) else None
    named = [part.get("id") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return {each for each in (header.id, *named) if isinstance(each, str) and each}


def _other_way(told: Side) -> str:
    return f", {told.name}" if told.wired else ""
