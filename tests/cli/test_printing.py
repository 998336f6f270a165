"""Each format is made of its own parts: what another format needs is not even imported."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.cli.printing import Format

SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r03-stale-anchor-396ms.rtlog.jsonl"
LOADED = """
import sys
from rtlog.cli.app import main
try:
    main()
except SystemExit as end:
    assert end.code == 1, end.code
print(*sys.modules, file=sys.stderr)
"""
OWN = {
    Format.FULL: {"rich", "rtlog.cli.formats.story_text"},
    Format.CONCISE: {"rich", "rtlog.cli.formats.story_text"},
    Format.JSON: {"rtlog.cli.formats.report_json"},
    Format.JSONL: {"rtlog.cli.formats.report_json"},
    Format.JUNIT: {"rtlog.cli.formats.junit", "xml.etree.ElementTree", "rich"},
    Format.GITHUB: {"rtlog.cli.formats.github", "rtlog.cli.formats.markdown"},
    Format.SARIF: {"rtlog.cli.formats.sarif"},
    Format.MARKDOWN: {"rtlog.cli.formats.markdown"},
}


@pytest.mark.parametrize("output_format", Format)
def test_a_format_loads_its_own_parts_only(output_format: Format, tmp_path: Path):
    command = [sys.executable, "-c", LOADED, "analyze", "--isolated", str(SAMPLE), "--output-format", output_format]

    ran = subprocess.run([*command, "-o", tmp_path / "report"], capture_output=True, text=True, check=True)

    parts = set().union(*OWN.values())
    assert set(ran.stderr.split()) & parts == OWN[output_format]
    assert (tmp_path / "report").stat().st_size > 0
