"""Real sessions of real providers are healthy: nothing above information may be said of them."""

import os
from pathlib import Path

import pytest

from rtlog.analyzers.finding import Severity
from rtlog.cli.loading import analyze_file

FOLDER = os.environ.get("RTLOG_CAPTURES", "")
CAPTURES = sorted(Path(FOLDER).glob("*.jsonl")) if FOLDER else []
pytestmark = pytest.mark.skipif(not CAPTURES, reason="RTLOG_CAPTURES names no folder of real captures")


@pytest.mark.parametrize("capture", CAPTURES or [Path("none")], ids=lambda path: path.stem)
def test_a_real_session_is_not_accused(capture: Path) -> None:
    _, analysis = analyze_file(capture)

    accusations = [f"{f.rule} {f.message}" for f in analysis.findings if f.severity is not Severity.INFO]
    modelled = not capture.stem.startswith("gemini")
    assert accusations == []
    assert analysis.verdict == ("clean" if modelled else "inconclusive")
    assert analysis.unanswered == 0
