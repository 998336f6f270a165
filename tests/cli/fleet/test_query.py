"""`rtlog query`: ready questions, a person's own SQL, and what neither can do."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rtlog.analyzers.fleet.figures import Figures
from rtlog.analyzers.fleet.origin import Origin
from rtlog.analyzers.fleet.rows import RESULTS_VERSION, LatencyRow, NearMissRow, RunRow, UnansweredCallRow
from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.analyzers.report import CoverageReport, FindingReport, RecordingReport, StoryReport
from rtlog.cli.fleet.questions import QUESTIONS
from rtlog.cli.fleet.results import ResultsWriter

pytest.importorskip("duckdb", reason="the extra `fleet` is not installed")

SAMPLES = Path(str(files("rtlog.recordings.samples")))
HOSTILE = "=cmd()<script>alert(1)</script>\x1b[31m\u202e"
Rtlog = Callable[..., Any]


def finding(rule: str, severity: str = "error") -> FindingReport:
    return msgspec.convert(
        {"id": f"{rule}-abcd", "rule": rule, "name": f"name-of-{rule}", "severity": severity, "certainty": "proven"}
        | {"message": "m", "t_ms": 0, "line": 1, "conn": 1, "items": [], "responses": [], "calls": [], "evidence": []}
        | {"caused_by": None, "leads_to": [], "prevented_by": []},
        FindingReport,
    )


def sheet(path: str, sdk: str, day: str, *rules: str, not_judged: str = "", near: float | None = None) -> Sheet:
    coverage = CoverageReport(
        records=9, events=9, modelled=9, unknown={}, unanswered=0, lossy=False, timed=True, complete=True, damage=[],
        not_judged={not_judged: "needs local events"} if not_judged else {},
    )  # fmt: skip
    findings = [finding(rule) for rule in rules]
    stories = [StoryReport(root=each.id, findings=[each.id]) for each in findings]
    report = RecordingReport(
        path=path,
        id=path,
        verdict="findings" if rules else "clean",
        coverage=coverage,
        findings=findings,
        stories=stories,
    )
    latencies = [LatencyRow(0, "user-to-first-audio", "speech", float(ms), 1, 0.0, 1) for ms in range(1, 101)]
    near_misses = [] if near is None else [NearMissRow(0, "RT101", near, "m", 1, 0.0)]
    calls = [UnansweredCallRow(0, "c1", HOSTILE, 7, 0.0, 2_000.0)] if rules else []
    return Sheet(
        report, Origin(f"{day}T00:00:00Z", day, "openai", sdk), None, Figures(60.0, 1, latencies, near_misses, calls)
    )


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Five recordings: RT101 in one of two of a@1, in two of the two of a@2 that it could judge."""
    path = tmp_path / "results"
    with ResultsWriter(path, RunRow(RESULTS_VERSION, "rtlog 0", ["RT101"], 500.0)) as writer:
        writer.add(sheet("1", "a@1", "2026-11-20", near=40.0))
        writer.add(sheet("2", "a@1", "2026-11-20", "RT101"))
        writer.add(sheet("3", "a@2", "2026-11-21", "RT101", "RT202", near=10.0))
        writer.add(sheet("4", "a@2", "2026-11-21", "RT101"))
        writer.add(sheet("5", "a@2", "2026-11-21", not_judged="RT101"))
        writer.add(Sheet(RecordingReport(path="6", id="", verdict="unreadable", reason="6: is empty")))
        writer.close()
    return path


