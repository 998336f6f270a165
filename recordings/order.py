"""The order of a recording: every record gets a number and a time that never runs backwards."""

from typing import Final

from rtlog.recordings.damage import DamageLog
from rtlog.recordings.record import Record

NS_PER_S: Final = 1_000_000_000
JITTER_NS: Final = NS_PER_S
_NEVER: Final = 2**63


class Order:
    """Admits records one by one; `seq` is the last admitted one's.

    `numbered` says whether the lines bring their own numbers; where they do, a hole is a counted loss and a
    repeated number a doubled line. A record with the next number and a time not before `regular_from` needs no `admit`:
    the caller sets `seq` and `regular_from` itself (a call a record is a tenth of the time of reading).
    """

    __slots__ = ("_began", "_shift", "_t", "_unread", "damage", "missing", "numbered", "regular_from", "seq", "timed")

    def __init__(self, damage: DamageLog, *, numbered: bool) -> None:
        self.damage = damage
        self.numbered = numbered
        self.seq = 0
        self.regular_from = _NEVER
        self.missing = 0
        """Records that the numbers say are not there and no `gap` accounts for."""
        self.timed = True
        self._began = False
        self._shift = 0
        self._t = 0
        self._unread = 0

    def skip_unreadable(self, line: int, problem: str) -> None:
        """Note a line that is no record; a hole in the numbers behind it is no second problem."""
        self._unread += 1
        self._remember()
        self.damage.add(line, problem)

    def admit(self, record: Record, line: int) -> bool:
        """Give *record* its number and time; `False` for a line that repeats an earlier one."""
        if not self._admit_number(record, line):
            return False
        self._admit_time(record, line)
        self._began = True
        self._unread = 0
        return True

    def _admit_number(self, record: Record, line: int) -> bool:
        if not self.numbered or not record.seq:
            record.seq = self.seq + 1
        if record.seq == self.seq:
            self.damage.add(line, f"repeats number {record.seq}", "numbers")
            return False
        if record.seq < self.seq:
            self.damage.add(line, f"is number {record.seq} after number {self.seq}", "numbers")
        else:
            hole = record.seq - self.seq - 1
            if hole and not (record.kind == "gap" and (record.lost or 0) >= hole):
                self._note_hole(hole, line)
        self.seq = record.seq
        return True

    def end(self, records: int, line: int) -> None:
        """Take the footer's count of *records*: a hole before the footer."""
        if self.numbered and records > self.seq:
            self._note_hole(records - self.seq, line)
            self.seq = records

    def _note_hole(self, hole: int, line: int) -> None:
        self.missing += hole
        unexplained = hole - self._unread
        if unexplained > 0:
            told = f"{unexplained} {'record is' if unexplained == 1 else 'records are'} missing before it"
            self.damage.add(line, told, "hole")

    def _admit_time(self, record: Record, line: int) -> None:
        self._remember()
        if not self._began:
            self.timed = record.t is not None
        if not self.timed:
            record.t = None
            return
        t = self._t if record.t is None else record.t + self._shift
        if t < self._t:
            t = self._step_back(t, line)
        record.t = self._t = t
        self.regular_from = _NEVER if self._shift else t

    def _remember(self) -> None:
        """Take over the time that the caller kept in `regular_from`; the next record needs `admit`."""
        if self.regular_from != _NEVER:
            self._t = self.regular_from
            self.regular_from = _NEVER

    def _step_back(self, t: int, line: int) -> int:
        """Give the time to take instead of an earlier one.

        Clocks that were set or merged step back a little: that is taken as simultaneous. A larger step is another clock
        (or the time before it was damaged): later times are shifted, so that durations stay right.
        """
        step = self._t - t
        self.damage.add(line, f"its time lies {step / NS_PER_S:.3f} s before the record above", "backwards")
        if step > JITTER_NS:
            self._shift += step
        return self._t
