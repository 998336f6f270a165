"""Rules of other packages: found by their entry points, run beside the built-in ones, and named when they break."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.analyzers.rules import RULES
from rtlog.cli.installed_rules import installed_rules
from rtlog.recordings.errors import RtlogError

SAMPLE = str(files("rtlog.recordings.samples") / "r01-in-flight-delete-5021.rtlog.jsonl")
Install = Callable[..., None]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
IMPORTS = """
from rtlog.analyzers.reconciler.changes import ItemDeleteSent
from rtlog.analyzers.rule import Evidence, Option, Rule, Severity, on
"""
RULE = '''
class {name}(Rule):
    """A delete."""

    code, name, severity = "{code}", "{name}", Severity.{severity}
    what = why = remedy = "A delete."
    options = (Option("limit", 3, "how many"),)

    @on(ItemDeleteSent)
    def deleted(self, change):
        {body}
'''
REPORT = 'self.report("deleted", change.at, [Evidence(change.at, "here")], certainty="proven")'


def rule(code: str = "ACME1", name: str = "deletes", body: str = REPORT, severity: str = "ERROR") -> str:
    return RULE.format(code=code, name=name, body=body, severity=severity)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the folder that packages are installed in."""
    return tmp_path / "site"


@pytest.fixture
def install(site: Path) -> Install:
    """Give `install(name, source, points)`: lays out a module and its metadata as an installer does."""

    def lay_out(name: str, source: str, points: str = "rules = {module}") -> None:
        module = name.replace("-", "_")
        metadata = site / f"{module}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[rtlog.rules]\n{points.format(module=module)}\n")
        (site / f"{module}.py").write_text(IMPORTS + source)

    return lay_out


