"""Writing down what must be found: `expected.json`."""

import json

from rtlog.recordings.samples.parts import Expected, Fields, Json
from rtlog.recordings.samples.tape import Tape

NOT_A_PROBLEM = "info"


def expectations(tape: Tape) -> Fields:
    """Give the tape's labels and its findings: from the wire alone and, where it has local events, as recorded."""
    labels: Fields = {label: item.id for label, item in tape.items.items()}
    responses: Fields = {label: answer.id for label, answer in tape.responses.items()}
    told = any(entry.dir == "local" for entry in tape.entries)
    as_recorded: Fields = {"local": _lane(tape, tape.local)} if told else {}
    return {"labels": labels, "responses": responses, "wire": _lane(tape, tape.wire)} | as_recorded


def expected_json(tapes: list[Tape], suffix: str) -> bytes:
    """Write the expectations of written tapes, one key a file."""
    files: Fields = {f"{tape.name}{suffix}": expectations(tape) for tape in tapes}
    return (json.dumps(files, ensure_ascii=False, indent=1) + "\n").encode()


def _lane(tape: Tape, findings: list[Expected]) -> Fields:
    ordered = sorted(findings, key=lambda finding: (finding.at.line, finding.rule))
    verdict = "findings" if any(finding.severity != NOT_A_PROBLEM for finding in ordered) else "clean"
    told: list[Json] = [_finding(tape, finding) for finding in ordered]
    return {"verdict": verdict, "findings": told}


def _finding(tape: Tape, finding: Expected) -> Fields:
    return {
        "finding": finding.key,
        "rule": finding.rule,
        "severity": finding.severity,
        "certainty": finding.certainty,
        "line": finding.at.line,
        "labels": [*finding.items],
        "items": [tape.id(label) for label in finding.items],
        "responses": [tape.responses[label].id for label in finding.responses],
        "calls": [tape.call_id(call) for call in finding.calls],
        "root": finding.root.key,
        "caused_by": finding.caused_by.key if finding.caused_by else None,
    }
