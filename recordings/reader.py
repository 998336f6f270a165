"""Reading a recording: any file that holds realtime events as JSON Lines, ours first of all."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from rtlog.recordings.damage import DamageLog
from rtlog.recordings.decoding import decode_line
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.format import RECORD_KINDS, Footer, Header
from rtlog.recordings.framing import framing_of, newer_version, parse_footer, parse_header
from rtlog.recordings.headerless import HeaderlessDecoder
from rtlog.recordings.lines import MAX_LINE, Lines
from rtlog.recordings.order import Order
from rtlog.recordings.record import Record
from rtlog.recordings.skim import MARKERS, PEEK, skim

MAX_KINDS: Final = 100
_BREAKS: Final = b" \t\r\n"


def read(source: Path | str | BinaryIO, *, follow: bool = False, strict: bool = False) -> "Reading":
    """Open a recording: a path, `"-"` for standard input, or an open binary file.

    With *follow* the end of a growing file is waited at until its footer or `close()`; with *strict* every byte is
    validated, audio payloads too. Raises `RecordingError` for what cannot be opened, holds no complete JSON
    object, or a newer rtlog wrote; nothing that stands in the file raises later.
    """
    return Reading(Lines(source, follow=follow), strict=strict)


class Reading:
    """The records of a recording, once, in the order of the file; `line`, `seq` and `t` of each are filled.

    What it says of itself (`damage`, `footer`, `lines` …) is complete once the records are exhausted.
    """

    def __init__(self, lines: Lines, *, strict: bool = False) -> None:
        self.name: Final = lines.name
        self.header = Header()
        self.has_header = False
        self.footer: Footer | None = None
        self.damage: Final = DamageLog()
        self.unknown_kinds: Final[Counter[str]] = Counter()
        self.malformed = 0
        """Lines of which a part did not fit our types and was left out."""
        self.torn = False
        """The last line is incomplete: the recording is still growing, or its recorder was killed."""
        self.lines = 0
        """Lines read so far."""
        self._strict = strict
        self._file = lines
        self._text = iter(lines)
        self._order = Order(self.damage, numbered=True)
        self._headerless: HeaderlessDecoder | None = None
        try:
            self._pending = self._find_start()
        except BaseException:
            self.close()
            raise
        self._records = self._read()

    @property
    def complete(self) -> bool:
        """Say whether the recorder ended cleanly and wrote its footer."""
        return self.footer is not None

    @property
    def timed(self) -> bool:
        """Say whether records have a time."""
        return self._order.timed

    @property
    def missing(self) -> int:
        """Count the records that the numbers say were there and no `gap` accounts for."""
        return self._order.missing

    def __iter__(self) -> Iterator[Record]:
        return self._records

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a reading that was exhausted is closed already."""
        self._file.close()

    def _find_start(self) -> bytes:
        """Read up to the first JSON object; give it back where it is a record already."""
        for line in self._text:
            self.lines += 1
            try:
                framing = framing_of(line)
            except ValueError:
                self._note_undecodable(line)
                continue
            if framing == "header":
                self._take_header(line)
                return b""
            self._headerless = HeaderlessDecoder()
            self._order.numbered = False
            return line
        raise RecordingError(self.name, "holds no complete JSON object: it is not a recording")

    def _take_header(self, line: bytes) -> None:
        newer = newer_version(line)
        if newer:
            raise RecordingError(self.name, f"written by a newer rtlog (format {newer}): update rtlog")
        self.header = parse_header(line)
        self.has_header = True

    def _read(self) -> Iterator[Record]:
        try:
            if self._pending:
                yield from self._slowly(self._pending)
            if self._headerless or self._strict:
                for line in self._text:
                    self.lines += 1
                    yield from self._slowly(line)
            else:
                yield from self._quickly()
            self._finish()
        finally:
            self.close()

    def _quickly(self) -> Iterator[Record]:
        order, marker_of = self._order, MARKERS.get
        for number, line in enumerate(self._text, self.lines + 1):
            marker = marker_of(line[:PEEK])
            record = skim(line, marker) if marker is not None else None
            if record is None:
                self.lines = number
                record = self._decoded(line)
                if record is None:
                    continue
            t = record.t
            if record.seq == order.seq + 1 and t is not None and t >= order.t and order.records:
                order.seq += 1
                order.t = t
                order.records += 1
            elif not order.admit(record, number):
                continue
            record.line = number
            yield record

    def _slowly(self, line: bytes) -> Iterator[Record]:
        record = self._decoded(line)
        if record is not None and self._order.admit(record, self.lines):
            record.line = self.lines
            yield record

    def _decoded(self, line: bytes) -> Record | None:
        """Decode a line in full; what is no record is noted and gives `None`."""
        try:
            record, malformed = self._headerless.decode(line) if self._headerless else decode_line(line)
        except ValueError:
            self._note_undecodable(line)
            return None
        self.malformed += malformed
        if record.event is None and record.kind not in RECORD_KINDS:
            self._take_other(record, line)
            return None
        return record

    def _note_undecodable(self, line: bytes) -> None:
        if not line.endswith(b"\n") and len(line) < MAX_LINE:
            self.torn = True
        elif line.strip(_BREAKS):
            self._order.skip_unreadable(
                self.lines, f"is longer than {MAX_LINE >> 20} MiB" if len(line) >= MAX_LINE else "is no JSON object"
            )

    def _take_other(self, record: Record, line: bytes) -> None:
        framing = framing_of(line)
        if framing == "footer":
            self.footer = parse_footer(line)
        elif framing == "header":
            self._order.skip_unreadable(self.lines, "another recording starts here; its header is ignored")
        elif record.kind:
            known = record.kind in self.unknown_kinds or len(self.unknown_kinds) < MAX_KINDS
            self.unknown_kinds[record.kind if known else "…"] += 1
            self._order.admit(record, self.lines)
        else:
            self._order.skip_unreadable(self.lines, "has neither an event nor a kind")

    def _finish(self) -> None:
        if self._file.cut_short:
            self.damage.add(self.lines + 1, self._file.cut_short)
        if self.footer and self.footer.records > self._order.records:
            self.damage.add(
                self.lines, f"{self.footer.records} records were written, {self._order.records} can be read"
            )
