"""From files to analyses: what commands share, because it needs both the reader and the analyzers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from rtlog.analyzers.analysis import Analysis, analysis_for, analyze
from rtlog.analyzers.report import RecordingReport
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.rule import Rule, Settings
from rtlog.analyzers.rules import RULES
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import Reading, read


@cache
def known_rules() -> tuple[type[Rule], ...]:
    """Give every rule that can be selected and configured: the catalogue, then what is installed beside it.

    Raises RtlogError for an installed rule that is broken.
    """
    from rtlog.cli.installed_rules import installed_rules

    return (*RULES, *installed_rules(RULES))


@dataclass(frozen=True, slots=True)
class Setup:
    """How recordings are analyzed: which rules, with which options by code; provider and client where a person says."""

    rules: Sequence[type[Rule]] = field(default_factory=known_rules)
    options: Mapping[str, Settings] = field(default_factory=dict)
    provider: str | None = None
    client: str | None = None

    def analysis(self, reading: Reading, *, wire_only: bool = False) -> Analysis:
        """Give an analysis to feed with *reading*; *wire_only* does not ask its header for the client."""
        header = reading.header
        if wire_only:
            # A known client's context is simulated where nobody told it, which is what the wire alone does not show.
            header = replace(header, client=None, sdk={})
        return analysis_for(header, self.rules, self.options, provider=self.provider, client=self.client)


def analyze_file(path: Path | str, setup: Setup | None = None) -> tuple[Reading, Analysis]:
    """Analyze one recording; raises RecordingError where it cannot be read."""
    setup = setup or Setup()
    with read(path, fold=True) as reading:
        return reading, analyze(reading, setup.rules, setup.options, provider=setup.provider, client=setup.client)


def report_file(path: Path | str, setup: Setup | None = None) -> RecordingReport:
    """Give the report of one recording; one that cannot be read is reported as such, so that others go on."""
    try:
        reading, analysis = analyze_file(path, setup)
    except RecordingError as error:
        return unreadable(path, error)
    return report_of(analysis, str(path), reading.header.id)


def unreadable(path: Path | str, error: RecordingError) -> RecordingReport:
    """Give the report of a recording that cannot be read."""
    return RecordingReport(path=str(path), id="", verdict="unreadable", reason=str(error))
