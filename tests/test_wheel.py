"""What is published: a wheel and an sdist with the house, its samples and its licence, and nothing of the workshop."""

import configparser
import os
import subprocess
import sys
import tarfile
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("analyzers", "cli", "recordings", "simulator", "timelines")
SHIPPED = {".py", ".jsonl", ".json", ".md", ".typed", ".html", ".css", ".js"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the sdist, and the wheel built from it: the way a release is made."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run([*build, "-t", "sdist"], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    (source,) = (path for path in folder.iterdir() if path.is_dir())
    subprocess.run([*build, "-t", "wheel"], cwd=source, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


def names(wheel: Path) -> list[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


def in_the_checkout() -> set[str]:
    """Give what the five folders hold, by its installed name; a run in the checkout may have left recordings."""
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SHIPPED)
    kept = (path.relative_to(ROOT) for path in paths if path.parent != ROOT / "recordings" or path.suffix != ".jsonl")
    return {f"rtlog/{path}" for path in kept}


def test_the_wheel_holds_the_house_whole_and_nothing_else(wheel: Path):
    inside = {name for name in names(wheel) if not name.startswith("rtlog-")}

    assert inside == in_the_checkout()
    assert "rtlog/recordings/samples/r01-in-flight-delete-5021.rtlog.jsonl" in inside
    assert "rtlog/recordings/samples/expected.json" in inside
    assert {f"rtlog/timelines/html/{name}" for name in ("page.html", "page.css", "js/main.js")} <= inside


def test_the_wheel_says_who_it_is(wheel: Path):
    (folder,) = {name.split("/")[0] for name in names(wheel) if ".dist-info/" in name}
    with ZipFile(wheel) as archive:
        metadata = Parser().parsestr(archive.read(f"{folder}/METADATA").decode())
        scripts = configparser.ConfigParser()
        scripts.read_string(archive.read(f"{folder}/entry_points.txt").decode())

    assert wheel.name.endswith("-py3-none-any.whl")
    assert (metadata["Name"], metadata["License-Expression"], metadata["Requires-Python"]) == (
        "rtlog",
        "Apache-2.0",
        ">=3.11",
    )
    assert dict(scripts["console_scripts"]) == {"rtlog": "rtlog.cli.app:main"}
    assert dict(scripts["pytest11"]) == {"rtlog": "rtlog.cli.pytest_plugin"}
    assert {f"{folder}/licenses/LICENSE", f"{folder}/licenses/NOTICE"} <= set(names(wheel))


def test_what_the_wheel_holds_runs_on_its_own(wheel: Path, tmp_path: Path):
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")  # noqa: S202 - built a moment ago, by us
    sample = tmp_path / "site/rtlog/recordings/samples/r01-in-flight-delete-5021.rtlog.jsonl"
    program = "import rtlog.cli.app as app, sys; print(app.__file__); sys.argv = ['rtlog', *sys.argv[1:]]; app.main()"

    ran = subprocess.run(
        [sys.executable, "-c", program, "analyze", "--output-format", "concise", str(sample)],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    where, *findings = ran.stdout.splitlines()
    assert Path(where) == tmp_path / "site/rtlog/cli/app.py"
    assert ran.returncode == 1
    assert findings[0].split(": ")[1].startswith("RT101 ")


def test_the_sdist_holds_what_building_and_testing_need(built: Path):
    (source,) = (path for path in built.iterdir() if path.is_dir())

    held = {path.name for path in source.iterdir()}
    assert {*FOLDERS, "tests", "docs", "benchmarks", "pyproject.toml", "README.md", "LICENSE"} <= held
    assert ".dev" not in held
