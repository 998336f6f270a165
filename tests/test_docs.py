"""What the documents say is what the program does: commands, output, rules, links, pinned packages."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rtlog.analyzers.rules import RULES
from rtlog.cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"

SET_UP, *USES = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
RTLOG_LINES = [line for block in USES for line in block.splitlines()]
PYTHON_BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_readme_opens_with_two_commands_and_ci_runs_the_second():
    demo, check = SET_UP.splitlines()

    assert README.index(SET_UP) < 200
    assert demo.endswith("rtlog demo")
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == check
    assert os.access(ROOT / check, os.X_OK)


def refresh(*arguments: str, root: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "docs/refresh.py", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("part", ["readme", "rules"])
def test_what_is_generated_is_current(part: str):
    ran = refresh(part, "--check")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", ""), f"run python docs/refresh.py {part}"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Give a copy of the documents that is current."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    assert refresh("rules", root=tmp_path).returncode == 0
    assert refresh("rules", "--check", root=tmp_path).returncode == 0
    return tmp_path


@pytest.mark.parametrize("name", ["README.md", "RT101.md"])
def test_a_page_that_somebody_edited_is_not_current(name: str, copied: Path):
    page = copied / "docs" / "rules" / name
    page.write_text(page.read_text(encoding="utf-8").replace("delete", "remove"), encoding="utf-8")

    ran = refresh("rules", "--check", root=copied)
    assert ran.returncode == 1
    assert ran.stdout.startswith(f"--- docs/rules/{name}\n")


def test_a_page_is_missed_and_one_without_a_rule_is_removed(copied: Path):
    pages = copied / "docs" / "rules"
    (pages / "RT101.md").rename(pages / "RT000.md")

    assert "--- docs/rules/RT000.md\n" in refresh("rules", "--check", root=copied).stdout
    assert "--- docs/rules/RT101.md\n" in refresh("rules", "--check", root=copied).stdout
    assert refresh("rules", root=copied).returncode == 0
    assert {page.stem for page in pages.iterdir()} == {"README", *(rule.code for rule in RULES)}


def test_a_page_says_what_the_command_says():
    page = (ROOT / "docs" / "rules" / "RT101.md").read_text(encoding="utf-8")
    command = [sys.executable, "-m", "rtlog.cli", "rule", "RT101", "--output-format", "markdown"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    assert re.sub(r"\[(RT\d+)\]\([^)]*\)", r"\1", page) == ran.stdout


def test_the_readme_names_every_command_and_every_rule():
    assert [command for command in COMMANDS if f"rtlog {command}" not in README] == []
    assert re.findall(r"^\| (RT\d+) \|", README, re.MULTILINE) == [rule.code for rule in RULES]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that holds what the README's examples speak of."""
    (tmp_path / "recordings").mkdir()
    for path in (
        f"recordings/{SAMPLE.name}",
        "session.rtlog.jsonl",
        "good.rtlog.jsonl",
        "proxy.rtlog.jsonl",
        "agent.rtlog.jsonl",
    ):
        shutil.copy(SAMPLE, tmp_path / path)
    header, _, rest = SAMPLE.read_text().partition("\n")
    told = json.loads(header) | {"id": "what the program told of it"}
    (tmp_path / "agent.rtlog.jsonl").write_text(f"{json.dumps(told)}\n{rest}")
    (tmp_path / "events.jsonl").write_text('{"type":"session.created"}\n')
    (tmp_path / "my_agent.py").write_text("import os; assert os.environ['OPENAI_BASE_URL']\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("RTLOG_HOME", raising=False)
    return tmp_path


def waits(line: str) -> bool:
    """Say whether the command listens until it is interrupted."""
    return line.startswith("rtlog record") and " -- " not in line


def follows(line: str) -> bool:
    """Say whether the command draws what comes until it is interrupted."""
    return " -f" in line


@pytest.mark.parametrize("line", [line for line in RTLOG_LINES if not waits(line) and not follows(line)])
def test_each_command_of_the_readme_runs(line: str, workplace: Path):
    command = ["bash", "-c", line]
    ran = subprocess.run(command, cwd=workplace, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    assert "Traceback" not in ran.stderr
    assert ran.returncode in ({0, 1, 3} if "rtlog analyze" in line else {0}), ran.stderr


@pytest.mark.parametrize("line", [line for line in RTLOG_LINES if follows(line)])
def test_each_command_of_the_readme_that_follows_does(line: str, workplace: Path):
    command = [sys.executable, "-m", "rtlog.cli", *shlex.split(line, comments=True)[1:]]
    with subprocess.Popen(command, cwd=workplace, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "waiting" in process.stdout.readline()
        process.send_signal(signal.SIGINT)

    assert process.returncode == 0


@pytest.mark.parametrize("line", [line for line in RTLOG_LINES if waits(line)])
def test_each_command_of_the_readme_that_listens_does(line: str, workplace: Path):
    name, *options = line.split()
    assert name == "rtlog"
    free_port = ["--listen", "127.0.0.1:0"]
    command = [sys.executable, "-m", "rtlog.cli", *options, *free_port]
    with subprocess.Popen(command, cwd=workplace, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
    assert "listening; start the client with OPENAI_BASE_URL=http://127.0.0.1:" in said


def test_each_program_of_the_readme_runs(workplace: Path, capsys: pytest.CaptureFixture[str]):
    for program in PYTHON_BLOCKS:
        exec(compile(program, "README.md", "exec"), {})  # noqa: S102 - our own README

    assert capsys.readouterr().out.splitlines()[0] == "findings"
    assert len(list((workplace / "recordings").iterdir())) == 2


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path):
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))

    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_the_changelog_knows_this_version():
    assert f"## [{PROJECT['project']['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def pinned() -> dict[str, str]:
    text = (ROOT / "constraints.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def test_every_required_package_is_pinned_in_its_range():
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"], *extras["test"]]

    needs = [Requirement(text) for text in wanted]
    assert [need.name for need in needs if not need.specifier.contains(pinned().get(need.name, "0"))] == []


def test_pinned_packages_are_versions_and_hashes_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text().splitlines()

    entry = re.compile(r"[a-z0-9-]+==[\w.]+ \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?")
    assert [line for line in lines if not entry.fullmatch(line)] == []


MACHINE_OR_REGISTRY = re.compile(
    r"(?<![\w.])/(?:root|home|Users|opt|work|mnt)/\w|pypi\.|pythonhosted|registry\.npmjs|(?<!no-emit-)index-url"
)


def test_the_project_names_no_machine_and_no_registry():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: nothing says which files are tracked")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()}

    assert texts
    named = {path.name: MACHINE_OR_REGISTRY.findall(text) for path, text in texts.items() if path != Path(__file__)}
    assert {name: words for name, words in named.items() if words} == {}