def asked(rtlog: Rtlog, question: str, results: Path) -> list[dict[str, Any]]:
    ran = rtlog("query", question, str(results), "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    rows = json.loads(ran.out)["rows"]
    assert isinstance(rows, list)
    return rows


def test_rates_by_release_count_what_could_be_judged(rtlog: Rtlog, results: Path):
    rows = [(r["rule"], r["sdk"], r["found_in"], r["judged"], r["percent"]) for r in asked(rtlog, "rates", results)]

    assert rows == [
        ("RT101", "a@2", 2, 2, 100.0),
        ("RT101", "a@1", 1, 2, 50.0),
        ("RT202", "a@2", 1, 3, 33.33),
        ("RT202", "a@1", 0, 2, 0.0),
    ]


def test_first_seen_worst_margins_and_unanswered(rtlog: Rtlog, results: Path):
    first = [(r["rule"], r["first_day"], r["in_recording"], r["found_in"]) for r in asked(rtlog, "first-seen", results)]
    worst = [(r["path"], r["errors"]) for r in asked(rtlog, "worst", results)]
    (margins,) = asked(rtlog, "margins", results)
    calls = [(r["tool"], r["sdk"], r["calls"], r["longest_s"]) for r in asked(rtlog, "unanswered", results)]

    assert first == [("RT202", "2026-11-21", "3", 1), ("RT101", "2026-11-20", "2", 3)]
    assert worst == [("3", 2), ("2", 1), ("4", 1)]
    assert (margins["near_misses"], margins["least_ms"], margins["nearest_in"]) == (2, 10.0, "3")
    assert calls == [(HOSTILE, "a@2", 2, 2.0), (HOSTILE, "a@1", 1, 2.0)]


def test_latencies_are_percentiles_by_day(rtlog: Rtlog, results: Path):
    rows = asked(rtlog, "latencies", results)

    assert [(row["day"], row["measured"]) for row in rows] == [("2026-11-20", 200), ("2026-11-21", 300)]
    assert [rows[0][name] for name in ("p50_ms", "p90_ms", "p95_ms", "p99_ms")] == [50, 90, 95, 99]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_an_answer_in_real_results(rtlog: Rtlog, name: str, tmp_path: Path):
    rtlog("analyze", str(SAMPLES), "--results", str(tmp_path / "r.duckdb"))

    ran = rtlog("query", name, str(tmp_path / "r.duckdb"))
    assert (ran.code, ran.err) == (0, "")
    assert "█" in ran.out or ran.out == "nothing\n"
    bar = QUESTIONS[name].bar
    assert bar is None or ran.out == "nothing\n" or bar in ran.out


def test_a_table_with_bars(rtlog: Rtlog, results: Path):
    lines = [line.rstrip() for line in rtlog("query", "worst", str(results)).out.splitlines()]

    assert lines[0].split() == ["path", "sdk", "day", "stories", "findings", "errors", "minutes"]
    assert [line.count("█") for line in lines[1:]] == [20, 10, 10]


def stands_in(lines: list[str], text: str) -> bool:
    """Say whether *text* stands in *lines*, be it broken into pieces one below the other."""
    for number, line in enumerate(lines):
        place, rest = line.find(text[:12]), text
        for below in lines[number:] if place >= 0 else []:
            piece = below[place:].partition("  ")[0].rstrip()
            if not piece or not rest.startswith(piece):
                break
            rest = rest.removeprefix(piece)
        if not rest:
            return True
    return any(text in line for line in lines)


@pytest.mark.parametrize("question", ["rates", "first-seen", "worst"])
@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_narrow_terminal_hides_nothing(
    rtlog: Rtlog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, width: int
):
    path = tmp_path / "results"
    with ResultsWriter(path, RunRow(RESULTS_VERSION, "rtlog 0", ["RT101"], 500.0)) as writer:
        writer.add(sheet("recordings/2026/11/first.rtlog.jsonl", "livekit-agents@1.8.8", "2026-11-20", "RT101"))
        writer.add(sheet("recordings/2026/11/other.rtlog.jsonl", "livekit-agents@1.8.9", "2026-11-21", "RT202"))
        writer.close()
    monkeypatch.setenv("COLUMNS", str(width))

    lines = rtlog("query", question, str(path)).out.splitlines()
    assert max(map(len, lines)) <= width
    for row in asked(rtlog, question, path):
        for cell in row.values():
            assert stands_in(lines, f"{cell:g}" if isinstance(cell, float) else str(cell)), cell


def test_what_came_from_the_wire_is_only_text(rtlog: Rtlog, results: Path):
    text, page, sheet_of_it = (
        rtlog("query", "unanswered", str(results), "--format", form).out for form in ("text", "html", "csv")
    )

    assert all("\x1b" not in told and "\u202e" not in told for told in (text, page, sheet_of_it))
    assert "=cmd()<script>" in text
    assert "<script" not in page
    assert "=cmd()&lt;script&gt;" in page
    assert list(csv.reader(io.StringIO(sheet_of_it)))[1][0].startswith("'=cmd()")
    assert "default-src 'none'" in page


def test_own_sql(rtlog: Rtlog, results: Path):
    sql = """SELECT rule, count(*) AS n, 'inf'::DOUBLE AS inf, list(DISTINCT rule) AS l, now() IS NULL AS b
        FROM findings GROUP BY rule ORDER BY n"""
    rows = asked(rtlog, sql, results)

    assert rows[0] == {"rule": "RT202", "n": 1, "inf": None, "l": ["RT202"], "b": False}
    assert rows[1]["n"] == 3
    assert rtlog("query", "FROM findings WHERE false", str(results)).out == "nothing\n"


def test_a_join_loses_no_column_of_the_same_name(rtlog: Rtlog, results: Path):
    rows = asked(rtlog, "SELECT f.id, r.id, 7 AS id_1 FROM findings f JOIN recordings r USING (recording)", results)

    assert rows[0] == {"id": "RT101-abcd", "id_2": "2", "id_1": 7}


def test_an_interrupt_ends_a_query_that_takes_long(results: Path):
    program = "import os, rtlog.cli.fleet.asking, rtlog.cli.app, signal, threading\n"
    program += "threading.Timer(1, os.kill, [os.getpid(), signal.SIGINT]).start(); rtlog.cli.app.main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "query", "SELECT count(*) FROM range(1000000000000)", str(results)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


FORBIDDEN = (
    "SELECT * FROM read_csv('/etc/passwd', header = false)",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'https://127.0.0.1:1/x.parquet'",
    "COPY (SELECT 1) TO 'stolen.csv'",
    "COPY findings TO 'findings.parquet'",
    "ATTACH 'other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "PRAGMA enable_profiling",
    "DROP VIEW findings",
    "CREATE TABLE x AS SELECT 1",
    "DELETE FROM recordings",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO 'stolen.csv'",
    "SELECT no_such_column FROM findings",
    "this is no SQL",
)
"""Other files, the network, the disk, other databases, extensions, settings, changes, several statements, mistakes."""


@pytest.mark.parametrize("form", ["folder", "database"])
def test_a_query_reads_the_tables_and_does_nothing_else(
    rtlog: Rtlog, results: Path, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    if form == "database":
        results = tmp_path / "results.duckdb"
        with ResultsWriter(results, RunRow(RESULTS_VERSION, "rtlog 0", [], 500.0)) as writer:
            writer.close()
    held = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()}
    monkeypatch.chdir(tmp_path)

    for sql in FORBIDDEN:
        ran = rtlog("query", sql, str(results))
        assert (ran.code, ran.out) == (2, ""), sql
        assert ran.err.startswith("rtlog: "), sql
        assert ran.err.count("\n") == 1, sql
        assert {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()} == held, sql


def test_questions_are_listed_explained_and_corrected(rtlog: Rtlog, results: Path):
    assert [line.split()[0] for line in rtlog("query").out.splitlines()] == list(QUESTIONS)
    assert rtlog("query", "rates", "--show-sql").out.startswith("SELECT rule, name, sdk,")
    wrong = rtlog("query", "ratse", str(results))
    assert (wrong.code, "the nearest is rates" in wrong.err) == (2, True)


def test_the_answer_does_not_replace_the_results(rtlog: Rtlog, results: Path):
    held = (results / "findings.parquet").read_bytes()

    ran = rtlog("query", "rates", str(results), "--format", "csv", "-o", str(results / "findings.parquet"))
    assert ran.code == 2
    assert (results / "findings.parquet").read_bytes() == held
