"""`rtlog export`: what other programs get of a recording, and that importing it again gives the same findings."""

import base64
import gzip
import json
import stat
import wave
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from rtlog.cli.loading import Setup, report_file

SAMPLES = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.jsonl"))
R01 = SAMPLES[0]
STARTED = "2026-11-21T03:08:15.123456789Z"
SOUND = bytes(range(256)) * 3  # 384 samples of 16 bits


def recording(path: Path, *records: dict[str, object], audio: str = "keep", **header: object) -> Path:
    """Write a recording of events and kinds, each a record 100 ms after the one before."""
    first = {"rtlog": 1, "id": "01KAJX1V364YQ18BQFD6HZBCMF", "started": STARTED, "audio": audio, **header}
    lines = [json.dumps(first)]
    for seq, record in enumerate(records, 1):
        lines.append(json.dumps({"seq": seq, "t": seq * 100_000_000, "conn": 1} | record))
    path.write_text("\n".join(lines) + "\n")
    return path


def sent(direction: str, event_type: str, **event: object) -> dict[str, object]:
    return {"type": event_type, "dir": direction, "n": 80, "src": "wire", "event": {"type": event_type, **event}}


def append(sound: bytes) -> dict[str, object]:
    return sent("client", "input_audio_buffer.append", audio=base64.b64encode(sound).decode())


def delta(item_id: str, sound: bytes) -> dict[str, object]:
    return sent("server", "response.output_audio.delta", item_id=item_id, delta=base64.b64encode(sound).decode())


def committed(item_id: str) -> dict[str, object]:
    return sent("server", "input_audio_buffer.committed", item_id=item_id)


def findings(path: Path, setup: Setup) -> object:
    told = report_file(path, setup)
    return told.verdict, sorted((each.id, each.certainty, each.message, *each.items) for each in told.findings)


def setup_of(path: Path) -> Setup:
    """Give the setup of a person who names provider and client, which plain events and HAR do not."""
    header = json.loads(path.read_text().partition("\n")[0])
    client = next((f"{name}@{version}" for name, version in header["sdk"].items()), None)
    return Setup(provider=header["provider"], client=client)


def without_local_events(path: Path, to: Path) -> Path:
    """Write what of the sample at *path* was on the wire, numbered anew."""
    first, *records = map(json.loads, path.read_text().splitlines())
    kept = [each for each in records[:-1] if each.get("dir") != "local"]
    lines = [first, *(each | {"seq": seq} for seq, each in enumerate(kept, 1)), {"end": True, "records": len(kept)}]
    to.write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    return to


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name[:4])
def test_plain_events_give_the_same_findings_read_as_they_are_and_imported(
    rtlog: Callable, sample: Path, tmp_path: Path
) -> None:
    events, back = tmp_path / "call.jsonl", tmp_path / "back.rtlog.jsonl"

    assert rtlog("export", str(sample), "-o", str(events)).code == 0
    imported = rtlog("import", str(events), "-o", str(back))

    setup = setup_of(sample)
    assert "not understood" not in imported.err
    assert findings(events, setup) == findings(back, setup) == findings(sample, setup)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name[:4])
def test_an_imported_har_gives_the_findings_of_the_wire(rtlog: Callable, sample: Path, tmp_path: Path) -> None:
    wire = without_local_events(sample, tmp_path / "wire.rtlog.jsonl")
    har, back = tmp_path / "call.har", tmp_path / "back.rtlog.jsonl"

    assert rtlog("export", str(sample), "-o", str(har)).code == 0
    assert rtlog("import", str(har), "-o", str(back)).code == 0

    setup = setup_of(sample)
    assert findings(back, setup) == findings(wire, setup)


