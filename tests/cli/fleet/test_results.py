"""`rtlog analyze --results`: the tables that a run leaves behind."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from rtlog.analyzers.fleet.rows import RESULTS_VERSION, TABLES, RunRow
from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.analyzers.report import RecordingReport
from rtlog.cli.fleet.results import ResultsWriter, columns_of, opened
from rtlog.recordings.errors import RtlogError

pytest.importorskip("duckdb", reason="the extra `fleet` is not installed")

SAMPLES = Path(str(files("rtlog.recordings.samples")))
RACE = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
ROOT = Path(__file__).parents[3]
RUN = RunRow(RESULTS_VERSION, "rtlog 0", ["RT101"], 500.0)

Rtlog = Callable[..., Any]


def tables(results: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table, in its order."""
    with opened(results) as database:
        return {name: database.execute(f"FROM {name}").fetchall() for name in TABLES}


def test_every_form_and_every_number_of_workers_holds_the_same(rtlog: Rtlog, tmp_path: Path):
    folder, database = tmp_path / "results", tmp_path / "results.duckdb"
    first = rtlog("analyze", str(SAMPLES), "--results", str(folder), "--statistics")
    second = rtlog("analyze", str(SAMPLES), "--results", str(database), "--statistics", "-j", "2")

    assert (first.code, first.out) == (second.code, second.out)
    held = tables(folder)
    assert held == tables(database)
    assert len(held["recordings"]) == 13
    assert len(held["findings"]) == 28
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_the_tables_say_what_the_report_says(rtlog: Rtlog, tmp_path: Path):
    report = json.loads(rtlog("analyze", str(RACE), "--format", "json").out)["recordings"][0]
    stats = json.loads(rtlog("stats", str(RACE), "--format", "json").out)["recordings"][0]
    rtlog("analyze", str(RACE), "--results", str(tmp_path / "r"))

    with opened(tmp_path / "r") as asked:
        found = asked.execute("SELECT id, message, line, t_ms, caused_by FROM findings").fetchall()
        stories = asked.execute("SELECT root, rule, findings FROM stories").fetchall()
        measured = asked.execute("SELECT kind, ms FROM latencies").fetchall()
        near = asked.execute("SELECT rule, margin_ms FROM near_misses").fetchall()
        (told,) = asked.execute(
            "SELECT sdk, day::VARCHAR, provider, findings, records, turns FROM recordings"
        ).fetchall()
    assert found == [
        tuple(f[key] for key in ("id", "message", "line", "t_ms", "caused_by")) for f in report["findings"]
    ]
    assert stories == [(story["root"], "RT101", len(story["findings"])) for story in report["stories"]]
    assert measured == [(each["kind"], each["ms"]) for each in stats["measurements"]]
    assert near == [(each["rule"], each["margin_ms"]) for each in stats["near_misses"]]
    assert told[:5] == ("livekit-agents@1.4.6", "2026-11-21", "openai", 6, report["coverage"]["records"])
    assert told[5] == 4


def test_a_call_without_an_output_is_a_row(rtlog: Rtlog, tmp_path: Path):
    recording = tmp_path / "call.jsonl"
    call = {"id": "fc1", "type": "function_call", "call_id": "c1", "name": "book", "arguments": "{}"}
    response = {"id": "r1", "status": "in_progress", "output": []}
    done = {"id": "r1", "status": "completed", "output": [call | {"status": "completed"}]}
    events = [
        (0, {"type": "session.created", "session": {"id": "s1"}}),
        (100, {"type": "response.created", "response": response}),
        (110, {"type": "response.output_item.added", "response_id": "r1", "output_index": 0, "item": call}),
        (111, {"type": "conversation.item.added", "previous_item_id": None, "item": call}),
        (120, {"type": "response.function_call_arguments.done", "item_id": "fc1", "call_id": "c1", "arguments": "{}"}),
        (121, {"type": "response.output_item.done", "response_id": "r1", "output_index": 0, "item": call}),
        (130, {"type": "response.done", "response": done}),
        (9_130, {"type": "rate_limits.updated", "rate_limits": []}),
    ]
    lines = [json.dumps({"dir": "server", "t": ms * 1_000_000, "event": event}) for ms, event in events]
    recording.write_text("\n".join(lines) + "\n")

    rtlog("analyze", str(recording), "--results", str(tmp_path / "r"))

    with opened(tmp_path / "r") as asked:
        (row,) = asked.execute("SELECT call_id, tool, waited_ms > 9000 FROM unanswered_calls").fetchall()
    assert row == ("c1", "book", True)


def test_an_unreadable_recording_is_a_row_too(rtlog: Rtlog, tmp_path: Path):
    (tmp_path / "empty.jsonl").touch()

    assert rtlog("analyze", str(tmp_path / "empty.jsonl"), "--results", str(tmp_path / "r")).code == 2
    (row,) = tables(tmp_path / "r")["recordings"]
    assert "unreadable" in row
    assert any("is empty" in str(cell) for cell in row)


