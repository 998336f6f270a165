"""docs/ci.md: its inputs are the action's, its commands and its tests run."""

import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
GITHUB, GITLAB = (
    yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
)
(SUITE,) = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"

pytest_plugins = ["pytester"]


def test_the_table_lists_the_inputs_of_the_action_with_their_defaults():
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", DOCUMENT, re.MULTILINE)
    told = {name: default for names, default in rows for name in re.findall(r"`([\w-]+)`", names)}
    defaults = {name: given["default"] for name, given in ACTION["inputs"].items()}

    assert set(told) == set(defaults)
    assert {name: told[name].strip("`") for name in told if told[name].startswith("`")} == {
        name: default for name, default in defaults.items() if default
    }


def test_the_example_gives_the_action_inputs_that_it_has():
    step = GITHUB["jobs"]["voice"]["steps"][-1]

    assert set(step["with"]) <= set(ACTION["inputs"])
    assert all(isinstance(value, str) for value in step["with"].values())


def test_the_script_for_gitlab_leaves_the_report_that_it_names(tmp_path: Path):
    (tmp_path / "recordings").mkdir()
    shutil.copy(SAMPLE, tmp_path / "recordings")
    install, analyze = GITLAB["races"]["script"]

    command = [sys.executable, "-m", "rtlog.cli", *analyze.split()[1:]]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    report = ET.parse(tmp_path / GITLAB["races"]["artifacts"]["reports"]["junit"])  # noqa: S314 - written by us
    assert install == "pip install rtlog"
    assert (ran.returncode, ran.stderr) == (1, "")
    assert int(report.getroot().get("failures", "0")) > 0


def test_the_suite_of_the_document_runs(pytester: pytest.Pytester):
    shutil.copy(SAMPLE, pytester.path / "session.rtlog.jsonl")
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider -p no:asyncio -p no:timeout --strict-markers\n")
    pytester.makepyfile(test_voice=SUITE)
    pytester.makefile(".toml", rtlog='select = ["RT1"]\n')

    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["error?RT101? in-flight-delete*", "FAILED test_voice.py::test_a_recording_that_is_there*"]
    )
