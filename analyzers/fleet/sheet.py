"""All that a run over many recordings keeps of one: it travels between processes, and holds nothing that is open."""

from dataclasses import dataclass, field

from rtlog.analyzers.fleet.origin import Origin
from rtlog.analyzers.report import RecordingReport


@dataclass(frozen=True, slots=True)
class Sheet:
    """One recording of many."""

    report: RecordingReport
    origin: Origin = field(default_factory=Origin)
    doubt: str | None = None
    """Why the recording is inconclusive where nothing is found; `None` where that is clean."""
