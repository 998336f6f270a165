"""All that a run over many recordings keeps of one: it travels between processes, and holds nothing that is open."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rtlog.analyzers.fleet.origin import Origin
from rtlog.analyzers.report import RecordingReport

if TYPE_CHECKING:
    from rtlog.analyzers.fleet.figures import Figures


@dataclass(frozen=True, slots=True)
class Sheet:
    """One recording of many."""

    report: RecordingReport
    origin: Origin = field(default_factory=Origin)
    doubt: str | None = None
    """Why the recording is inconclusive where nothing is found; `None` where that is clean."""
    figures: "Figures | None" = None
    """What results hold beside the report, where they are asked for."""