def test_results_are_replaced_whole_and_only_by_results(rtlog: Rtlog, tmp_path: Path):
    results = tmp_path / "r"
    rtlog("analyze", str(SAMPLES), "--results", str(results))
    rtlog("analyze", str(RACE), "--results", str(results))
    assert len(tables(results)["recordings"]) == 1

    with ResultsWriter(results, RUN) as writer:
        writer.add(Sheet(RecordingReport(path="b", id="", verdict="unreadable")))
        # The run ends here, before its results are made.
    assert tables(results)["recordings"][0][1] == str(RACE)
    assert [each.name for each in tmp_path.iterdir()] == ["r"]

    (results / "notes.txt").touch()
    refused = rtlog("analyze", str(RACE), "--results", str(results))
    assert (refused.code, refused.out) == (2, "")
    assert "holds something else than results" in refused.err
    copied = shutil.copy(RACE, tmp_path / "copy.jsonl")
    assert rtlog("analyze", str(RACE), "--results", str(copied)).code == 2
    assert Path(copied).read_bytes() == RACE.read_bytes()


@pytest.mark.parametrize("held", ["a table of somebody's own", "no database", "nothing"])
def test_a_database_of_something_else_is_not_replaced(rtlog: Rtlog, tmp_path: Path, held: str):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "mine.duckdb"
    if held == "a table of somebody's own":
        with duckdb.connect(str(path)) as database:
            database.execute("CREATE TABLE customers AS SELECT 42 AS answer")
    else:
        path.write_text("hello\n" if held == "no database" else "")
    before = path.read_bytes()

    ran = rtlog("analyze", str(RACE), "--results", str(path), "-q", "--statistics")
    if held == "nothing":
        assert (ran.code, len(tables(path)["recordings"])) == (1, 1)
        return
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"rtlog: {path}: ")
    assert path.read_bytes() == before


def test_a_place_that_takes_no_results_is_said_in_a_line(rtlog: Rtlog, tmp_path: Path):
    (tmp_path / "file").touch()

    ran = rtlog("analyze", str(RACE), "--results", str(tmp_path / "file" / "r"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"rtlog: {tmp_path}/file/r: the results cannot be written: ")
    assert ran.err.count("\n") == 1


def test_a_full_disk_ends_the_run_in_a_line(tmp_path: Path):
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
    program = f"{limited} from rtlog.cli.app import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "analyze", str(SAMPLES), "--results", str(tmp_path / "r"), "--statistics"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 2
    assert ran.stderr.startswith(f"rtlog: {tmp_path}/r: the results cannot be written: ")
    assert ran.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["r", "r.duckdb"])
def test_what_no_text_can_say_is_said_escaped(name: str, tmp_path: Path):
    with ResultsWriter(tmp_path / name, RUN) as writer:
        writer.add(Sheet(RecordingReport(path="caf\udce9\0\n'\"", id="\ud800", verdict="unreadable")))
        writer.close()

    ((_, path, name_of_it, *_),) = tables(tmp_path / name)["recordings"]
    assert (path, name_of_it) == ("caf\\udce9\0\n'\"", "\\ud800")


def test_a_folder_with_a_quote_in_its_name(rtlog: Rtlog, tmp_path: Path):
    results = tmp_path / "it's" / "mine"

    assert rtlog("analyze", str(RACE), "--results", str(results), "-q").code == 1
    assert len(tables(results)["findings"]) == 6


@pytest.mark.parametrize("name", ["missing", "empty", "text.duckdb"])
def test_what_are_no_results_is_said_in_a_line(name: str, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.duckdb").write_text("hello\n" * 100)

    with pytest.raises(RtlogError) as raised:
        opened(tmp_path / name)
    assert str(tmp_path / name) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_without_the_extra_a_line_says_what_to_install(tmp_path: Path):
    program = "import sys; sys.modules['duckdb'] = None; from rtlog.cli.app import main; main()"
    for arguments in (["analyze", str(RACE), "--results", str(tmp_path / "r")], ["query", "rates", str(tmp_path)]):
        ran = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr == "rtlog: results need DuckDB: pip install 'rtlog[fleet]'\n"
    assert subprocess.run([sys.executable, "-c", program, "analyze", str(RACE)], capture_output=True).returncode == 1  # noqa: PLW1510


def test_the_document_describes_every_column():
    text = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    described = {
        name: dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", section, re.MULTILINE))
        for name, section in re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    }

    assert described == {name: columns_of(table) for name, table in TABLES.items()}


def test_what_is_said_of_a_column_stands_in_the_document():
    text = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        for hint in get_type_hints(table, include_extras=True).values():
            for meta in (each for each in get_args(hint) if hasattr(each, "description")):
                assert f"| {meta.description} |" in text
