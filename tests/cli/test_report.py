"""`rtlog report` makes the folder for an issue: one text to paste, two files to attach, nothing private in any."""

import gzip
import json
import re
import stat
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(str(files("rtlog.recordings.samples")))
STORY = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
RECORDING_ID = "01KAJYMH8RAJAAACFY17W9MBKG"
WITH_FINDINGS = [
    name
    for name, lanes in json.loads((SAMPLES / "expected.json").read_text()).items()
    if lanes.get("local", {}).get("findings")
]


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def analyzed(rtlog: Callable, path: Path) -> list[Any]:
    (told,) = json.loads(rtlog("analyze", str(path), "--output-format", "json").out)["recordings"]
    found: list[Any] = told["findings"]
    return found


def recording_in(folder: Path) -> Path:
    (path,) = folder.glob("*.jsonl.gz")
    return path


def told_by(folder: Path) -> str:
    """Give all that a stranger can read in the folder."""
    unpacked = gzip.decompress(recording_in(folder).read_bytes()).decode()
    return unpacked + (folder / "report.md").read_text() + (folder / "timeline.html").read_text()


def spoken_words(path: Path) -> set[str]:
    """Give the longer words that anybody says in a recording, is told to say, or calls a tool with."""
    words: set[str] = set()
    for line in path.read_text().splitlines():
        words |= _words(json.loads(line).get("event", {}))
    return {word.casefold() for word in words}


