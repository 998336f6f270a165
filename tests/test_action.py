"""The GitHub Action: a composite action by its structure, whose scripts run here as a runner would run them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = {step["name"]: step for step in STEPS if "run" in step}
SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
REFERENCE = re.compile(r"\b(?:inputs|steps\.\w+\.outputs)\.[\w-]+")


class Ran(NamedTuple):
    """What a step left behind."""

    code: int
    out: str
    err: str
    outputs: dict[str, str]
    summary: str


Step = Callable[..., Ran]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Give the checkout of somebody's job, with one recording."""
    recordings = tmp_path / "workspace" / "recordings"
    recordings.mkdir(parents=True)
    (recordings / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    return recordings.parent


@pytest.fixture
def step(tmp_path: Path, workspace: Path) -> Step:
    """Give `step(name, environment, **inputs)`: runs the script of a step as the runner does."""
    runner = tmp_path / "runner"
    runner.mkdir()

    def run(name: str, environment: dict[str, str] | None = None, **inputs: str) -> Ran:
        known = {f"inputs.{key}": given["default"] for key, given in ACTION["inputs"].items()}
        known |= {f"inputs.{key.replace('_', '-')}": value for key, value in inputs.items()}
        env = {key: EXPRESSION.sub(lambda m: known[m[1]], value) for key, value in SCRIPTS[name]["env"].items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        output, summary = runner / "output", runner / "summary"
        env |= {"PATH": path, "RUNNER_TEMP": str(runner), "HOME": str(runner), "GITHUB_ACTION_PATH": str(ROOT)}
        env |= {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), **(environment or {})}
        script = runner / "script.sh"
        script.write_text(SCRIPTS[name]["run"])
        # The options that the runner gives a step with `shell: bash`.
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        ran = subprocess.run(command, cwd=workspace, env=env, capture_output=True, text=True, check=False)
        outputs = dict(line.split("=", 1) for line in _text(output).splitlines())
        return Ran(ran.returncode, ran.stdout, ran.stderr, outputs, _text(summary))

    return run


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_it_is_a_composite_action():
    assert ACTION["runs"]["using"] == "composite"
    assert set(ACTION) == {"name", "description", "branding", "inputs", "outputs", "runs"}
    assert [key for key, given in ACTION["inputs"].items() if set(given) != {"description", "default"}] == []
    assert all(isinstance(given["default"], str) for given in ACTION["inputs"].values())
    assert [key for key, given in ACTION["outputs"].items() if set(given) != {"description", "value"}] == []


@pytest.mark.parametrize("given", STEPS, ids=lambda given: given["name"])
def test_each_step_runs_a_script_or_uses_a_pinned_action(given: dict[str, Any]):
    script = set(given) - {"id", "if"} == {"name", "shell", "env", "run"} and given["shell"] == "bash"
    action = set(given) - {"id", "if"} == {"name", "uses", "with"} and bool(re.search(r"@v\d+$", given["uses"]))

    assert script != action


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_written_into_a_script(name: str):
    assert "${{" not in SCRIPTS[name]["run"]


def test_every_input_is_used_and_every_reference_is_known():
    text = json.dumps(ACTION)
    known = {f"inputs.{name}" for name in ACTION["inputs"]}
    written = {f"steps.analyze.outputs.{name}" for name in re.findall(r'echo "([\w-]+)=', SCRIPTS["Find races"]["run"])}

    assert set(REFERENCE.findall(text)) == known | written


def test_races_fail_the_step_with_annotations_and_a_summary(step: Step):
    ran = step("Find races")

    assert ran.code == 1
    assert ran.outputs == {"exit-code": "1"}
    assert f"::error file=recordings/{SAMPLE.name},line=" in ran.out
    assert "RT101" in ran.summary
    assert ran.err == ""


def test_the_inputs_choose_what_is_judged_and_what_fails(step: Step):
    ran = step("Find races", select="RT1", ignore="RT101", fail_on="never")

    assert (ran.code, ran.outputs["exit-code"]) == (0, "0")
    assert "title=RT101 " not in ran.out
    assert "title=RT1" in ran.out


def test_known_findings_do_not_fail(step: Step, workspace: Path):
    write = [sys.executable, "-m", "rtlog.cli", "analyze", "recordings", "--write-baseline", "known.json"]
    subprocess.run(write, cwd=workspace, check=True, capture_output=True)

    assert step("Find races", baseline="known.json").code == 0


def test_paths_are_lines_and_may_hold_spaces_and_globs(step: Step, workspace: Path):
    odd = workspace / "more recordings"
    odd.mkdir()
    (odd / "-a b.rtlog.jsonl").write_bytes(SAMPLE.read_bytes())

    ran = step("Find races", paths="recordings/*.jsonl\n\nmore recordings\r\n")
    assert ran.code == 1
    assert "2 recordings" in ran.out


def test_a_path_is_never_an_option(step: Step):
    ran = step("Find races", paths="recordings\n--exit-zero")

    assert ran.code == 2
    assert ran.err.startswith("rtlog: --exit-zero: ")


def test_sarif_is_made_once_and_the_summary_is_not_doubled(step: Step, tmp_path: Path):
    plain = step("Find races").summary
    (tmp_path / "runner" / "summary").unlink()
    ran = step("Find races", sarif="true")

    report = json.loads(Path(ran.outputs["sarif-file"]).read_text(encoding="utf-8"))
    assert report["version"] == "2.1.0"
    assert ran.code == 1
    assert ran.summary == plain


def test_there_is_nothing_to_upload_where_no_recording_could_be_named(step: Step):
    ran = step("Find races", paths="none", sarif="true")

    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})
    assert ran.err.startswith("rtlog: none: ")
    assert ran.err.count("\n") == 1


HOSTILE = ['$(touch hit)"; touch hit; "', "`touch hit`", "; touch hit #", "--exit-zero", "' && touch hit '"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["paths", "select", "ignore", "fail_on", "baseline", "sarif"])
def test_an_input_is_never_run(name: str, text: str, step: Step, workspace: Path):
    ran = step("Find races", **{name: text})

    assert not (workspace / "hit").exists()
    assert ran.code == (1 if name == "sarif" else 2)


def test_the_step_installs_the_code_that_the_action_is_pinned_to(step: Step, tmp_path: Path):
    site = tmp_path / "site"
    # pip's own settings: no network, and beside what is installed here.
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_TARGET": str(site)}

    ran = step("Install rtlog", offline)
    assert (ran.code, ran.err) == (0, "")
    assert (site / "rtlog" / "cli" / "app.py").read_bytes() == (ROOT / "cli" / "app.py").read_bytes()


def test_the_step_asks_for_the_release_that_is_named(step: Step):
    ran = step("Install rtlog", {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}, version="9.9.9")

    assert ran.code != 0
    assert "rtlog==9.9.9" in ran.err


@pytest.mark.parametrize("version", ["1; touch hit", "$(touch hit)", "1 --pre", "-r x", "@ file:x"])
def test_the_step_asks_for_no_release_that_is_no_version(version: str, step: Step, workspace: Path):
    ran = step("Install rtlog", {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}, version=version)

    assert (ran.code, ran.err) == (2, "")
    assert "::error::the input version is no version" in ran.out
    assert not (workspace / "hit").exists()
