"""The house: imports run one way, what should be pure is pure, and starting a command loads only what it uses."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import files
from keyword import iskeyword
from pathlib import Path

import pytest

from rtlog.cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "recordings": set(),
    "analyzers": {"recordings"},
    "timelines": {"analyzers", "recordings"},
    "simulator": {"recordings"},
    "cli": {"timelines", "analyzers", "recordings", "simulator"},
}
PURE = ("analyzers", "timelines")
SHELL_ONLY = {
    "asyncio", "datetime", "glob", "http", "io", "multiprocessing", "os", "pathlib", "random", "rich", "secrets",
    "selectors", "shutil", "signal", "socket", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "typer",
    "urllib", "uuid", "websockets",
}  # fmt: skip
READER = "rtlog.recordings.reader"
SAMPLE = Path(str(files("rtlog.recordings.samples"))) / "r01-in-flight-delete-5021.rtlog.jsonl"


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Give the dotted name of every module that *path* imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> set[str]:
    """Give the plain names that *path* calls."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_run_one_way(folder: str):
    seen = {name.split(".")[1] for path in sources(folder) for name in imports(path) if name.startswith("rtlog.")}

    assert sources(folder)
    assert seen - {folder} <= MAY_IMPORT[folder]


@pytest.mark.parametrize("folder", PURE)
def test_what_is_pure_touches_no_socket_file_clock_or_terminal(folder: str):
    used = {(path.name, name.split(".")[0]) for path in sources(folder) for name in imports(path)}

    assert [(path, name) for path, name in sorted(used) if name in SHELL_ONLY] == []
    assert [path.name for path in sources(folder) if calls(path) & {"open", "print", "input", "breakpoint"}] == []


def test_only_the_analysis_of_a_whole_recording_knows_the_reader():
    users = {str(path.relative_to(ROOT)) for folder in PURE for path in sources(folder) if READER in imports(path)}

    assert users == {"analyzers/analysis.py"}


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_each_folder_is_a_typed_part_of_the_namespace(folder: str):
    assert (ROOT / folder / "py.typed").is_file()
    assert not (ROOT / folder / "__init__.py").exists()
    assert (ROOT / ".dev" / "rtlog" / folder).readlink() == Path("..", "..", folder)


def test_every_folder_that_is_installed_is_one_of_the_house():
    assert {link.name for link in (ROOT / ".dev" / "rtlog").iterdir()} == set(MAY_IMPORT)


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_every_module_can_be_imported_by_its_installed_name(folder: str):
    for path in sources(folder):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        module = import_module(".".join(("rtlog", *parts)).removesuffix(".__init__"))
        assert module.__file__ is not None
        assert Path(module.__file__).samefile(path)


LOADED = """
import json, sys
sys.argv[0] = "rtlog"
from rtlog.cli.app import main
try:
    main()
except SystemExit:
    pass
sys.stdout.flush()
print(json.dumps([name for name in sys.modules if not name.startswith("_")]), file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """Give the modules that are loaded after `rtlog` has run with *arguments*."""
    command = [sys.executable, "-c", LOADED, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return set(json.loads(ran.stderr.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


def test_the_version_is_told_before_anything_is_imported():
    modules = loaded("--version")

    assert packages(modules) - set(sys.stdlib_module_names) == {"rtlog"}
    assert {name for name in modules if name.startswith("rtlog")} == {"rtlog", "rtlog.cli", "rtlog.cli.app"}


HEAVY = {"asyncio", "hypothesis", "msgspec", "openai", "orjson", "pydantic", "ssl", "uvloop", "websockets"}


@pytest.mark.parametrize("command", ["analyze", "info", "timeline"])
def test_what_only_reads_loads_no_network(command: str):
    assert packages(loaded(command, str(SAMPLE))) & HEAVY <= {"msgspec", "orjson", "pydantic"}


def test_a_plain_analysis_loads_no_command_line_framework_and_no_drawing():
    modules = loaded("analyze", str(SAMPLE))

    assert packages(modules) & (HEAVY | {"multiprocessing", "rich", "typer"}) <= {"msgspec", "orjson", "rich"}
    assert {name for name in modules if name.startswith(("rtlog.timelines", "rtlog.simulator"))} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_the_command_and_no_other(command: str):
    modules = loaded(command, "-h")

    assert f"rtlog.cli.{command}{'_' * iskeyword(command)}" in modules
    assert {name for name in modules if name.startswith("rtlog.") and not name.startswith("rtlog.cli")} <= {
        "rtlog.recordings",
        "rtlog.recordings.errors",
    }
    assert packages(modules) & {"asyncio", "websockets", "ssl", "msgspec", "orjson"} == set()


def test_completion_loads_the_command_and_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("_RTLOG_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "rtlog\nrule\n--al")
    monkeypatch.setenv("COMP_CWORD", "2")

    modules = loaded()
    assert {f"rtlog.cli.{command}" for command in COMMANDS} & modules == {"rtlog.cli.rule"}
    assert "rtlog.analyzers" not in modules
