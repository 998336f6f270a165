"""One run of `rtlog analyze` over its recordings: what is printed, what is only counted, and how it ends."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rtlog.analyzers.reporting import report_of
from rtlog.cli.exits import FOUND, exit_code, failing, worst
from rtlog.cli.formats.wording import counted, printable
from rtlog.cli.loading import analyze_file, unreadable
from rtlog.recordings.errors import RecordingError

if TYPE_CHECKING:
    from rtlog.analyzers.baseline import Ledger
    from rtlog.analyzers.report import FindingReport, RecordingReport
    from rtlog.cli.configuring.settings import RunSettings

NAMED: Final = 5
"""Findings that have gone are named up to here; more are counted."""


class Run:
    """Analyzes recordings one by one, and remembers what the exit code and the baseline need."""

    def __init__(self, settings: "RunSettings", new_baseline: Path | None = None) -> None:
        self._settings = settings
        self._new_baseline = new_baseline
        self._ledger = self._opened_ledger()
        self._reports: list[RecordingReport] = []
        self._found: list[FindingReport] = []
        self._not_judged: dict[str, str] = {}

    def reports(self, paths: Iterable[Path]) -> "Iterator[RecordingReport]":
        """Give the report of each recording as it is analyzed, without what the baseline knows."""
        for path in paths:
            report = self._report(path)
            if report.verdict == "unreadable":
                tell(str(report.reason))
            self._reports.append(report)
            yield report

    def failing(self, report: "RecordingReport") -> "list[FindingReport]":
        """Give the findings of *report* that make this run fail."""
        return failing(report, self._settings.fail_on.severity, self._settings.expected)

    def close(self) -> int:
        """Write the new baseline and say what no report shows (what is known, gone, missing); gives the exit code."""
        settings = self._settings
        accepted = self._accept()
        if self._ledger is not None:
            self._tell_known(self._ledger)
        missing = sorted(settings.expected - {finding.rule for finding in self._found})
        for code in missing:
            reason = self._not_judged.get(code)
            tell(f"{code} was expected and not found{f' (not judged: {reason})' if reason else ''}")
        fail_on = None if accepted else settings.fail_on.severity
        codes = [exit_code(self._reports, fail_on, settings.expected)]
        return worst([*codes, FOUND] if missing else codes)

    def _opened_ledger(self) -> "Ledger | None":
        path = self._settings.baseline
        # The configuration may name the baseline that this run is to make.
        if path is None or (self._new_baseline is not None and not path.exists()):
            return None
        from rtlog.analyzers.baseline import Ledger
        from rtlog.cli.configuring.baseline_file import read_baseline

        return Ledger(read_baseline(path))

    def _accept(self) -> bool:
        """Write all that was found as the new baseline; says whether this run knows it now."""
        path = self._new_baseline
        if path is None:
            return False
        if self._unreadable:
            tell(f"{path} is not written: it would forget what the unreadable recordings hold")
            return False
        from rtlog.cli.configuring.baseline_file import write_baseline

        write_baseline(path, self._found)
        tell(f"{counted(len(self._found), 'finding')} of {counted(len(self._reports), 'recording')} written to {path}")
        return True

    @property
    def _unreadable(self) -> bool:
        return any(report.verdict == "unreadable" for report in self._reports)

    def _report(self, path: Path) -> "RecordingReport":
        try:
            reading, analysis = analyze_file(path, self._settings.setup)
        except RecordingError as error:
            return unreadable(path, error)
        report = report_of(analysis, str(path), reading.header.id)
        self._found += report.findings
        self._not_judged |= analysis.coverage.not_judged
        return self._ledger.new_of(report, analysis) if self._ledger else report

    def _tell_known(self, ledger: "Ledger") -> None:
        name = self._settings.baseline
        if ledger.known:
            verb = "is" if ledger.known == 1 else "are"
            tell(f"{counted(ledger.known, 'known finding')} {verb} in the baseline {name}")
        # An unreadable recording may hold what seems to have gone.
        gone = [] if self._unreadable else ledger.gone(rule.code for rule in self._settings.setup.rules)
        if gone:
            total = sum(known.count for known in gone)
            names = ", ".join(f"{known.id} {known.name}" for known in gone[:NAMED])
            more = f" and {len(gone) - NAMED} more kinds" if len(gone) > NAMED else ""
            verb = "occurs" if total == 1 else "occur"
            tell(f"{counted(total, 'finding')} of the baseline {name} no longer {verb}: {names}{more}")


def tell(line: str) -> None:
    """Print a line for the person beside the report; control characters in it are shown, not obeyed."""
    print(f"rtlog: {printable(line)}", file=sys.stderr)
