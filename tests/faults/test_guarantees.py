"""Every promise of docs/guarantees.md has a test, and every test that it names is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (?!---|promise )(.+?) \| (.+?) \|", re.MULTILINE)


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name for node in functions if node.name.startswith("test_")}


def test_every_test_that_is_named_exists():
    named = NAMED.findall(TEXT)

    assert len(named) > 40
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(ROOT / path)] == []


def test_every_promise_names_its_test():
    rows = ROW.findall(TEXT.replace("\\|", "/"))

    assert len(rows) > 30
    assert [promise for promise, tests in rows if not NAMED.search(tests) and "benchmarks/" not in tests] == []


def test_every_test_of_faults_stands_for_a_promise():
    own = {f"{path.name}::{name}" for path in Path(__file__).parent.glob("test_*.py") for name in functions_of(path)}
    named = {f"{Path(path).name}::{name}" for path, name in NAMED.findall(TEXT)}

    about_themselves = {each for each in own if each.startswith("test_guarantees.py::")} | {
        "test_conformance.py::test_the_frames_of_a_library_are_written_as_it_would_write_them",
        "test_relay.py::test_the_search_for_dangers_finds_them",
    }
    assert own - named == about_themselves
