"""The stories of a report, whole, and in the order in which a reader who reads only some of them wants them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rtlog.analyzers.report import FindingReport, RecordingReport, StoryReport

GRAVEST_FIRST: Final = ("error", "warning", "info")
SUREST_FIRST: Final = ("proven", "likely", "possible")


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story with its findings; `severity` is that of the gravest."""

    report: RecordingReport
    root: FindingReport
    consequences: tuple[FindingReport, ...]

    @property
    def findings(self) -> tuple[FindingReport, ...]:
        """The root, then what follows from it."""
        return (self.root, *self.consequences)

    @property
    def severity(self) -> str:
        """The gravest severity of the story's findings."""
        return min((finding.severity for finding in self.findings), key=GRAVEST_FIRST.index)


def stories_of(report: RecordingReport) -> Iterator[ToldStory]:
    """Give the stories of *report* in the order of their roots."""
    findings = {finding.id: finding for finding in report.findings}
    return (_told(report, story, findings) for story in report.stories)


def worst_first(reports: Iterable[RecordingReport]) -> list[ToldStory]:
    """Give the stories of all *reports*: by severity, then certainty, else in order."""
    told = [story for report in reports for story in stories_of(report)]
    return sorted(
        told,
        key=lambda story: (GRAVEST_FIRST.index(story.severity), SUREST_FIRST.index(story.root.certainty)),
    )


def _told(report: RecordingReport, story: StoryReport, findings: dict[str, FindingReport]) -> ToldStory:
    consequences = tuple(findings[name] for name in story.findings if name != story.root and name in findings)
    return ToldStory(report, findings[story.root], consequences)
