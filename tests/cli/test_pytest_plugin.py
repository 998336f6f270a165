"""The pytest plugin, in real pytest runs of suites that record their sessions."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SAMPLES = Path(str(files("rtlog.recordings.samples")))
SAMPLE = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
OTHERS = ("anyio", "asyncio", "cacheprovider", "hypothesispytest", "timeout", "xdist")
CLEAN = """
def record(recorder):
    recorder.server({"type": "session.created", "session": {"id": "sess_1", "type": "realtime"}})
    recorder.client({"type": "session.update", "session": {"type": "realtime"}})
    recorder.server({"type": "session.updated", "session": {"id": "sess_1", "type": "realtime"}})
"""
RACE = """
import shutil

def record_race(folder):
    shutil.copy(SAMPLE, folder)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Give a folder for a suite that runs without the other plugins of our own: they take longer than it."""
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"-p no:{name}" for name in OTHERS))
    return pytester


def ran(suite: pytest.Pytester, source: str, *arguments: str) -> pytest.RunResult:
    suite.makepyfile(test_it=f"SAMPLE = {str(SAMPLE)!r}\n{CLEAN}{RACE}\n{source}")
    return suite.runpytest_subprocess(*arguments)


ANALYZE = "def test_it(rtlog_analyze):\n    rtlog_analyze(SAMPLE{})\n"


def test_a_race_fails_the_test_with_its_story(suite: pytest.Pytester):
    result = ran(suite, ANALYZE.format(""))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*r01-in-flight-delete-5021*: *story*", "error?RT101? in-flight-delete*", "*what would have prevented it:*"]
    )
    assert "pytest_plugin.py" not in result.stdout.str()


def test_the_report_is_given_where_nothing_fails(suite: pytest.Pytester):
    source = """
def test_it(rtlog_analyze):
    report = rtlog_analyze(SAMPLE, fail_on="never", select="RT101")
    assert {finding.rule for finding in report.findings} == {"RT101"}
"""
    ran(suite, source).assert_outcomes(passed=1)


OPTIONS = [
    (', ignore=["RT1", "RT2", "RT4"]', "passed"),
    (', select="RT102"', "failed"),
    (', expect="RT101"', "passed"),
    (', select="RT101,RT201", expect="RT201"', "failed"),
]


@pytest.mark.parametrize(("options", "outcome"), OPTIONS)
def test_options_choose_what_is_judged(options: str, outcome: str, suite: pytest.Pytester):
    ran(suite, ANALYZE.format(options)).assert_outcomes(**{outcome: 1})


def test_the_option_wins_over_the_ini_file_and_that_over_the_configuration(suite: pytest.Pytester):
    suite.makefile(".toml", rtlog='fail-on = "error"\n')
    source = ANALYZE.format("")
    ran(suite, source).assert_outcomes(failed=1)
    suite.makeini("[pytest]\nrtlog_fail_on = never\n")
    ran(suite, source).assert_outcomes(passed=1)
    ran(suite, source, "--rtlog-fail-on=warning").assert_outcomes(failed=1)


def test_the_configuration_of_the_suite_applies_wherever_the_test_stands(suite: pytest.Pytester):
    suite.makefile(".toml", rtlog='ignore = ["ALL"]\nextend-select = ["RT9"]\n')
    source = "def test_it(rtlog_analyze, monkeypatch):\n    monkeypatch.chdir('/')\n    rtlog_analyze(SAMPLE)\n"
    ran(suite, source).assert_outcomes(passed=1)


@pytest.fixture
def baseline(suite: pytest.Pytester) -> None:
    """Make a baseline that knows the race, and name it in the configuration."""
    command = [sys.executable, "-m", "rtlog.cli", "analyze", str(SAMPLE), "--write-baseline", "known.json"]
    subprocess.run(command, cwd=suite.path, check=True, capture_output=True)
    suite.makefile(".toml", rtlog='baseline = "known.json"\n')


@pytest.mark.usefixtures("baseline")
def test_what_the_baseline_knows_fails_no_test_however_often_it_comes(suite: pytest.Pytester):
    source = """
import pytest

@pytest.mark.parametrize("time", ["once", "again"])
def test_it(rtlog_analyze, time):
    report = rtlog_analyze(SAMPLE)
    assert (report.findings, report.known > 0) == ([], True)