def test_a_har_holds_what_the_specification_wants_and_the_messages_as_they_were(
    rtlog: Callable, tmp_path: Path
) -> None:
    told = rtlog("export", str(R01), "-o", str(tmp_path / "call.har"))
    log = json.loads((tmp_path / "call.har").read_bytes())["log"]

    (entry,) = log["entries"]
    assert told.err.splitlines() == [
        f"rtlog: wrote {tmp_path / 'call.har'}",
        "rtlog: left out: 16 local events, 1 close record",
    ]
    assert (log["version"], log["creator"]["name"], log["pages"]) == ("1.2", "rtlog", [])
    assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert entry["request"].keys() == {
        "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize",
    }  # fmt: skip
    assert entry["response"].keys() == {
        "status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize",
        "bodySize",
    }  # fmt: skip
    assert entry["timings"].keys() == {"send", "wait", "receive"}
    assert entry["startedDateTime"] == "2026-11-21T03:08:15.123456Z"
    assert entry["request"]["url"] == "wss://api.openai.com/v1/realtime?model=gpt-realtime"
    assert entry["request"]["queryString"] == [{"name": "model", "value": "gpt-realtime"}]
    wire = [json.loads(line) for line in R01.read_text().splitlines() if '"src":"wire"' in line]
    messages = entry["_webSocketMessages"]
    assert [json.loads(each["data"]) for each in messages] == [each["event"] for each in wire]
    assert [each["type"] for each in messages] == ["send" if each["dir"] == "client" else "receive" for each in wire]
    assert [each["time"] for each in messages] == pytest.approx(
        [1795230495.123456789 + each["t"] / 1e9 for each in wire]
    )


def test_each_connection_is_an_entry_and_what_was_said_on_both_at_a_time_is_told_apart(
    rtlog: Callable, tmp_path: Path
) -> None:
    source = recording(
        tmp_path / "call.rtlog.jsonl",
        *(sent("server", "response.created", event_id=f"event_{n}") | {"conn": n % 2 + 1} for n in range(5)),
        {"kind": "data", "dir": "client", "op": "binary", "n": 2, "sha256": "", "base64": "aGk="},
        {"kind": "data", "dir": "client", "op": "text", "n": 2, "sha256": "", "text": "hi"},
        {"kind": "data", "dir": "client", "op": "text", "n": 9, "sha256": "", "text": "cut"},
        {"kind": "gap", "lost": 3},
    )

    told = rtlog("export", str(source), "-o", "-", "--format", "har")

    entries = json.loads(told.out)["log"]["entries"]
    said = [[json.loads(each["data"])["event_id"] for each in entry["_webSocketMessages"][:3]] for entry in entries[1:]]
    assert said == [["event_1", "event_3"]]
    assert [entry["connection"] for entry in entries] == ["1", "2"]
    assert [(each["opcode"], each["data"]) for each in entries[0]["_webSocketMessages"][3:]] == [(2, "aGk="), (1, "hi")]
    assert "left out: 1 data record, 1 gap record" in told.err


