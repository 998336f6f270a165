"""The lines of a repaired copy: every record that can be read, numbered anew, and a `gap` for what cannot."""

from collections.abc import Iterator
from typing import Final

from msgspec.json import encode

from rtlog.recordings.format import FORMAT_VERSION, Footer
from rtlog.recordings.lenient import members_of
from rtlog.recordings.reader import Reading
from rtlog.recordings.record import Record
from rtlog.recordings.relining import relined
from rtlog.recordings.secrets import SecretFinder

REPAIRED: Final = "repaired"
REASON: Final = "unreadable or missing in the file that this was repaired from"
DISORDER: Final = "the numbers go back here in the file that this was repaired from"


class Repairer:
    """Makes the lines of a repaired copy of *reading*, which has a header; secrets are taken out on the way."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._secrets = SecretFinder()
        self.kept = 0
        self.dropped = 0
        """Records that are missing or unreadable, and have a gap in the copy."""
        self.disordered = 0
        """Places where the numbers go back, which have a gap in the copy."""
        self._number = 0
        self._seq = 0
        self._lost = 0
        self._t: int | None = None
        self._conn = 1

    def header(self, line: bytes) -> bytes:
        """Give the header of the copy from that in *line*."""
        _, safe = self._secrets.find(line)
        return encode({**members_of(safe), "rtlog": FORMAT_VERSION, REPAIRED: True}) + b"\n"

    def record(self, record: Record, line: bytes) -> Iterator[bytes]:
        """Give *record*, which stands in *line*, and before it a gap where some are missing."""
        missing = record.seq - self._seq - 1
        if record.kind == "gap":
            lost = record.lost or 1
            self._lost += lost
            # The recorder's own gap accounts for the numbers before it.
            missing = 0 if lost >= missing else missing
        if missing < 0:
            # The copy's numbers no longer tell that lines stand there twice, or that others are not where they belong.
            self.disordered += 1
            yield self._told_gap(1, record.t, DISORDER)
        elif missing:
            self.dropped += missing
            yield self._told_gap(missing, record.t, REASON)
        self._seq, self._t, self._conn = record.seq, record.t, record.conn
        self._number += 1
        self.kept += 1
        _, safe = self._secrets.find(line)
        yield relined(safe, self._number, record.t, record.conn)

    def footer(self) -> Iterator[bytes]:
        """Give the end of the copy once the reading is exhausted."""
        missing = self._missing_at_end()
        if missing > 0:
            self.dropped += missing
            yield self._told_gap(missing, self._t, REASON)
        yield encode(Footer(records=self._number, dropped=self._lost).told()) + b"\n"

    def _missing_at_end(self) -> int:
        footer = self._reading.footer
        at_end = max(footer.records - self._seq, 0) if footer else int(self._reading.torn)
        # What could not be read and left no hole in the numbers stood behind the last record, or was none.
        unnumbered = self._reading.damage.kinds["unreadable"] - self.dropped
        return max(at_end, unnumbered)

    def _told_gap(self, missing: int, t: int | None, reason: str) -> bytes:
        self._number += 1
        self._lost += missing
        told: dict[str, object] = {"kind": "gap", "seq": self._number}
        at = {} if t is None else {"t": t}
        return encode(told | at | {"conn": self._conn, "lost": missing, "reason": reason}) + b"\n"