"""
    ran(suite, source).assert_outcomes(passed=2)


@pytest.mark.usefixtures("baseline")
def test_an_expected_rule_may_be_known_to_the_baseline(suite: pytest.Pytester):
    ran(suite, ANALYZE.format(', expect="RT101"')).assert_outcomes(passed=1)


def test_what_cannot_be_judged_does_not_pass(suite: pytest.Pytester):
    suite.makefile(".jsonl", events='{"type":"acme.hello"}\n')
    result = ran(suite, 'def test_it(rtlog_analyze):\n    rtlog_analyze("events.jsonl")\n')

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["events.jsonl: inconclusive: *"])


def test_a_recording_that_cannot_be_read_fails_whatever_may_fail(suite: pytest.Pytester):
    result = ran(suite, 'def test_it(rtlog_analyze):\n    rtlog_analyze("none.jsonl", fail_on="never")\n')

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["rtlog: none.jsonl: *"])


def test_a_rule_that_does_not_exist_is_an_error(suite: pytest.Pytester):
    result = ran(suite, ANALYZE.format(', select="RT999"'))

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *rtlog.recordings.errors.RtlogError: no rule is called 'RT999'; *"])


def test_an_unknown_severity_is_refused(suite: pytest.Pytester):
    suite.makeini("[pytest]\nrtlog_fail_on = warnings\n")
    result = ran(suite, ANALYZE.format(""))

    result.stdout.fnmatch_lines(["*rtlog: fail on 'warnings'? It is one of error, warning, info, never*"])


RECORDED = """
from rtlog.recordings.recorder import Recorder

def test_clean({fixture}):
    with Recorder.create() as recorder:
        record(recorder)
    assert recorder.path.parent == {folder}

def test_race({fixture}):
    record_race({folder})
"""


def test_what_a_test_records_is_judged_when_it_ends(suite: pytest.Pytester):
    result = ran(suite, RECORDED.format(fixture="rtlog_recordings", folder="rtlog_recordings"))

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_race*", "error?RT101? in-flight-delete*"])


def test_the_marker_sets_the_folder_and_the_options(suite: pytest.Pytester):
    marked = """
import os
import pytest
from rtlog.recordings.recorder import Recorder

@pytest.mark.rtlog
def test_race():
    record_race(os.environ["RTLOG_HOME"])

@pytest.mark.rtlog(expect="RT101")
def test_expected():
    record_race(os.environ["RTLOG_HOME"])
    with Recorder.create() as recorder:
        record(recorder)  # one of the two shows it: that is enough

@pytest.mark.rtlog(expect="RT101")
def test_nothing_is_recorded():
    pass

def test_unmarked():
    assert "RTLOG_HOME" not in os.environ
"""
    result = ran(suite, marked, "--strict-markers")

    result.assert_outcomes(passed=4, errors=2)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_race*", "*ERROR at teardown of test_nothing_is_recorded*"])
    result.stdout.fnmatch_lines(["rtlog: RT101 was expected and not found"])


def test_a_recorder_of_another_fixture_is_closed_before_its_recording_is_judged(suite: pytest.Pytester):
    source = """
import pytest
from rtlog.recordings.recorder import Recorder

@pytest.fixture
def recorder():
    with Recorder.create() as recorder:
        yield recorder
        record(recorder)  # nothing that could be judged is there before

@pytest.mark.rtlog
def test_it(recorder):
    assert recorder.events == 0
"""
    ran(suite, source).assert_outcomes(passed=1)


def test_a_suite_that_does_not_ask_loads_nothing_of_rtlog_but_the_plugin(suite: pytest.Pytester):
    source = """
import sys

def test_it():
    ours = {name for name in sys.modules if name.startswith("rtlog")}
    assert ours == {"rtlog", "rtlog.cli", "rtlog.cli.pytest_plugin"}
    assert not {"pydantic", "msgspec", "typer", "rich"} & set(sys.modules)
"""
    ran(suite, source).assert_outcomes(passed=1)


def test_the_plugin_can_be_left_out(suite: pytest.Pytester):
    result = ran(suite, ANALYZE.format(""), "-p", "no:rtlog")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'rtlog_analyze' not found*"])


def test_pytest_tells_of_the_option_the_setting_and_the_fixtures(suite: pytest.Pytester):
    def told(option: str) -> str:
        command = [sys.executable, "-m", "pytest", option, "-p", "no:cacheprovider"]
        return subprocess.run(command, cwd=suite.path, capture_output=True, text=True, check=False).stdout

    assert "--rtlog-fail-on={error,warning,info,never}" in told("--help")
    assert "rtlog_recordings" in told("--fixtures")
    assert "@pytest.mark.rtlog(" in told("--markers")