def _words(value: Any, name: str = "") -> set[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {word for key, each in value.items() for word in _words(each, key)}
    if isinstance(value, list):
        return {word for each in value for word in _words(each, name)}
    private = name in {"transcript", "text", "instructions", "output"} and isinstance(value, str)
    # The names of members in what a tool answers stay.
    said = re.sub(r'"\w+":', "", value) if private else ""
    return set(re.findall(r"[A-Za-z]{7,}", said))


def test_the_folder_holds_what_to_paste_and_what_to_attach(rtlog: Callable, tmp_path: Path) -> None:
    ran = rtlog("report", str(STORY))

    folder = Path(f"rtlog-report-{RECORDING_ID}")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"paste   {folder}/report.md",
        f"attach  {folder}/timeline.html",
        f"attach  {folder}/{RECORDING_ID}.rtlog.jsonl.gz",
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{RECORDING_ID}.rtlog.jsonl.gz", "report.md", "timeline.html",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "RT101" in (folder / "report.md").read_text()
    assert "gives other findings" not in ran.err


def test_whoever_receives_it_is_told_what_the_lanes_are_and_how_to_judge_it_again(rtlog: Callable) -> None:
    rtlog("report", str(STORY), "-o", "folder")

    text = (Path("folder") / "report.md").read_text()
    assert "mirror: the client library's copy of it. local: the application's own chat context." in text
    assert f"`rtlog analyze {RECORDING_ID}.rtlog.jsonl.gz` judges it as above" in text


@pytest.mark.parametrize("name", WITH_FINDINGS)
def test_the_shared_recording_gives_the_same_findings_as_the_original(rtlog: Callable, name: str) -> None:
    assert rtlog("report", str(SAMPLES / name), "-o", "folder").code == 0

    original, shared = analyzed(rtlog, SAMPLES / name), analyzed(rtlog, recording_in(Path("folder")))
    names = ("id", "rule", "severity", "certainty", "t_ms", "message", "items", "responses", "calls")
    assert [{key: found[key] for key in names} for found in shared] == [
        {key: found[key] for key in names} for found in original
    ]


@pytest.mark.parametrize("name", WITH_FINDINGS)
def test_nothing_that_was_said_is_in_any_of_it(rtlog: Callable, name: str) -> None:
    words = spoken_words(SAMPLES / name)
    assert rtlog("report", str(SAMPLES / name), "-o", "folder", "--for", "openai").code == 0

    # Words of the program's own, or of the protocol, stand in the page whatever was said.
    assert rtlog("report", str(SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"), "-o", "other").code == 0
    rules = "".join(path.read_text() for path in Path(str(files("rtlog.analyzers.rules"))).glob("*.py"))
    own = ((Path("other") / "timeline.html").read_text() + rules).casefold()
    said = {word for word in words if word not in own}
    assert len(said) > 2
    assert [word for word in said if word in told_by(Path("folder")).casefold()] == []


def test_the_records_that_the_text_quotes_are_those_of_the_shared_recording(rtlog: Callable) -> None:
    assert rtlog("report", str(STORY), "-o", "folder").code == 0

    shared = [json.loads(line) for line in gzip.decompress(recording_in(Path("folder")).read_bytes()).splitlines()]
    text = (Path("folder") / "report.md").read_text()
    quoted = [json.loads(line) for line in text.splitlines() if line.startswith('{"type":')]
    assert len(quoted) > 5
    assert all(record in shared for record in quoted)


def test_the_shared_recording_says_what_it_is_a_part_of_and_what_was_taken_out(rtlog: Callable) -> None:
    assert rtlog("report", str(STORY), "-o", "folder").code == 0

    header, *records = map(json.loads, gzip.decompress(recording_in(Path("folder")).read_bytes()).splitlines())
    assert header["cut"] == {"of": RECORDING_ID, "records": 168, "kept": len(records) - 1, "lines": [[107, 168]]}
    assert {"secrets", "spoken", "arguments", "instructions"} <= set(header["redaction"])
    assert header["title"] is None


def test_words_stay_where_they_are_asked_for(rtlog: Callable) -> None:
    ran = rtlog("report", str(STORY), "--spoken", "-o", "folder")

    assert "what was said stands in it" in ran.err
    unpacked = gzip.decompress(recording_in(Path("folder")).read_bytes()).decode()
    assert "order" in unpacked
    assert "You are the voice of a parcel service" not in told_by(Path("folder"))


def test_livekit_is_told_versions_models_and_sessions_under_its_own_headings(rtlog: Callable) -> None:
    assert rtlog("report", str(STORY), "--for", "livekit", "-o", "folder").code == 0

    told = (Path("folder") / "report.md").read_text()
    for heading in ("### Package Versions", "### Models Used", "### Session/Room/Call IDs"):
        assert heading in told
    assert "livekit-agents==1.4.6" in told
    assert "`gpt-realtime`" in told
    assert "sess_" in told.partition("### Session/Room/Call IDs")[2]


def test_openai_is_told_request_ids_and_utc_times(rtlog: Callable, tmp_path: Path) -> None:
    named = tmp_path / "named.rtlog.jsonl"
    headers = '"headers":{"x-request-id":"req_4711","openai-organization":"acme-inc",'
    named.write_text(
        STORY.read_text().replace('"response":{"status":101,"headers":{', f'"response":{{"status":101,{headers}')
    )

    assert rtlog("report", str(named), "--for", "openai", "-o", "folder").code == 0

    told = (Path("folder") / "report.md").read_text()
    assert "| x-request-id | `req_4711` |" in told
    assert "| session | `sess_" in told
    assert "| 2026-11-21 03:08:2" in told
    assert len(told) < 65_536
    assert "acme" not in told_by(Path("folder"))


def test_what_is_too_large_to_attach_is_told(rtlog: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtlog.cli.report.ATTACHABLE", 50_000)

    ran = rtlog("report", str(STORY), "-o", "folder")

    assert ran.code == 0
    assert "folder/timeline.html has 0 MB, GitHub takes 25" in ran.err
    assert "jsonl.gz has" not in ran.err


def test_a_clean_recording_is_shared_whole(rtlog: Callable) -> None:
    clean = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"

    ran = rtlog("report", str(clean), "-o", "folder")

    assert ran.code == 0
    assert "it has no story" in ran.err
    shared = gzip.decompress(recording_in(Path("folder")).read_bytes())
    assert shared.count(b"\n") == clean.read_bytes().count(b"\n")


def test_an_earlier_report_is_replaced_only_when_asked_and_nothing_else_ever_is(rtlog: Callable) -> None:
    assert rtlog("report", str(STORY), "-o", "folder").code == 0
    first = recording_in(Path("folder")).read_bytes()

    refused = rtlog("report", str(STORY), "-o", "folder")
    assert (refused.code, "already exists" in refused.err) == (2, True)
    assert recording_in(Path("folder")).read_bytes() == first
    assert rtlog("report", str(STORY), "-o", "folder", "--force").code == 0
    assert recording_in(Path("folder")).read_bytes() != first

    (Path("folder") / "thesis.tex").write_text("mine")
    kept = rtlog("report", str(STORY), "-o", "folder", "--force")
    assert (kept.code, "holds other files too" in kept.err) == (2, True)
    assert (Path("folder") / "thesis.tex").read_text() == "mine"
    assert [path.name for path in Path().iterdir()] == ["folder"]


@pytest.mark.parametrize(
    "arguments", [["missing.jsonl"], [str(STORY), "--around", "RT999"], [str(STORY), "--for", "nobody"]]
)
def test_what_cannot_be_reported_leaves_nothing_behind(rtlog: Callable, arguments: list[str]) -> None:
    ran = rtlog("report", *arguments)

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert [path.name for path in Path().iterdir()] == []


def test_an_id_that_is_a_path_names_no_other_place(rtlog: Callable, tmp_path: Path) -> None:
    evil = tmp_path / "evil.rtlog.jsonl"
    evil.write_text(STORY.read_text().replace(RECORDING_ID, "../../etc/\\u001b[31m"))

    assert rtlog("report", str(evil)).code == 0
    made = [path for path in tmp_path.iterdir() if path != evil]
    assert [path.name for path in made] == ["rtlog-report-etc-31m"]
