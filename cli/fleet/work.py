"""One recording of many: analyzed wherever a worker runs, into a sheet that can be sent back."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rtlog.analyzers.analysis import Analysis, facts_of
from rtlog.analyzers.fleet.origin import origin_of
from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.reporting import report_of
from rtlog.cli import loading
from rtlog.cli.loading import Setup
from rtlog.recordings.errors import RecordingError, RtlogError
from rtlog.recordings.reader import Reading, read

if TYPE_CHECKING:
    from rtlog.analyzers.fleet.figures import Figures

Source = Path | str
"""A file, or the URL of an object."""


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
    """
    order = order or Order()
    setup = order.setup
    try:
        reading, analysis, figures = _analyzed(source, order)
    except RecordingError as error:
        return Sheet(loading.unreadable(source, error))
    return Sheet(
        report_of(analysis, str(source), reading.header.id),
        origin_of(reading.header, provider=setup.provider, client=setup.client),
        analysis.doubt,
        figures,
    )


def _analyzed(source: Source, order: Order) -> tuple[Reading, Analysis, "Figures | None"]:
    if order.near_ms is None:
        return *loading.analyze_file(source, order.setup), None
    from rtlog.analyzers.fleet.figures import figures_of
    from rtlog.analyzers.latency.session_stats import SessionStats

    stats, last = SessionStats(order.near_ms, order.setup.options), None
    with read(source, fold=True) as reading:
        analysis = order.setup.analysis(reading)
        for record in reading:
            stats.hear(analysis.feed(record))
            last = record.t
        analysis.finish(facts_of(reading))
        stats.finish()
    return reading, analysis, figures_of(analysis, stats, last)


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
    return Sheet(RecordingReport(path=str(source), id="", verdict="unreadable", reason=f"{source}: {problem}"))
