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
UNSTARTED: Final = -1
UNKNOWN_TYPES: Final = 256
"""Distinct unknown event types kept; a hostile recording could hold millions."""


@dataclass(slots=True)
class Coverage:
    """Counts of one recording, kept while it streams by."""

    records: int = 0
    without_event: int = 0
    lost: int = 0
    holes: int = 0
    untimed: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    first_unknown: Moment | None = None
    first_loss: Moment | None = None
    backwards: Moment | None = None
    jump: Moment | None = None
    directions: frozenset[str] = frozenset()
    """`client`, `server`: those of which events were seen."""
    first_t: int | None = None
    damage: tuple[Damage, ...] = ()
    damaged_lines: int = 0
    complete: bool = True
    has_header: bool = True
    not_judged: dict[str, str] = field(default_factory=dict)
    """Why a rule could not judge, by its code."""
    raised: dict[str, str] = field(default_factory=dict)
    """What the rules raised that broke while they judged, by code."""
    _seq: int = UNSTARTED
    _t: int = 0

    def note(self, record: Record) -> None:
        """Count *record*, and the appends that it stands for when it is folded."""
        seq, t, folded = record.seq, record.t, record.folded
        self.records += 1 + folded
        if seq != self._seq + 1 or t is None or not 0 <= t - self._t <= JUMP_NS:
            self._note_irregular(record)
        self._seq = seq + folded
        if t is not None:
            self._t = record.until or t
        if record.event is None:
            self._note_socket(record)
        elif record.type not in KNOWN_EVENTS:
            self._note_unknown(record)

    def _note_irregular(self, record: Record) -> None:
        if self._seq != UNSTARTED and record.seq > self._seq + 1:
            self.holes += record.seq - self._seq - 1
            self.first_loss = self.first_loss or moment_of(record)
        if record.t is None:
            self.untimed += 1
        elif self.first_t is None:
            self.first_t = record.t
        else:
            self._note_anomaly(record, record.t)

    def _note_anomaly(self, record: Record, t: int) -> None:
        if t < self._t:
            self.backwards = self.backwards or moment_of(record)
        elif t - self._t > JUMP_NS:
            self.jump = self.jump or moment_of(record)

    def _note_socket(self, record: Record) -> None:
        self.without_event += 1
        if record.kind == "gap":
            self.lost += record.lost or 1
            self.first_loss = self.first_loss or moment_of(record)

    def _note_unknown(self, record: Record) -> None:
        self.first_unknown = self.first_unknown or moment_of(record)
        if len(self.unknown) < UNKNOWN_TYPES or record.type in self.unknown:
            self.unknown[record.type] += 1

    @property
    def events(self) -> int:
        """Records that hold an event."""
        return self.records - self.without_event

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
        if len(self.directions) != 1:
            return None
        return "client" if "server" in self.directions else "server"
