"""Reading a recording: any file that holds realtime events as JSON Lines, ours first of all."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from rtlog.recordings.bursts import DELTAS, Bursts
from rtlog.recordings.damage import DamageLog
from rtlog.recordings.decoding import decode_line, event_members
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.folding import APPEND, NEVER, fold
from rtlog.recordings.format import RECORD_KINDS, Footer, Header
from rtlog.recordings.framing import framing_of, newer_version, parse_footer, parse_header
from rtlog.recordings.headerless import HeaderlessDecoder
from rtlog.recordings.lines import MAX_LINE, UNREADABLE, Lines, reason_of
from rtlog.recordings.order import Order
from rtlog.recordings.record import Record
from rtlog.recordings.shape import TimeOf, shape_of
from rtlog.recordings.skim import WORTH_SKIMMING, Skimmer
from rtlog.recordings.verify import is_plain, is_whole, problem_of
from rtlog.recordings.vocabulary.events import AUDIO_FIELDS
from rtlog.recordings.vocabulary.foreign import TYPES, vocabulary_of

MAX_KINDS: Final = 100
OWN: Final = re.compile(r"rtlog(?: \d.*)?")
"""How headers name the tool where it was a recorder of ours, which keeps no secret."""
_BREAKS: Final = b" \t\r\n"


def read(source: Path | str | BinaryIO, *, follow: bool = False, strict: bool = False, fold: bool = False) -> "Reading":
    """Open a recording: a path, `"-"` for standard input, or an open binary file.

    With *follow* the end of a growing file is waited at until its footer or `close()`; with *strict* every byte is
    validated, audio payloads too; with *fold* a run of `input_audio_buffer.append` is one record (`Record.folded`).
    Raises `RecordingError` for what cannot be opened, holds no complete JSON object, or a newer rtlog wrote; nothing
    that stands in the file raises later.
    """
    return Reading(Lines(source, follow=follow), strict=strict, fold=fold and not follow)


class Reading:
    """The records of a recording, once, in the order of the file; `line`, `seq` and `t` of each are filled.

    What it says of itself (`damage`, `footer`, `lines` …) is complete once the records are exhausted.
    """

    def __init__(self, lines: Lines, *, strict: bool = False, fold: bool = False) -> None:
        self.name: Final = lines.name
        self.header = Header()
        self.has_header = False
        self.footer: Footer | None = None
        self.damage: Final = DamageLog()
        self.unknown_kinds: Final[Counter[str]] = Counter()
        self.vocabularies: Final[Counter[str]] = Counter()
        """Events of vocabularies that rtlog does not model, by the vocabulary's name."""
        self.malformed = 0
        """Lines of which a part did not fit our types and was left out."""
        self.torn = False
        """The last line is incomplete: the recording is still growing, or its recorder was killed."""
        self.lines = 0
        """Lines read so far."""
        self.horizon: int | None = None
        """Before which time, in ns, runs are folded (`fold=True`). Where it is told, and it may be anew with every
        record, deltas are folded too, and appends without their audio."""
        self._strict = strict
        self._fold = fold
        self._file = lines
        self._text = iter(lines)
        self._order = Order(self.damage, numbered=True)
        self._headerless: HeaderlessDecoder | None = None
        try:
            self._pending = self._find_start()
        except UNREADABLE as error:
            self.close()
            raise RecordingError(self.name, f"holds no record that can be read ({reason_of(error)})") from error
        except BaseException:
            self.close()
            raise
        self._records = self._read()

    @property
    def complete(self) -> bool:
        """Say whether the recorder ended cleanly and wrote its footer."""
        return self.footer is not None

    @property
    def continued(self) -> bool:
        """Say whether the recorder went on in another file: the end of this one is not the session's."""
        return self.footer is not None and bool(self.footer.more.get("continued"))

    @property
    def timed(self) -> bool:
        """Say whether records have a time."""
        return self._order.timed

    @property
    def missing(self) -> int:
        """Count the records that the numbers say were there and no `gap` accounts for."""
        return self._order.missing

    @property
    def foreign(self) -> str | None:
        """Name the other vocabulary that most of the records speak; `None` where it is ours."""
        name = self.hint
        return name if name is not None and self.vocabularies[name] * 2 > self._order.seq else None

    @property
    def hint(self) -> str | None:
        """Name the other vocabulary of which most events were seen, however few; `None` where none was."""
        return max(sorted(self.vocabularies), key=self.vocabularies.__getitem__, default=None)

    def __iter__(self) -> Iterator[Record]:
        return self._records

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def stop_following(self) -> None:
        """Take what is there for all there is; a following reading ends when it has read that."""
        self._file.stop_following()

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
        if not OWN.fullmatch(self.header.tool):
            self.header = parse_header(self._without_secrets(line))

    def _without_secrets(self, line: bytes) -> bytes:
        """Take the secrets that another tool left out of the header *line*, and of all lines behind it."""
        if self._strict:  # who looks for damage wants to see it
            return line
        from rtlog.recordings.secrets import SecretFinder  # noqa: PLC0415 - our own recordings were searched before

        finder = SecretFinder()
        safe = finder.without(line)
        self._text = map(finder.without, self._text)
        return safe

    def _read(self) -> Iterator[Record]:
        try:
            if self._headerless:
                yield from self._every_line() if self._strict else self._foreign_lines(self._headerless)
            else:
                yield from self._strictly() if self._strict else self._quickly()
        except UNREADABLE as error:
            self.damage.add(self.lines + 1, f"the file cannot be read further ({reason_of(error)})")
        finally:
            self.close()

    def _every_line(self) -> Iterator[Record]:
        yield from self._slowly(self._pending)
        for line in self._text:
            self.lines += 1
            yield from self._slowly(line)

    def _strictly(self) -> Iterator[Record]:
        skimmer, order = Skimmer(), self._order
        for line in self._text:
            self.lines += 1
            record = skimmer.skim(line)
            if record is None or not _is_strict(line, record, skimmer):
                yield from self._slowly(line)
                continue
            seq, t = record.seq, record.t
            if seq == order.seq + 1 and t is not None and t >= order.regular_from:
                order.seq, order.regular_from = seq, t
            elif not order.admit(record, self.lines):
                continue
            record.line = self.lines
            yield record

    def _foreign_lines(self, decoder: HeaderlessDecoder) -> Iterator[Record]:
        # Our own recordings need none of these.
        from rtlog.recordings.foreign_lines import ForeignLines  # noqa: PLC0415 - as above
        from rtlog.recordings.foreign_runs import ForeignRuns  # noqa: PLC0415 - as above
        from rtlog.recordings.secrets import SecretFinder  # noqa: PLC0415 - as above

        finder = SecretFinder()
        skim, runs, order = ForeignLines(decoder, finder).skim, ForeignRuns(decoder, finder), self._order
        yield from self._slowly(finder.without(self._pending))
        line = next(self._text, b"")
        while line:
            self.lines += 1
            record, ahead = skim(line), b""
            if record is None:
                yield from self._slowly(finder.without(line))
            elif order.admit(record, self.lines):
                record.line = self.lines
                if self._fold and record.type == APPEND and record.t is not None and order.regular_from == record.t:
                    run = runs.fold(record, line, self._text, NEVER if self.horizon is None else self.horizon)
                    order.seq, order.regular_from, ahead = order.seq + run.folded, run.t, run.rest
                    self.lines += run.folded
                yield record
            line = ahead or next(self._text, b"")

    def _quickly(self) -> Iterator[Record]:  # noqa: C901, PLR0912 - as below
        # One loop, written out: a call or a generator more a record is several per cent of the time of reading.
        order, folding, skimmer, number = self._order, self._fold, Skimmer(), self.lines
        skim, starts, bursts, rest, ahead = skimmer.skim, skimmer.starts, Bursts(skimmer), b"", None
        append_time: TimeOf | None = None
        try:
            while True:
                for line in chain((rest,), self._text) if rest else self._text:
                    number += 1
                    record = ahead or skim(line)
                    ahead = None
                    if record is None:
                        self.lines = number
                        record = self._decoded(line)
                        if record is None:
                            continue
                    seq, t = record.seq, record.t
                    if seq == order.seq + 1 and t is not None and t >= order.regular_from:
                        order.seq, order.regular_from = seq, t
                    elif order.admit(record, number):
                        seq, t = record.seq, record.t
                    else:
                        continue
                    record.line = number
                    if not folding or order.regular_from != t:
                        yield record
                    elif record.type == APPEND and (self.horizon is not None or len(line) > WORTH_SKIMMING):
                        if append_time is None or append_time(line, seq) != t:
                            append_time = shape_of(line, record, starts[APPEND], named=False)
                        run = fold(record, append_time, self._text, NEVER if self.horizon is None else self.horizon)
                        order.seq, order.regular_from, rest = seq + run.folded, run.t, run.rest
                        number += run.folded
                        yield record
                        break
                    elif record.type in DELTAS and self.horizon is not None:
                        yield record
                        burst, rest, ahead = bursts.behind(record, line, self._text, self.horizon)
                        if burst is not None:
                            number += burst.folded + 1
                            order.seq, order.regular_from = seq + burst.folded + 1, burst.until or 0
                            yield burst
                        break
                    else:
                        yield record
                else:
                    return
        finally:
            self.lines = number

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
        if record.event is not None:
            if not record.type or record.type in TYPES:
                self._note_vocabulary(record, line)
            if self._strict:
                self._verify(record, line)
            return record
        if record.kind in RECORD_KINDS:
            return record
        if record.kind:
            known = record.kind in self.unknown_kinds or len(self.unknown_kinds) < MAX_KINDS
            self.unknown_kinds[record.kind if known else "…"] += 1
            return record
        self._take_other(line)
        return None

    def _note_undecodable(self, line: bytes) -> None:
        if not line.endswith(b"\n") and len(line) < MAX_LINE:
            self.torn = True
        elif line.strip(_BREAKS):
            self._order.skip_unreadable(
                self.lines, f"is longer than {MAX_LINE >> 20} MiB" if len(line) >= MAX_LINE else "is no JSON object"
            )

    def _verify(self, record: Record, line: bytes) -> None:
        problem = problem_of(line, record)
        if problem:
            self.damage.add(self.lines, problem, "odd")

    def _note_vocabulary(self, record: Record, line: bytes) -> None:
        name = vocabulary_of(record.type, () if record.type else event_members(line))
        if name:
            self.vocabularies[name] += 1

    def _take_other(self, line: bytes) -> None:
        framing = framing_of(line)
        if framing == "footer":
            self.footer = parse_footer(line)
            self._order.end(self.footer.records, self.lines)
            self._file.stop_following()
        elif framing == "header":
            self._order.skip_unreadable(self.lines, "another recording starts here; its header is ignored")
        else:
            self._order.skip_unreadable(self.lines, "has neither an event nor a kind")


def _is_strict(line: bytes, record: Record, skimmer: Skimmer) -> bool:
    """Say whether *line*, from which *record* was skimmed, is whole for certain, its audio too."""
    if record.type not in AUDIO_FIELDS:
        return is_plain(line)
    return len(line) > WORTH_SKIMMING and is_whole(line, skimmer.starts[record.type], record)
