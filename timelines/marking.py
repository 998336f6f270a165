"""Findings in place: what a record proves, told at the record."""

from rtlog.analyzers.finding import Finding
from rtlog.timelines.model import Mark
from rtlog.timelines.telling import Segment, Segments, Teller


def headed(finding: Finding) -> Segments:
    """Name a finding: rule, how bad, how sure, and its id."""
    return (
        Segment(f"{finding.rule} {finding.name}", finding.severity.value),
        Segment(f" ({finding.severity.value}, {finding.certainty}, {finding.id})", "dim"),
    )


def acts(marks: tuple[Mark, ...]) -> list[Segments]:
    """Give a line for each finding that stands at the record itself."""
    return [headed(mark.finding) for mark in marks if mark.act]


def proofs(marks: tuple[Mark, ...], teller: Teller) -> list[Segments]:
    """Give a line for each reason why the record matters to findings that stand elsewhere, with their rules."""
    rules: dict[str, list[str]] = {}
    for mark in marks:
        if mark.note and not mark.act and mark.finding.rule not in rules.setdefault(mark.note, []):
            rules[mark.note].append(mark.finding.rule)
    return [
        (Segment(f"{', '.join(codes)}: ", "bold"), Segment(teller.message(note), "dim"))
        for note, codes in rules.items()
    ]
