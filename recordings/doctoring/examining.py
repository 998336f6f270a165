"""Finds out what is wrong with a recording while it is read."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from rtlog.recordings.damage import DamageKind
from rtlog.recordings.doctoring.diagnosis import NAMED, Complaint, Diagnosis, complaint
from rtlog.recordings.reader import Reading
from rtlog.recordings.record import Record
from rtlog.recordings.secrets import SecretFinder

CRLF: Final = "line breaks are CRLF"
BLANK: Final = "blank lines"
BOM: Final = "the text begins with a byte order mark"
PATHS_NAMED: Final = 5

OF_DAMAGE: Final[dict[DamageKind, str]] = {
    "unreadable": "no record",
    "numbers": "wrong number",
    "hole": "records are missing",
    "backwards": "time runs backwards",
    "odd": "not as it should be",
}


class Examiner:
    """Examines one recording: every line goes to `line`, every record to `record`, the end to `diagnosis`."""

    def __init__(self) -> None:
        self._secrets = SecretFinder()
        self._leaking: dict[int, list[str]] = {}
        self._leaks = 0
        self._gaps: list[int] = []
        self._lost = 0
        self._behind: int | None = None
        self._oddities: Counter[str] = Counter()
        self._records = 0
        self._last = b""

    def line(self, number: int, line: bytes) -> None:
        """Look at a line, whether it is a record or not."""
        self._last = line
        if line.endswith(b"\r\n"):
            self._oddities[CRLF] += 1
        if not line.strip():
            self._oddities[BLANK] += 1
        found, _ = self._secrets.find(line)
        if found:
            self._leaks += 1
            if len(self._leaking) < NAMED:
                self._leaking[number] = found

    def record(self, record: Record, *, ended: bool) -> None:
        """Look at a record; *ended* says whether the footer stood before it."""
        self._records += 1
        if record.kind == "gap":
            self._lost += record.lost or 1
            self._gaps.append(record.line)
        if ended and self._behind is None:
            self._behind = record.line

    def diagnosis(self, reading: Reading, *, has_bom: bool) -> Diagnosis:
        """Say what is wrong, once the *reading* is exhausted."""
        if has_bom:
            self._oddities[BOM] += 1
        found = [*self._of_end(reading), *_of_damage(reading), *self._of_records(reading), *self._of_text(reading)]
        return Diagnosis(
            path=reading.name,
            id=self._secrets.text(reading.header.id),
            records=self._records,
            healthy=not any(each.grave for each in found),
            complaints=found,
        )

    def _of_end(self, reading: Reading) -> Iterator[Complaint]:
        if reading.torn:
            yield complaint("torn", "the last line is incomplete", [reading.lines])
        if reading.has_header and not reading.complete:
            yield complaint("no-footer", "there is no footer")
        if self._behind is not None:
            yield complaint("behind-footer", "records stand behind the footer", [self._behind])

    def _of_records(self, reading: Reading) -> Iterator[Complaint]:
        if self._lost:
            yield complaint("gap", f"{self._lost:,} lost while recording", self._gaps, len(self._gaps))
        if reading.malformed:
            yield complaint("malformed", "a member is of another type than it should be", count=reading.malformed)
        if reading.unknown_kinds:
            kinds = sorted(reading.unknown_kinds.items())
            named = ", ".join(f"{self._secrets.text(kind)} ({count:,})" for kind, count in kinds)
            yield complaint("unknown-kind", f"records of unknown kinds: {named}", count=reading.unknown_kinds.total())
        if self._leaks:
            paths = list(dict.fromkeys(path for found in self._leaking.values() for path in found))
            more = f" and {len(paths) - PATHS_NAMED} more" if len(paths) > PATHS_NAMED else ""
            what = f"a secret in {', '.join(paths[:PATHS_NAMED])}{more}"
            yield complaint("secret", what, list(self._leaking), self._leaks)

    def _of_text(self, reading: Reading) -> Iterator[Complaint]:
        if not reading.has_header:
            yield complaint("no-header", "there is no header")
        if not reading.timed:
            yield complaint("untimed", "the records have no times")
        for what, count in self._oddities.items():
            yield complaint("encoding", what, count=count)


def _of_damage(reading: Reading) -> Iterator[Complaint]:
    lines: defaultdict[DamageKind, dict[str, list[int]]] = defaultdict(dict)
    for damage in reading.damage:
        lines[damage.kind].setdefault(damage.problem, []).append(damage.line)
    for kind, by_problem in lines.items():
        told = list(by_problem)
        what = told[0] if len(told) == 1 else f"{OF_DAMAGE[kind]}: {'; '.join(told[:PATHS_NAMED])}"
        where = sorted(line for each in by_problem.values() for line in each)
        yield complaint(kind, what, where, reading.damage.kinds[kind])
