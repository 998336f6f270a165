"""JUnit XML: a suite for each recording, a case for each story, for the test reports of CI servers.

A story that makes the run fail (`--fail-on`, `--expect`) is a failure; any other passes, and is told in `system-out`.
Where no story fails, the case `verdict` says what the recording proves: it passes, unless that is "inconclusive" or the
recording cannot be read. Those are errors: a skipped case would look like an acquittal.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final, TextIO
from xml.etree import ElementTree as ET  # only written, never parsed

from rtlog.analyzers.report import FindingReport, RecordingReport
from rtlog.cli.formats.facts import coverage_facts, not_judged
from rtlog.cli.formats.proof_text import as_text
from rtlog.cli.formats.told import ToldStory, stories_of
from rtlog.cli.formats.wording import clip, counted, printable

MESSAGE: Final = 1_000
"""Characters of a message that stands in an attribute."""
TIME: Final = "0"
"""Seconds a case took: some servers demand a number, and the same recording gives the same report."""
_SUFFIX: Final = re.compile(r"(\.rtlog)?\.jsonl(\.gz|\.zst)?$")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference (its section 2.2)."""


Failing = Callable[[RecordingReport], Iterable[FindingReport]]


def write(reports: Iterable[RecordingReport], stream: TextIO, failing: Failing) -> None:
    """Write the document; *failing* gives the findings of a report that make the run fail."""
    suites = ET.Element("testsuites", name="rtlog")
    suites.extend(_suite(report, {finding.id for finding in failing(report)}) for report in reports)
    for name in ("tests", "failures", "errors"):
        suites.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    suites.set("time", TIME)
    ET.indent(suites)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(ET.tostring(suites, encoding="unicode") + "\n")


def _suite(report: RecordingReport, failing: AbstractSet[str]) -> ET.Element:
    cases = list(_cases(report, failing))
    suite = ET.Element("testsuite", name=_legal(printable(report.path)), tests=str(len(cases)))
    suite.set("failures", str(_holding(cases, "failure")))
    suite.set("errors", str(_holding(cases, "error")))
    suite.set("skipped", "0")
    suite.set("time", TIME)
    suite.append(_properties(report))
    suite.extend(cases)
    return suite


def _holding(cases: Iterable[ET.Element], tag: str) -> int:
    return sum(case.find(tag) is not None for case in cases)


def _properties(report: RecordingReport) -> ET.Element:
    facts: list[tuple[str, str]] = [("verdict", report.verdict)]
    if report.client:
        facts.append(("client", report.client))
    if report.known:
        facts.append(("known to the baseline", counted(report.known, "finding")))
    if report.coverage is not None:
        facts.append(("coverage", "; ".join(coverage_facts(report.coverage))))
        facts += [("not judged", text) for text in not_judged(report.coverage)]
    properties = ET.Element("properties")
    for name, value in facts:
        ET.SubElement(properties, "property", name=name, value=_legal(clip(value, MESSAGE)))
    return properties


def _cases(report: RecordingReport, failing: AbstractSet[str]) -> Iterator[ET.Element]:
    if not failing or report.verdict == "inconclusive":
        yield _verdict(report)
    for story in stories_of(report):
        yield _story(story, fails=any(finding.id in failing for finding in story.findings))


def _verdict(report: RecordingReport) -> ET.Element:
    case = _case(report, "verdict")
    if report.verdict in {"inconclusive", "unreadable"}:
        reason = _legal(clip(report.reason or "", MESSAGE))
        error = ET.SubElement(case, "error", message=f"{report.verdict}: {reason}", type=report.verdict)
        error.text = f"{report.verdict}: {reason}"
    return case


def _story(story: ToldStory, *, fails: bool) -> ET.Element:
    root = story.root
    case = _case(story.report, f"{root.rule} {root.name} ({root.id})", root.line)
    text = _legal(as_text(story))
    if fails:
        message = _legal(clip(root.message, MESSAGE))
        failure = ET.SubElement(case, "failure", message=message, type=_legal(printable(root.rule)))
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _case(report: RecordingReport, name: str, line: int | None = None) -> ET.Element:
    # Servers take what follows the last dot of a class name for the class, what precedes it for its package.
    place = _SUFFIX.sub("", printable(report.path)).lstrip("/").replace(".", "_")
    case = ET.Element("testcase", classname=_legal(f"rtlog.{place}"), name=_legal(printable(name)))
    case.set("file", _legal(printable(report.path)))
    if line is not None:
        case.set("line", str(line))
    case.set("time", TIME)
    return case


def _legal(text: str) -> str:
    return _NOT_XML.sub("�", text)
