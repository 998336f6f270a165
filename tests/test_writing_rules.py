"""docs/writing-rules.md: its package is installed by pip as it stands there, and found by `rtlog`."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

DOCUMENT = (Path(__file__).parents[1] / "docs" / "writing-rules.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w.]+)`\n\n```\w+\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL))
OPTIONS = re.findall(r"^```toml\n(\[tool\.rtlog.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^rtlog (.*)$", DOCUMENT, re.MULTILINE)
SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder that the document's package is installed in."""
    package = tmp_path_factory.mktemp("package")
    for name, text in FILES.items():
        (package / name).write_text(text, encoding="utf-8")
    target = tmp_path_factory.mktemp("site")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    install = [sys.executable, "-m", "pip", "install", *offline, "--target", str(target), str(package)]
    subprocess.run(install, check=True, capture_output=True)
    return target


@pytest.fixture
def rtlog(site: Path, tmp_path: Path) -> Run:
    """Give `rtlog(*arguments)`, run beside the installed package, in a folder with one recording."""
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / SAMPLE.name).write_bytes(SAMPLE.read_bytes())

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "rtlog.cli", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(site)}
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_the_example_is_two_files_of_which_the_rule_has_twenty_lines():
    assert set(FILES) == {"pyproject.toml", "acme_rules.py"}
    body = FILES["acme_rules.py"].partition("class ")[2]
    assert len([line for line in body.splitlines() if line.strip()]) <= 20


def test_the_commands_of_the_document_find_and_explain(rtlog: Run):
    explain, analyze = COMMANDS

    assert rtlog(*explain.split()).stdout.startswith("ACME1 deletes-forbidden")
    ran = rtlog(*analyze.split(), "--output-format", "concise")
    assert ran.returncode == 1
    assert " ACME1 [warning, proven] an item was deleted at T+" in ran.stdout


def test_the_example_finds_its_bad_tape_and_spares_its_good_one(rtlog: Run):
    (doc,) = json.loads(rtlog("rule", "ACME1", "--output-format", "json").stdout)["rules"]

    (bad,) = doc["bad"]
    assert bad["message"] == "an item was deleted at T+9"
    assert doc["good"][0]["options"] == {"spared": ["m1"]}


def test_the_option_of_the_document_spares_an_item(rtlog: Run, tmp_path: Path):
    (options,) = OPTIONS
    asked = ("analyze", "recordings", "--select", "ACME1", "--output-format", "jsonl")
    found = json.loads(rtlog(*asked).stdout)["findings"]
    spared = found[0]["items"][0]
    (tmp_path / "pyproject.toml").write_text(options.replace("greeting", spared))

    left = json.loads(rtlog(*asked).stdout)["findings"]
    assert [finding["items"] for finding in left] == [each["items"] for each in found if spared not in each["items"]]
    assert len(left) < len(found)
