"""One recording of many: analyzed wherever a worker runs, into a sheet that can be sent back."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from rtlog.analyzers.analysis import Analysis, analyze, facts_of
from rtlog.analyzers.fleet.origin import origin_of
from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.reporting import report_of
from rtlog.cli import loading
from rtlog.cli.fleet import objects
from rtlog.cli.fleet.objects import is_url
from rtlog.cli.loading import Setup
from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.reader import Reading, read

if TYPE_CHECKING:
    from rtlog.analyzers.fleet.figures import Figures

Source = Path | str
"""A file, or the URL of an object."""
TRIES: Final = 2
"""Times that a recording is tried over which a worker died, or a store failed."""


@dataclass(frozen=True, slots=True)
class Order:
    """How each recording of a run is analyzed; the same for all, and small enough to be sent to every worker."""

    setup: Setup = field(default_factory=Setup)
    near_ms: float | None = None
    """Measure figures too, with near misses that are so near; `None` leaves them out."""


class Engine(Protocol):
    """Analyzes many recordings somewhere."""

    def sheets(self, sources: Sequence[Source], order: Order) -> Generator[Sheet, None, None]:
        """Give the sheet of each of *sources*, in their order; closing ends the work that is under way.

        Raises RtlogError where nothing can be analyzed.
        """


def analyze_file(source: Source, order: Order | None = None) -> Sheet:
    """Analyze one recording, wherever it lies; one that cannot be read gets an `unreadable` report.

    A pure function of the recording, picklable with its arguments and its result: any engine can run it anywhere.
    An object that cannot be read is asked for once more: stores have bad moments.
    """
    order = order or Order()
    if not is_url(source):
        return _attempt(source, order)
    for _ in range(TRIES - 1):
        sheet = _attempt(source, order)
        if sheet.report.verdict != "unreadable":
            return sheet
    return _attempt(source, order)


def _attempt(source: Source, order: Order) -> Sheet:
    try:
        if not is_url(source):
            return _sheet(source, str(source), order)
        with objects.opened(source) as file:
            return _sheet(cast("BinaryIO", file), file.name, order)
    except RecordingError as error:
        return Sheet(loading.unreadable(objects.shown(str(source)), error))


def _sheet(source: Source | BinaryIO, name: str, order: Order) -> Sheet:
    setup = order.setup
    with read(source, fold=True) as reading:
        if order.near_ms is None:
            analysis = analyze(reading, setup.rules, setup.options, provider=setup.provider, client=setup.client)
            figures = None
        else:
            analysis, figures = _measured(reading, setup, order.near_ms)
        return Sheet(
            report_of(analysis, name, reading.header.id),
            origin_of(reading.header, provider=setup.provider, client=setup.client),
            analysis.doubt,
            figures,
        )


def _measured(reading: Reading, setup: Setup, near_ms: float) -> "tuple[Analysis, Figures]":
    from rtlog.analyzers.fleet.figures import figures_of
    from rtlog.analyzers.latency.session_stats import SessionStats

    stats, last = SessionStats(near_ms, setup.options), None
    analysis = setup.analysis(reading)
    for record in reading:
        stats.hear(analysis.feed(record))
        last = record.t
    analysis.finish(facts_of(reading))
    stats.finish()
    return analysis, figures_of(analysis, stats, last)


def analyze_any(source: Source, order: Order) -> Sheet:
    """Analyze one recording of many; what breaks on it is reported by its name, so that the others go on.

    Raises RtlogError for what would stop every other one too.
    """
    try:
        return analyze_file(source, order)
    except RtlogError:
        raise
    except MemoryError:
        return failed(source, "its analysis needs more memory than a worker may have")
    except Exception as error:  # noqa: BLE001 - our own mistake with one recording in thousands
        first = (str(error).splitlines() or [""])[0]
        return failed(source, f"rtlog itself broke on it ({type(error).__name__}{f': {first}' if first else ''})")


def failed(source: Source, problem: str) -> Sheet:
    """Give the sheet of a recording that could not be analyzed for no fault of its own."""
    name = objects.shown(str(source))
    return Sheet(RecordingReport(path=name, id="", verdict="unreadable", reason=f"{name}: {problem}"))