@pytest.fixture
def rtlog(site: Path, tmp_path: Path) -> Run:
    """Give `rtlog(*arguments)`, run as a program that sees what is installed in *site*."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "rtlog.cli", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(site)}
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_without_packages_there_are_no_rules_but_the_built_in():
    assert installed_rules(RULES) == ()


def test_an_installed_rule_runs_beside_the_built_in_ones(install: Install, rtlog: Run):
    install("acme-rules", rule())

    ran = rtlog("analyze", SAMPLE, "--output-format", "json")
    (recording,) = json.loads(ran.stdout)["recordings"]
    found = {finding["rule"] for finding in recording["findings"]}
    assert ran.returncode == 1
    assert {"ACME1", "RT101"} <= found


@pytest.mark.parametrize("selector", ["ACME1", "acme", "deletes"])
def test_an_installed_rule_is_selected_by_code_prefix_and_name(selector: str, install: Install, rtlog: Run):
    install("acme-rules", rule())

    ran = rtlog("analyze", SAMPLE, "--select", selector, "--output-format", "jsonl")
    assert {finding["rule"] for finding in json.loads(ran.stdout)["findings"]} == {"ACME1"}


def test_an_installed_rule_is_explained_and_configured(install: Install, rtlog: Run, tmp_path: Path):
    install("acme-rules", rule())
    (tmp_path / "rtlog.toml").write_text("[rules.ACME1]\nlimit = 5\n")

    assert rtlog("rule", "ACME1").stdout.startswith("ACME1 deletes")
    assert rtlog("analyze", "--show-settings").returncode == 0
    (tmp_path / "rtlog.toml").write_text("[rules.ACME1]\nlimits = 5\n")
    assert "the nearest is 'limit'" in rtlog("analyze", "--show-settings").stderr


def test_an_entry_point_may_name_a_class_and_its_module_at_once(install: Install, rtlog: Run):
    install("acme-rules", rule() + rule("ACME2", "more"), "all = {module}\none = {module}:deletes")

    listed = json.loads(rtlog("rule", "ACME", "--output-format", "json").stdout)
    assert [each["code"] for each in listed["rules"]] == ["ACME1", "ACME2"]


WRONG_DEFAULT = "option limit must have a number or a tuple of str as its default"
BROKEN = [
    ("raise KeyError('gone')", "cannot be loaded: KeyError: 'gone'"),
    ("import no_such_module", "cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'"),
    ("raise SystemExit(0)", "cannot be loaded: SystemExit: 0"),
    ("", "is neither a Rule nor a module with one"),
    (rule("RT999"), "deletes: code must be capital letters other than RT... and a number, as ACME1"),
    (rule("acme"), "deletes: code must be capital letters other than RT... and a number, as ACME1"),
    (rule(name="Deletes"), "Deletes: name must be words in lower case with hyphens, as tool-call-too-slow"),
    (rule(severity="ERROR.value"), "deletes: severity must be a Severity"),
    (rule().replace("why = ", ""), "deletes: what, why, remedy must be texts"),
    (rule() + '    needs = {"luck"}\n', "deletes: needs must be a set of client, local, time"),
    (rule() + "    options = 3\n", "deletes: options must be a tuple of Option"),
    (rule().replace('"limit", 3', '"limit", "3"'), f"deletes: {WRONG_DEFAULT}"),
    (rule().replace('"limit", 3', '"limit", (3,)'), f"deletes: {WRONG_DEFAULT}"),
    (rule() + '    leads_to = ("ACME1",)\n', "leads_to goes in a circle: ACME1, ACME1"),
    (rule() + rule("ACME1", "other"), "the rule ACME1 is acme-rules's already"),
    (rule().replace('"deletes"', '"in-flight-delete"'), "the rule in-flight-delete is rtlog's already"),
]


@pytest.mark.parametrize(("source", "problem"), BROKEN, ids=[problem for _, problem in BROKEN])
def test_a_broken_package_is_named_with_what_is_wrong(
    source: str, problem: str, install: Install, site: Path, monkeypatch: pytest.MonkeyPatch
):
    install("acme-rules", source)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setitem(sys.modules, "acme_rules", None)
    monkeypatch.delitem(sys.modules, "acme_rules")  # the one of the test before

    with pytest.raises(RtlogError) as caught:
        installed_rules(RULES)
    prefix = "acme-rules: entry point 'rules' of rtlog.rules: "
    assert str(caught.value) == f"{prefix}{problem}; repair or uninstall acme-rules"


@pytest.mark.parametrize("arguments", [("analyze", SAMPLE), ("rule",)], ids=["analyze", "rule"])
def test_a_broken_package_ends_a_command_with_one_line(arguments: tuple[str, ...], install: Install, rtlog: Run):
    install("acme-rules", "import no_such_module")

    ran = rtlog(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("rtlog: acme-rules: ")
    assert ran.stderr.count("\n") == 1


def test_rules_of_two_packages_may_not_explain_one_another(install: Install, rtlog: Run):
    install("acme-rules", rule() + '    leads_to = ("RT102", "ZETA1")\n')
    install("zeta-rules", rule("ZETA1", "other") + '    leads_to = ("ACME1",)\n')

    ran = rtlog("rule")
    assert ran.returncode == 2
    assert "leads_to goes in a circle: " in ran.stderr


def test_two_packages_may_not_bring_the_same_code(install: Install, rtlog: Run):
    install("acme-rules", rule())
    install("zeta-rules", rule(name="other"))

    assert "zeta-rules: entry point 'rules' of rtlog.rules: the rule ACME1 is acme-rules's" in rtlog("rule").stderr


def test_a_rule_that_raises_costs_its_own_findings_and_no_others(install: Install, rtlog: Run):
    install("acme-rules", rule(body=f'{REPORT}; {{}}["call_1"]'))

    ran = rtlog("analyze", SAMPLE, "--output-format", "json")
    (recording,) = json.loads(ran.stdout)["recordings"]
    reason = recording["coverage"]["not_judged"]["ACME1"]
    assert "RT101" in {finding["rule"] for finding in recording["findings"]}
    assert "ACME1" not in {finding["rule"] for finding in recording["findings"]}
    assert reason.startswith("raised KeyError at line ")
    assert "(acme_rules.py:" in reason
    assert "call_1" not in ran.stdout.partition("raised")[2].partition('"')[0]
    assert ran.stderr == ""


def test_a_recording_is_not_clean_where_a_rule_raised(install: Install, rtlog: Run):
    install("acme-rules", rule(body="1 / 0"))

    ran = rtlog("analyze", SAMPLE, "--select", "ACME1")
    assert ran.returncode == 3
    assert "inconclusive: ACME1 raised ZeroDivisionError at line " in ran.stdout


def test_a_broken_tape_is_told_by_the_command_that_shows_it(install: Install, rtlog: Run):
    install("acme-rules", rule() + "    from rtlog.analyzers.rule import Example\n    bad = (Example('x', '0 ? x'),)\n")

    ran = rtlog("rule", "ACME1")
    assert ran.returncode == 2
    assert ran.stderr.startswith("rtlog: ACME1: its documentation or one of its tapes is broken: ")
    assert rtlog("analyze", SAMPLE, "--select", "ACME1").returncode == 1
