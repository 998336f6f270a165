"""What the analysis saw of a recording, and what that leaves it unable to judge."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from rtlog.analyzers.moment import NS_PER_S, Moment, moment_of
from rtlog.recordings.damage import Damage
from rtlog.recordings.record import Record
from rtlog.recordings.vocabulary.events import KNOWN_EVENTS

JUMP_NS: Final = 3600 * NS_PER_S
"""A pause between two records that no session makes: realtime sessions last an hour at most."""
UNKNOWN_TYPES: Final = 256
"""Distinct unknown event types kept; a hostile recording could hold millions."""


@dataclass(slots=True)
class Coverage:
    """Counts of one recording, kept while it streams by."""

    records: int = 0
    events: int = 0
    lost: int = 0
    holes: int = 0
    untimed: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    first_unknown: Moment | None = None
    first_loss: Moment | None = None
    backwards: Moment | None = None
    jump: Moment | None = None
    client_events: int = 0
    server_events: int = 0
    first_t: int | None = None
    damage: tuple[Damage, ...] = ()
    damaged_lines: int = 0
    complete: bool = True
    has_header: bool = True
    not_judged: dict[str, str] = field(default_factory=dict)
    _seq: int = 0
    _t: int = 0

    def note(self, record: Record) -> None:
        """Count *record*, and the appends that it stands for when it is folded."""
        count, seq, t = 1 + record.folded, record.seq, record.t
        self.records += count
        if seq != self._seq + 1:
            self._note_hole(record)
        self._seq = seq + count - 1
        if t is None:
            self.untimed += 1
        else:
            if not 0 <= t - self._t <= JUMP_NS:
                self._note_anomaly(record, t)
            self._t = t
            if self.first_t is None:
                self.first_t = t
        if record.event is None:
            self._note_socket(record)
            return
        self.events += count
        if record.dir == "client":
            self.client_events += count
        elif record.dir == "server":
            self.server_events += count
        if record.type not in KNOWN_EVENTS:
            self._note_unknown(record)

    def _note_hole(self, record: Record) -> None:
        if self._seq and record.seq > self._seq:
            self.holes += record.seq - self._seq - 1
            self.first_loss = self.first_loss or moment_of(record)

    def _note_anomaly(self, record: Record, t: int) -> None:
        if t < self._t:
            self.backwards = self.backwards or moment_of(record)
        elif self.first_t is not None:
            self.jump = self.jump or moment_of(record)

    def _note_socket(self, record: Record) -> None:
        if record.kind == "gap":
            self.lost += record.lost or 1
            self.first_loss = self.first_loss or moment_of(record)

    def _note_unknown(self, record: Record) -> None:
        self.first_unknown = self.first_unknown or moment_of(record)
        if len(self.unknown) < UNKNOWN_TYPES or record.type in self.unknown:
            self.unknown[record.type] += 1

    @property
    def timed(self) -> bool:
        """Whether every record has a time."""
        return self.untimed == 0 and self.records > 0

    @property
    def lossy(self) -> bool:
        """Whether records are known to be missing: gaps, holes in `seq`, damaged lines."""
        return bool(self.lost or self.holes or self.damaged_lines)

    @property
    def missing_direction(self) -> str | None:
        """The direction that a recording with events lacks entirely: `client`, `server`, or `None`."""
        if self.server_events and not self.client_events:
            return "client"
        return "server" if self.client_events and not self.server_events else None
