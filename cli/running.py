"""One run of `rtlog analyze` over its recordings: what is printed, what is only counted, and how it ends."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rtlog.cli.exits import FOUND, exit_code, failing, worst
from rtlog.cli.fleet.engines import engine_for
from rtlog.cli.fleet.work import Order
from rtlog.cli.formats.wording import counted
from rtlog.cli.saying import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rtlog.analyzers.baseline import Ledger
    from rtlog.analyzers.fleet.sheet import Sheet
    from rtlog.analyzers.report import FindingReport, RecordingReport
    from rtlog.cli.configuring.settings import RunSettings
    from rtlog.cli.fleet.since import SinceBaseline
    from rtlog.cli.fleet.work import Engine, Source

NAMED: Final = 5
"""Findings that have gone are named up to here; more are counted."""


class Run:
    """Analyzes recordings in their order, and remembers what the exit code and the baseline need, not the reports."""

    def __init__(
        self,
        settings: "RunSettings",
        new_baseline: Path | None = None,
        engine: "Engine | None" = None,
        near_ms: float | None = None,
    ) -> None:
        self._settings = settings
        self._new_baseline = new_baseline
        self._order = Order(settings.setup, near_ms)
        self.keepers: list[Callable[[Sheet], None]] = []
        """Who takes every sheet too, with what the baseline knows."""
        self._since: SinceBaseline | None = None
        self._engine = engine
        self._ledger = self._opened_ledger()
        self._codes: set[int] = set()
        self._recordings = 0
        self._unreadable = False
        self._found: list[FindingReport] = []
        """For the new baseline."""
        self._rules_found: set[str] = set()
        self._not_judged: dict[str, str] = {}

    def reports(self, sources: "Sequence[Source]") -> "Iterator[RecordingReport]":
        """Give the report of each recording as it is analyzed, without what the baseline knows."""
        return (sheet.report for sheet in self.sheets(sources))

    def sheets(self, sources: "Sequence[Source]") -> "Iterator[Sheet]":
        """Give what is kept of each recording as it is analyzed, without what the baseline knows."""
        from rtlog.cli.fleet.progress import Bar

        engine = self._engine or engine_for(None, len(sources))
        sheets = engine.sheets(sources, self._order)
        with closing(sheets), Bar(len(sources)) as bar:
            for sheet in sheets:
                bar.step()
                self._note(sheet)
                if sheet.report.verdict == "unreadable":
                    bar.hide()
                    say(str(sheet.report.reason))
                bar.make_way()
                yield self._judged(sheet)

    def hold_against(self, since: "SinceBaseline") -> None:
        """Fail where this run is worse than an earlier one, and no longer for each finding."""
        self._since = since
        self.keepers.append(since.add)

    def failing(self, report: "RecordingReport") -> "list[FindingReport]":
        """Give the findings of *report* that make this run fail."""
        return failing(report, self._settings.fail_on.severity, self._settings.expected)

    def close(self) -> int:
        """Write the new baseline and say what no report shows (what is known, gone, missing); gives the exit code."""
        settings = self._settings
        accepted = self._accept()
        if self._ledger is not None:
            self._tell_known(self._ledger)
        missing = sorted(settings.expected - self._rules_found)
        for code in missing:
            reason = self._not_judged.get(code)
            say(f"{code} was expected and not found{f' (not judged: {reason})' if reason else ''}")
        codes = self._codes - {FOUND} if accepted or self._since else self._codes
        return worst([*codes, FOUND] if self._is_worse() or missing else codes)

    def _is_worse(self) -> bool:
        if self._since is None:
            return False
        for line in self._since.told():
            say(line)
        return self._since.is_worse

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
            say(f"{path} is not written: it would forget what the unreadable recordings hold")
            return False
        from rtlog.cli.configuring.baseline_file import write_baseline

        write_baseline(path, self._found)
        say(f"{counted(len(self._found), 'finding')} of {counted(self._recordings, 'recording')} written to {path}")
        return True

    def _note(self, sheet: "Sheet") -> None:
        for keep in self.keepers:
            keep(sheet)
        report = sheet.report
        self._recordings += 1
        self._unreadable |= report.verdict == "unreadable"
        self._rules_found |= {finding.rule for finding in report.findings}
        if self._new_baseline is not None:
            self._found += report.findings
        if report.coverage is not None:
            self._not_judged |= report.coverage.not_judged

    def _judged(self, sheet: "Sheet") -> "Sheet":
        if self._ledger is not None:
            sheet = replace(sheet, report=self._ledger.new_of(sheet.report, sheet.doubt))
        settings = self._settings
        self._codes.add(exit_code([sheet.report], settings.fail_on.severity, settings.expected))
        return sheet

    def _tell_known(self, ledger: "Ledger") -> None:
        name = self._settings.baseline
        if ledger.known:
            verb = "is" if ledger.known == 1 else "are"
            say(f"{counted(ledger.known, 'known finding')} {verb} in the baseline {name}")
        # An unreadable recording may hold what seems to have gone.
        gone = [] if self._unreadable else ledger.gone(rule.code for rule in self._settings.setup.rules)
        if gone:
            total = sum(known.count for known in gone)
            names = ", ".join(f"{known.id} {known.name}" for known in gone[:NAMED])
            more = f" and {len(gone) - NAMED} more kinds" if len(gone) > NAMED else ""
            verb = "occurs" if total == 1 else "occur"
            say(f"{counted(total, 'finding')} of the baseline {name} no longer {verb}: {names}{more}")
