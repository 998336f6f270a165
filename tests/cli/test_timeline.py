"""`rtlog timeline` as a person runs it: styles, formats, windows, terminals, one clear line for what is not there."""

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from rtlog.analyzers.moment import NS_PER_MS
from rtlog.recordings.format import Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer
from rtlog.timelines.document import EntryDocument, Timelines

SAMPLES = Path(str(files("rtlog.recordings.samples")))
R1 = SAMPLES / "r01-in-flight-delete-5021.rtlog.jsonl"
R2 = SAMPLES / "r02-in-flight-delete-fixed.rtlog.jsonl"


def rtlog(*arguments: str | Path, stdin: bytes = b"", **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in {"FORCE_COLOR", "NO_COLOR", "COLUMNS"}}
    done = subprocess.run(
        [sys.executable, "-m", "rtlog.cli", "timeline", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=environment | {"PYTHONUTF8": "1"} | variables,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def shown(*arguments: str | Path) -> str:
    done = rtlog(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def row_at(text: str, time: str, event_type: str) -> str:
    return next(line for line in text.splitlines() if line.strip().startswith(f"{time} ") and event_type in line)


def test_swim_lanes_show_the_whole_session_with_findings_in_place() -> None:
    done = rtlog(R1)

    assert (done.returncode, done.stderr) == (0, "")
    assert "1 story (1 error), 5 consequences" in done.stdout
    assert "session.created" in done.stdout
    assert "│←──────┃" in row_at(done.stdout, "T+82ms", "conversation.item.added")
    assert "<- FC1 missing" in done.stdout
    assert "! RT101 in-flight-delete (error, proven, RT101-" in done.stdout


def test_steps_walk_from_a_starting_state_to_the_story() -> None:
    text = rtlog(R1, "--style", "steps").stdout

    assert "Starting state at T+0ms:" in text
    assert "Step 1: the application pushes its context; the client creates sys1" in text
    assert "to_remove:          msg1, msg2, FC1" in text
    assert "TLDR: RT101 in-flight-delete" in text


def test_a_list_has_one_sentence_a_point() -> None:
    text = rtlog(R1, "--style", "list").stdout

    assert "T+434ms — the server sends conversation.item.deleted: FC1, 352 ms after it was added" in text


def test_markdown_for_an_issue_keeps_what_was_said_private() -> None:
    public, private = rtlog(R1, "--format", "markdown"), rtlog(R1, "--output-format", "markdown", "--spoken")

    assert "* **T+82ms** — the server sends `conversation.item.added`: FC1" in public.stdout
    assert "Are you still there" not in public.stdout
    assert "Are you still there" in private.stdout
    assert str(SAMPLES) not in public.stdout


def test_json_follows_its_schema_and_holds_the_model() -> None:
    done = rtlog(R1, R2, "--output-format", "json")
    whole = msgspec.json.decode(done.stdout, type=Timelines)
    first = whole.timelines[0]

    assert [Path(timeline.path) for timeline in whole.timelines] == [R1, R2]
    assert first.epoch_ns == 9_000_000_000
    assert first.stories[0].root.startswith("RT101-")
    (added,) = [row for row in first.rows if isinstance(row, EntryDocument) and row.line == 111]
    assert (added.t_ms, added.text) == (82.0, "FC1 (lookup_order) behind msg5")
    assert added.lacks == {"local": ["FC1"]}
    assert {arrow.kind for arrow in first.arrows} == {"answer", "output", "cause"}
    assert {span.kind for span in first.spans} == {"response", "item", "speech", "request", "push", "tool"}


def test_a_trace_holds_the_whole_of_every_recording() -> None:
    trace = json.loads(shown(R1, R2, "--output-format", "chrome-trace"))
    named = [event["args"]["name"] for event in trace["traceEvents"] if event["name"] == "process_name"]

    assert named == [R1.name, R2.name]
    assert trace["otherData"][f"{R1.name} started"] == "2026-11-21T03:08:15.123456789Z"
    assert str(SAMPLES) not in str(trace)
    assert "session.created" in {event["name"] for event in trace["traceEvents"]}


def test_a_trace_says_what_was_not_asked_for() -> None:
    trace = json.loads(shown(R1, "--output-format", "chrome-trace", "--from", "400", "--to", "500"))

    assert "records are not shown" in trace["otherData"][f"{R1.name} not shown"]
    assert "session.created" not in {event["name"] for event in trace["traceEvents"]}


@pytest.mark.parametrize("style", ["lanes", "steps", "list"])
def test_a_picture_is_valid_xml_that_fetches_nothing_whatever_the_wire_says(style: str, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.jsonl"
    text = R1.read_text(encoding="utf-8")
    evil = r"]]></text><script>alert(1)</script>&\u001b[2J\u0000\ud800\ufffe\u202e"
    hostile.write_text(text.replace("Are you still there?", evil).replace("lookup_order", evil), encoding="utf-8")
    picture = shown(hostile, "--output-format", "svg", "--style", style)
    root = ET.fromstring(picture.encode())  # noqa: S314 - it is what the program has just written

    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert set(re.findall(r"https?://[^\"\s<)]+", picture)) == {"http://www.w3.org/2000/svg"}
    assert "in-flight-delete" in "".join(root.itertext())
    assert "alert(1)" in "".join(root.itertext())


def test_a_picture_shows_one_recording() -> None:
    done = rtlog(R1, R2, "--output-format", "svg")

    assert (done.returncode, done.stdout) == (2, "")
    assert "svg shows one recording at a time" in done.stderr


def test_around_and_pad_cut_a_window_and_say_what_is_left_out() -> None:
    text = rtlog(R1, "--around", "RT101", "--pad", "0").stdout

    assert "T+82ms" in text
    assert "T+1402ms" in text
    assert "T+1470ms" not in text
    assert "records are not shown, lines 2-110" in text
    assert "evidence among them: line 136 (RT404-" in text


def test_from_and_to_are_offsets() -> None:
    text = rtlog(R1, "--from", "400", "--to", "500").stdout

    assert "T+434ms" in text
    assert "T+229ms" not in text
    assert "T+1034ms" not in text


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("T+400ms", "0.5s"),
        ("03:08:24.524", "03:08:24.623"),
        ("04:08:24.524+01:00", "2026-11-21T03:08:24.623Z"),
        ("2026-11-21 03:08:24.524", "500"),
    ],
)
def test_a_window_goes_by_the_times_that_are_shown_or_by_the_clock_of_a_log(start: str, end: str) -> None:
    assert shown(R1, "--from", start, "--to", end) == shown(R1, "--from", "400", "--to", "500")


def test_a_clock_before_the_start_is_the_next_days(tmp_path: Path) -> None:
    late = tmp_path / "late.jsonl"
    late.write_text(R1.read_text().replace("2026-11-21T03:08:15", "2026-11-21T23:59:51"))

    text = shown(late, "--from", "00:00:00.524", "--to", "00:00:00.623")

    assert "T+434ms" in text
    assert "T+436ms" in text
    assert "T+229ms" not in text


@pytest.mark.parametrize("time", ["soon", "25:00", "T+", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_said(time: str) -> None:
    done = rtlog(R1, "--from", time)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{time!r} is no time: name T+ in ms" in done.stderr


def test_records_are_chosen_by_type_and_lane() -> None:
    responses = shown(R1, "--type", "response", "--not-type", "*.delta", "--not-type", "response.done")
    deltas = shown(R1, "--type", "response.output_audio.delta", "--no-fold")
    local = shown(R1, "--lane", "local")

    assert "response.created" in responses
    assert not re.search(r"delta|response\.done|conversation\.item|local\.", responses.partition("filtered out")[0])
    assert set(re.findall(r"response\.\w+(?:\.\w+)?|conversation\.\S+", deltas)) == {"response.output_audio.delta"}
    assert set(re.findall(r"[│┃]   [●│┃]  (\w+)\.", local)) == {"local"}


def test_what_is_filtered_away_is_counted_and_its_evidence_named() -> None:
    text = shown(R1, "--type", "response.done")

    assert "line 128 (RT101-f59a" in text


@pytest.mark.parametrize(("option", "name"), [("--item", "FC1"), ("--response", "R3"), ("--call", "FC1")])
def test_filters_show_what_belongs_to_a_thing(option: str, name: str) -> None:
    text = rtlog(R1, option, name).stdout

    assert "response.function_call_arguments.done  FC1" in text
    assert "session.created" not in text
    assert "records are filtered out" in text


def test_real_ids_on_demand() -> None:
    assert "conversation.item.deleted  item_EmVkezQQZxNsGVPfjEMUQ" in rtlog(R1, "--ids").stdout


def test_without_folding_every_append_has_its_row() -> None:
    folded, whole = rtlog(R1).stdout, rtlog(R1, "--no-fold").stdout

    assert "9 input_audio_buffer.append, 800 ms" in folded
    assert "9 input_audio_buffer.append" not in whole
    assert whole.count("input_audio_buffer.append") > 30


def test_the_wire_alone_has_no_local_lane() -> None:
    text = rtlog(R1, "--wire-only", "--style", "steps").stdout

    assert "local" not in text.partition("\n")[2]
    assert "RT101" in text
    assert "RT902" not in text


@pytest.mark.parametrize(("epoch", "time"), [("first", "T+9082ms"), ("finding", "T-147ms"), ("line:111", "T+0ms")])
def test_t_zero_can_be_elsewhere(epoch: str, time: str) -> None:
    text = rtlog(R1, "--epoch", epoch).stdout

    assert "FC1 (lookup_order) behind msg5" in row_at(text, time, "conversation.item.added")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--around", "RT105"], "RT105 found nothing in this recording; these did: RT101, RT404"),
        (["--around", "RT101-0000"], "nearest: RT10"),
        (["--from", "300", "--to", "T+200ms"], "--from 300 lies behind --to T+200ms"),
        (["--style", "none"], "Invalid value for '--style': 'none' is not one of"),
        (["--item", "msg77"], "nothing that is called 'msg77'"),
        (["--around", "9999"], "no record in line 9999"),
        (["--epoch", "noon"], "choose push, first, finding or line:N"),
        (["--epoch", "line:9999"], "no record in that line"),
    ],
)
def test_what_is_not_there_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    done = rtlog(R1, *arguments)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_what_cannot_be_read_is_one_line_and_exit_2(tmp_path: Path) -> None:
    done = rtlog(tmp_path / "none.jsonl")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_recording_that_is_still_growing_is_drawn_as_far_as_it_goes(tmp_path: Path) -> None:
    growing = tmp_path / "growing.rtlog.jsonl"
    growing.write_bytes(b"".join(R1.read_bytes().splitlines(keepends=True)[:130]) + b'{"type":"conversation.it')
    done = rtlog(growing)

    assert done.returncode == 0
    assert "conversation.item.deleted" in done.stdout
    assert "! RT901" in done.stdout


@pytest.fixture
def six_seconds_of_audio(tmp_path: Path) -> Path:
    """A recording that keeps its audio: 300 appends, one every 20 ms, then speech is found in them."""
    path = tmp_path / "kept.rtlog.jsonl"
    append = json.dumps({"type": "input_audio_buffer.append", "audio": b64encode(bytes(960)).decode()})
    with Recorder(Writer(path, Header(audio="keep"), clock=lambda: 0)) as recorder:
        recorder.src = "wire"
        recorder.server('{"type":"session.created","session":{"id":"s"}}', 0)
        for number in range(1, 301):
            recorder.client(append, number * 20 * NS_PER_MS)
        recorder.server('{"type":"input_audio_buffer.speech_started","item_id":"i1"}', 6005 * NS_PER_MS)
    return path


@pytest.mark.parametrize("style", ["lanes", "steps"])
def test_no_idle_time_is_told_of_while_audio_is_appended(six_seconds_of_audio: Path, style: str) -> None:
    text = shown(six_seconds_of_audio, "--style", style, "--from", "0")

    assert "of nothing" not in text
    assert "300 input_audio_buffer.append, 5.98 s" in text


def test_a_part_of_appended_audio_is_that_part(six_seconds_of_audio: Path) -> None:
    text = shown(six_seconds_of_audio, "--from", "3000", "--to", "3100")

    assert "6 input_audio_buffer.append, 100 ms" in text
    assert "150 records are not shown, lines 2-151" in text


def test_an_untimed_recording_is_told_by_its_lines(tmp_path: Path) -> None:
    untimed = tmp_path / "untimed.jsonl"
    records = [json.loads(line) for line in R1.read_text().splitlines()[2:-2]]
    untimed.write_text("".join(json.dumps({"dir": r["dir"], "event": r["event"]}) + "\n" for r in records))

    assert "conversation.item.deleted" in row_at(rtlog(untimed).stdout, "~9s line 129", "deleted")
    assert "has no times" in rtlog(untimed, "--from", "0").stderr


def test_standard_input_is_read() -> None:
    assert "conversation.item.deleted" in rtlog("-", stdin=R1.read_bytes()).stdout


def test_it_is_written_to_a_file_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "r1.md"
    done = rtlog(R1, "--output-format", "markdown", "-o", target)

    assert (done.returncode, done.stdout) == (0, "")
    assert target.read_text(encoding="utf-8").startswith("## Timeline of `r01-")
    assert list(tmp_path.iterdir()) == [target]
    assert rtlog(R1, "-o", target / "where").returncode == 2


def test_a_pipe_gets_no_colour_and_a_terminal_that_says_no_gets_none() -> None:
    colour = re.compile(r"\x1b\[[0-9;]*3[0-9]m")

    assert "\x1b[" not in rtlog(R1).stdout
    assert colour.search(rtlog(R1, FORCE_COLOR="1", TERM="xterm-256color").stdout)
    assert not colour.search(rtlog(R1, FORCE_COLOR="1", NO_COLOR="1", TERM="xterm-256color").stdout)


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_columns_say_how_wide_it_may_be(columns: int) -> None:
    text = rtlog(R1, COLUMNS=str(columns)).stdout

    assert max(map(len, text.splitlines()[1:])) <= columns


@pytest.mark.parametrize("style", ["lanes", "steps", "list"])
def test_a_terminal_that_knows_only_ascii_gets_ascii(style: str) -> None:
    done = rtlog(R1, "--style", style, PYTHONUTF8="0", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert "conversation.item.added" in done.stdout


def test_help_has_an_example() -> None:
    assert "Example: rtlog timeline" in rtlog("-h", COLUMNS="200").stdout


@pytest.mark.parametrize("style", ["lanes", "steps", "list"])
def test_raw_shows_the_record_beneath_the_sentence(style: str) -> None:
    text = shown(R1, "--style", style, "--around", "128", "--pad", "0", "--raw")
    record = [line for line in text.splitlines() if '"type":"conversation.item.delete"' in line][-1]

    assert re.search(r'\{"type":"conversation\.item\.delete".*"event":\{.*"item_id":"item_', record)


def test_raw_never_shows_a_secret_of_a_recording_made_elsewhere(tmp_path: Path) -> None:
    foreign = tmp_path / "events.jsonl"
    event = {"type": "session.created", "session": {"model": "m", "client_secret": {"value": "ek_planted"}}}
    foreign.write_text(json.dumps(event) + "\n")

    text = shown(foreign, "--raw")

    assert "client_secret" in text
    assert "ek_planted" not in text


def test_raw_without_what_was_said_keeps_the_record() -> None:
    text = shown(R1, "--raw", "--no-spoken", "--type", "conversation.item.input_audio_transcription.completed")

    assert text.count('"transcript":"') == 4
    assert "Where is it" not in text


def test_raw_is_refused_where_it_cannot_be_shown() -> None:
    assert "--raw is for text" in rtlog(R1, "--raw", "--format", "json").stderr
    assert "standard input cannot be" in rtlog("-", "--raw", stdin=R1.read_bytes()).stderr
