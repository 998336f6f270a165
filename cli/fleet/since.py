"""`--since-baseline`: holds a run against an earlier one, and says what has become worse."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from rtlog.analyzers.finding import Severity
from rtlog.analyzers.fleet.comparison import Comparison, Rate, Rise, compare
from rtlog.analyzers.report import REPORT_VERSION
from rtlog.analyzers.statistics import FleetTally, Statistics
from rtlog.cli.fleet.results import DUCKDB
from rtlog.cli.formats.wording import counted
from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rtlog.analyzers.fleet.sheet import Sheet
    from rtlog.cli.configuring.settings import RunSettings

NAMED: Final = 5
"""New kinds of findings that are named, the most frequent first; more are counted."""


class SinceBaseline:
    """Counts a run, and compares it with the one whose statistics or results are at *path*.

    Raises RtlogError for what is neither.
    """

    def __init__(self, path: Path, settings: "RunSettings") -> None:
        self._path = path
        self._before = read_statistics(path)
        self._tally = FleetTally()
        self._ran = [rule.code for rule in settings.setup.rules]
        self._least = settings.fail_on.severity
        self.is_worse = False

    def add(self, sheet: "Sheet") -> None:
        """Count one recording."""
        self._tally.add(sheet)

    def told(self) -> "Iterator[str]":
        """Compare what was counted, and give the lines that say what came of it."""
        now = self._tally.statistics("", self._ran)
        comparison = compare(now, self._before, self._least or Severity.ERROR)
        self.is_worse = self._least is not None and bool(comparison.risen)
        yield from _lines(comparison, self._path)


def read_statistics(path: Path) -> Statistics:
    """Read what `--statistics --output-format json` or `--results` wrote; raises RtlogError for anything else."""
    how = f"make one with `rtlog analyze DIR --statistics --format json -o {path}`"
    try:
        if path.is_dir() or path.suffix == DUCKDB:
            from rtlog.cli.fleet.counting import statistics_of_results

            return statistics_of_results(path)
        read = Statistics.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RtlogError(f"{path}: cannot be read as a baseline ({error.strerror}): {how}") from error
    except ValidationError as error:
        raise RtlogError(f"{path}: is no baseline of a run: {how}") from error
    if read.version != REPORT_VERSION:
        raise RtlogError(f"{path}: statistics of version {read.version}, not {REPORT_VERSION}: {how}")
    return read


def _lines(comparison: Comparison, path: Path) -> "Iterator[str]":
    for rise in comparison.risen:
        yield _line(rise)
    if not comparison.risen:
        tested = counted(comparison.compared, "rate")
        yield f"since {path}: none of {tested} is higher than chance explains"
    if comparison.new:
        ranked = sorted(comparison.new, key=lambda new: (-new.recordings, new.kind))
        names = ", ".join(f"{new.kind} {new.name} in {counted(new.recordings, 'recording')}" for new in ranked[:NAMED])
        more = f" and {len(ranked) - NAMED} more kinds" if len(ranked) > NAMED else ""
        yield f"new since {path}: {names}{more}"
    if comparison.not_compared:
        yield f"{', '.join(comparison.not_compared)} did not run in {path}: not compared"


def _line(rise: Rise) -> str:
    where = f" in {rise.sdk}" if rise.sdk else ""
    against = "before, in other releases" if rise.is_new_release else "before"
    return (
        f"{rise.rule} {rise.name}{where}: {_rate(rise.now)}, {against} {_rate(rise.before)}: "
        f"more than chance explains (p = {rise.probability:.1g})"
    )


def _rate(rate: Rate) -> str:
    return f"{rate.found:,} of {counted(rate.judged, 'recording')} ({rate.percent:.3g} %)"