@pytest.mark.parametrize("name", ["call.har.gz", "call.jsonl.gz"])
def test_a_packed_recording_that_latest_means_is_exported_packed(
    rtlog: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RTLOG_HOME", raising=False)
    Path("recordings").mkdir()
    Path("recordings/a.rtlog.jsonl.gz").write_bytes(gzip.compress(R01.read_bytes()))

    assert rtlog("export", "latest", "-o", name).code == 0
    assert rtlog("export", json.loads(R01.read_text().partition("\n")[0])["id"][:12], "-o", f"2-{name}").code == 0

    assert gzip.decompress(Path(name).read_bytes()) == gzip.decompress(Path(f"2-{name}").read_bytes())
    assert b"session.created" in gzip.decompress(Path(name).read_bytes())
    assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600


def test_what_an_untimed_recording_does_not_know_is_not_made_up(rtlog: Callable, tmp_path: Path) -> None:
    source = tmp_path / "pasted.jsonl"
    source.write_text('{"type":"session.created","event_id":"event_1"}\n{"type":"response.create"}\n')

    (entry,) = json.loads(rtlog("export", str(source), "-o", "-", "--format", "har").out)["log"]["entries"]
    lines = rtlog("export", str(source), "-o", "-", "--format", "events").out.splitlines()

    assert [list(each) for each in entry["_webSocketMessages"]] == [["type", "opcode", "data"]] * 2
    assert [list(json.loads(line)) for line in lines] == [["dir", "conn", "n", "event"]] * 2


def test_secrets_that_another_tool_left_in_are_taken_out(rtlog: Callable, tmp_path: Path) -> None:
    key = "sk-proj-0123456789abcdefghijABCDEFGHIJ"
    source = tmp_path / "theirs.jsonl"
    lines = [
        {"type": "conversation.item.create", "item": {"content": [{"type": "input_text", "text": f"before: {key}"}]}},
        {"type": "session.updated", "session": {"client_secret": {"value": "abcdefgh-ephemeral"}}},
        {"type": "error", "error": {"message": "abcdefgh-ephemeral is wrong"}},
    ]
    source.write_text("".join(f"{json.dumps(each)}\n" for each in lines))

    for name in ("har", "events"):
        out = rtlog("export", str(source), "-o", "-", "--format", name).out
        assert out.count("[redacted]") == 3
        assert key not in out
        assert "ephemeral" not in out


def test_copies_that_a_program_told_of_what_the_wire_shows_are_left_out(rtlog: Callable, tmp_path: Path) -> None:
    twice = sent("server", "response.created", event_id="event_1")
    alone = sent("server", "response.created", event_id="event_2") | {"conn": 2, "src": "sdk"}
    source = recording(tmp_path / "call.rtlog.jsonl", twice | {"src": "sdk"}, twice, alone)

    told = rtlog("export", str(source), "-o", "-", "--format", "events")

    assert [json.loads(line)["event"]["event_id"] for line in told.out.splitlines()] == ["event_1", "event_2"]
    assert "left out: 1 sdk copy of a wire event" in told.err


def test_nothing_is_overwritten_and_the_recording_is_no_place_for_it(rtlog: Callable, tmp_path: Path) -> None:
    source = tmp_path / "call.rtlog.jsonl"
    source.write_bytes(R01.read_bytes())

    assert rtlog("export", str(source), "--format", "events").code == 0
    again = rtlog("export", str(source), "--format", "events")
    onto = rtlog("export", str(source), "-o", str(source), "--force")

    assert (again.code, "already exists" in again.err) == (2, True)
    assert (onto.code, "the recording itself" in onto.err) == (2, True)
    assert rtlog("export", str(source), "--format", "events", "--force").code == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["call.events.jsonl", "call.rtlog.jsonl"]
    assert source.read_bytes() == R01.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["-"], "needs a file"),
        ([str(R01), "-o", "call.txt"], "say --format har, events or wav"),
        ([str(R01)], "say --format har, events or wav"),
        ([str(R01), "--format", "wav"], "record with --audio keep"),
        ([str(R01), "--format", "wav", "-o", "-"], "name a folder with -o"),
        (["missing.jsonl", "-o", "a.har"], "no such file"),
        (["damaged.jsonl.gz", "-o", "a.har"], "cannot be read further"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(
    rtlog: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("damaged.jsonl.gz").write_bytes(gzip.compress(R01.read_bytes())[:-900])

    told = rtlog("export", *(["--format", "har"] if arguments == ["-"] else []), *arguments)

    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert problem in told.err
    assert [each.name for each in tmp_path.iterdir()] == ["damaged.jsonl.gz"]


def sounds(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Give the rate and the samples of each file in *folder*."""
    found = {}
    for path in sorted(folder.iterdir()):
        with wave.open(str(path)) as sound:
            assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
            found[path.name] = sound.getframerate(), sound.readframes(sound.getnframes())
    return found


def test_wav_files_hold_what_each_item_sounded_like(rtlog: Callable, tmp_path: Path) -> None:
    source = recording(
        tmp_path / "call.rtlog.jsonl",
        append(b"\1\0" * 10),
        sent("client", "input_audio_buffer.clear"),
        sent("server", "input_audio_buffer.cleared"),
        append(SOUND),
        append(SOUND),
        committed("item_user"),
        append(b"\4\0"),
        committed("item_next"),
        delta("item_a", SOUND),
        delta("item_b", b"\2\0"),
        delta("item_a", b"\3\0"),
    )

    told = rtlog("export", str(source), "--format", "wav")

    folder = tmp_path / "call-audio"
    assert (told.code, told.err) == (0, f"rtlog: wrote {folder}: 4 items, 0.0 s\n")
    assert sounds(folder) == {
        "001-user-item_user.wav": (24_000, SOUND * 2),
        "002-user-item_next.wav": (24_000, b"\4\0"),
        "003-assistant-item_a.wav": (24_000, SOUND + b"\3\0"),
        "004-assistant-item_b.wav": (24_000, b"\2\0"),
    }
    assert {stat.S_IMODE(each.stat().st_mode) for each in [*folder.iterdir()]} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_turn_detection_cut_out_is_as_long_as_the_server_says(rtlog: Callable, tmp_path: Path) -> None:
    pieces = [bytes([number, 0]) * 2400 for number in range(10)]  # 100 ms each
    source = recording(
        tmp_path / "call.rtlog.jsonl",
        *map(append, pieces),
        sent("server", "input_audio_buffer.speech_started", item_id="item_1", audio_start_ms=150),
        sent("server", "input_audio_buffer.speech_stopped", item_id="item_1", audio_end_ms=400),
        committed("item_1"),
    )

    assert rtlog("export", str(source), "--format", "wav", "-o", str(tmp_path / "wav")).code == 0

    ((rate, samples),) = sounds(tmp_path / "wav").values()
    assert samples == b"".join(pieces)[7200:19_200]
    assert len(samples) / 2 / rate == 0.25


@pytest.mark.parametrize(
    ("told", "rate", "samples"),
    [
        ({"audio": {"output": {"format": {"type": "audio/pcmu"}}}}, 8_000, b"\x00\x00\x84\x82\x7c\x7d"),
        ({"output_audio_format": "g711_alaw"}, 8_000, b"\x50\x03\x80\xea\x80\x15"),
        ({"audio": {"output": {"format": {"type": "audio/pcm", "rate": 16_000}}}}, 16_000, b"\xff\x00"),
    ],
)
def test_sound_is_decoded_as_the_session_says(
    rtlog: Callable, tmp_path: Path, told: dict[str, object], rate: int, samples: bytes
) -> None:
    source = recording(
        tmp_path / "call.rtlog.jsonl", sent("server", "session.created", session=told), delta("item", b"\xff\x00\x80")
    )

    assert rtlog("export", str(source), "--format", "wav").code == 0

    assert sounds(tmp_path / "call-audio") == {"001-assistant-item.wav": (rate, samples)}


def test_a_format_that_nobody_here_decodes_is_named(rtlog: Callable, tmp_path: Path) -> None:
    session = sent("server", "session.created", session={"output_audio_format": "opus\x1b[31m"})
    source = recording(tmp_path / "call.rtlog.jsonl", session, delta("item", SOUND))

    told = rtlog("export", str(source), "--format", "wav")

    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "1 item in opus\\x1b[31m" in told.err
    assert not (tmp_path / "call-audio").exists()


def test_hostile_item_ids_name_no_file_outside_and_none_that_is_there(rtlog: Callable, tmp_path: Path) -> None:
    ids = ["../../../etc/passwd", "/etc/x", "a" * 5000, "con\x00.wav", "..", "a/../b", "\u202eexe", "a\nb", " ", "é"]
    source = recording(tmp_path / "call.rtlog.jsonl", *(delta(each, SOUND) for each in ids))

    assert rtlog("export", str(source), "--format", "wav", "-o", str(tmp_path / "wav")).code == 0

    names = [each.name for each in sorted((tmp_path / "wav").iterdir())]
    assert len(names) == len(ids)
    assert names[0] == "001-assistant-_etc_passwd.wav"
    assert all(name.isascii() and len(name) < 90 and not set(name) & set("/\\\0\n ") for name in names)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["call.rtlog.jsonl", "wav"]


def test_a_folder_of_sound_is_replaced_when_forced_and_no_other_folder_is(rtlog: Callable, tmp_path: Path) -> None:
    source = recording(tmp_path / "call.rtlog.jsonl", delta("item", SOUND))
    folder = tmp_path / "call-audio"
    assert rtlog("export", str(source), "--format", "wav").code == 0

    again = rtlog("export", str(source), "--format", "wav")
    assert (again.code, "already exists" in again.err) == (2, True)
    assert rtlog("export", str(source), "--format", "wav", "--force").code == 0
    (folder / "mine.txt").write_text("mine")
    refused = rtlog("export", str(source), "--format", "wav", "--force")
    assert (refused.code, "holds other files too" in refused.err) == (2, True)
    assert (folder / "mine.txt").read_text() == "mine"


def test_damaged_records_of_sound_are_passed_over(rtlog: Callable, tmp_path: Path) -> None:
    half = delta("item", SOUND) | {"event": {"type": "response.output_audio.delta", "delta": "AAAA", "x": "\ud800"}}
    none = sent("server", "response.output_audio.delta", item_id="item", delta="?" * 8)
    odd = sent("server", "response.output_audio.delta", item_id=["item"], delta={"AAAA": 1})
    source = recording(tmp_path / "call.rtlog.jsonl", half, none, odd, delta("item", SOUND), committed("no sound"))

    assert rtlog("export", str(source), "--format", "wav").code == 0

    assert sounds(tmp_path / "call-audio") == {"001-assistant-item.wav": (24_000, SOUND)}
