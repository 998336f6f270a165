"""From a file to the figures of its recording: one pass that counts and analyzes."""

from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from rtlog.analyzers.analysis import Analysis, facts_of
from rtlog.analyzers.info_report import RecordingInfo, audio_of, types_of
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.summary import Summary
from rtlog.cli.loading import Setup
from rtlog.recordings.format import Header
from rtlog.recordings.reader import Reading, read
from rtlog.recordings.vocabulary.providers import provider_of


def inspect_file(path: Path | str, setup: Setup | None = None) -> RecordingInfo:
    """Count and analyze one recording; raises RecordingError where it cannot be read."""
    summary = Summary()
    with read(path, fold=True) as reading:
        analysis = (setup or Setup()).analysis(reading)
        for record in reading:
            summary.feed(record)
            analysis.feed(record)
        analysis.finish(facts_of(reading))
    return _told(str(path), reading, summary, analysis)


def _told(path: str, reading: Reading, summary: Summary, analysis: Analysis) -> RecordingInfo:
    header, report = reading.header, report_of(analysis, path, reading.header.id)
    models = list(summary.models)
    types = types_of(summary)
    return RecordingInfo(
        path=path,
        id=header.id,
        title=header.title,
        started=header.started,
        tool=header.tool,
        tap=header.tap,
        client=header.client,
        provider=header.provider or _provider(header),
        has_header=reading.has_header,
        complete=reading.complete,
        duration_s=None if summary.duration_ms is None else round(summary.duration_ms / 1000, 3),
        by_ids_s=summary.minted,
        connections=summary.connections,
        sessions=list(summary.sessions),
        models=models or _asked_model(header),
        turns=summary.turns,
        responses=+summary.responses,
        tools=dict(summary.tools.most_common()),
        audio=audio_of(summary),
        errors=dict(summary.errors.most_common()),
        events=dict(summary.events),
        kinds=dict(summary.kinds),
        types=types,
        other_types=len(summary.by_type) - len(types),
        verdict=report.verdict,
        reason=report.reason,
        findings=dict(Counter(finding.rule for finding in report.findings)),
        coverage=report.coverage,
    )


def _provider(header: Header) -> str | None:
    try:
        upstream = urlsplit(header.upstream or "")
        return provider_of(upstream.hostname or "", upstream.path)
    except ValueError:
        return None


def _asked_model(header: Header) -> list[str]:
    """Give the model that the URL asks for."""
    try:
        return parse_qs(urlsplit(header.upstream or "").query).get("model", [])[:1]
    except ValueError:
        return []
