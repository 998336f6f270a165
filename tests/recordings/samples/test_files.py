"""The sample files: as their generator writes them, in the exact format, with expectations that point at records."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec import convert

from rtlog.recordings.format import Footer, Header
from rtlog.recordings.reader import read
from rtlog.recordings.samples import catalogue
from rtlog.recordings.vocabulary.events import LOCAL_EVENTS, direction_of

SAMPLES = Path(str(files("rtlog.recordings.samples")))
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())
HEAD = ["type", "dir", "n", "audio_bytes", "seq", "t", "conn", "src", "elided", "event"]
GA_ID = r"(item|resp|event)_[0-9A-Za-z]{21}"
OWN_ID = r"item_[0-9a-f]{12}"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

SUBJECT = {
    "RT101": "conversation.item.delete",
    "RT102": "conversation.item.added",
    "RT103": "conversation.item.added",
    "RT104": "conversation.item.create",
    "RT105": "conversation.item.delete",
    "RT106": "conversation.item.create",
    "RT111": "local.placeholder_skipped",
    "RT201": "response.create",
    "RT301": "conversation.item.truncate",
    "RT403": "response.created",
    "RT404": "conversation.item.create",
    "RT506": "conversation.item.deleted",
}
"""The type of the record that a finding of the rule is told at."""


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (SAMPLES / name).read_text().splitlines()]


@pytest.fixture(params=[pytest.param(name, id=name.partition(".")[0]) for name in EXPECTED])
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_files_on_disk_are_what_the_generator_writes():
    written = dict(catalogue.files())

    on_disk = {path.name: path.read_bytes() for path in SAMPLES.iterdir() if path.suffix in {".jsonl", ".json"}}

    assert on_disk.keys() == written.keys()
    assert [name for name, content in written.items() if on_disk[name] != content] == []


def test_a_sample_begins_with_a_header_and_ends_with_a_footer_that_counts_its_records(name: str):
    first, *records, last = lines(name)

    header, footer = convert(first, Header), convert(last, Footer)

    told = any(record.get("dir") == "local" for record in records)
    assert header.tap == "samples"
    assert (bool(header.client), bool(header.sdk)) == (told, told)
    assert footer.records == len(records)
    assert (records[0]["kind"], records[-1]["kind"]) == ("open", "close")


def test_heads_are_in_the_formats_order_and_count_up(name: str):
    records = lines(name)[1:-1]
    times = [record["t"] for record in records]

    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert times == sorted(times)
    assert times[0] == 0
    for record in records:
        if "event" in record:
            assert list(record) == [key for key in HEAD if key in record]
            assert record["type"] == record["event"]["type"]
            assert record["src"] == ("sdk" if record["dir"] == "local" else "wire")
            assert direction_of(record["type"]) == record["dir"]
            assert record["dir"] != "local" or record["type"] in LOCAL_EVENTS


def test_sizes_are_those_of_the_message_with_its_audio(name: str):
    for record in lines(name)[1:-1]:
        if "event" not in record:
            continue
        size = len(json.dumps(record["event"], separators=(",", ":"), ensure_ascii=False).encode())
        audio = record.get("audio_bytes", 0)
        assert record["n"] == size + -(-audio // 3) * 4
        assert bool(audio) == ("elided" in record)
        for key, digest in record.get("elided", {}).items():
            assert record["event"][key] == ""
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)


def test_a_sample_reads_without_damage(name: str):
    reading = read(SAMPLES / name)

    records = list(reading)

    assert len(records) == len(lines(name)) - 2
    assert list(reading.damage) == []
    assert reading.complete


def test_ids_have_the_providers_shape(name: str):
    server = [record["event"] for record in lines(name)[1:-1] if record.get("dir") == "server"]
    shape = UUID if name.startswith("r04") else f"{GA_ID}|{OWN_ID}"

    ids = {EXPECTED[name]["labels"][label] for label in EXPECTED[name]["labels"]}
    event_ids = [event["event_id"] for event in server]

    assert [id_ for id_ in ids if not re.fullmatch(shape, id_)] == []
    assert [id_ for id_ in event_ids if not re.fullmatch(shape, id_)] == []
    assert len(set(event_ids)) == len(event_ids)


def findings(name: str) -> list[tuple[str, dict]]:
    return [(lane, told) for lane in ("wire", "local") for told in EXPECTED[name].get(lane, {}).get("findings", [])]


def test_expectations_point_at_records_of_the_right_type_that_name_their_subject(name: str):
    at = dict(enumerate(lines(name), 1))
    for _, finding in findings(name):
        record = at[finding["line"]]
        assert record["type"] == SUBJECT[finding["rule"]]
        if finding["rule"] not in {"RT506", "RT201", "RT403"}:
            assert finding["items"][0] in json.dumps(record["event"])
        assert [EXPECTED[name]["labels"][label] for label in finding["labels"]] == finding["items"]


def test_expectations_are_in_order_and_their_stories_have_roots(name: str):
    for lane in {lane for lane, _ in findings(name)}:
        told = EXPECTED[name][lane]["findings"]
        by_key = {finding["finding"]: finding for finding in told}
        assert told == sorted(told, key=lambda finding: (finding["line"], finding["rule"]))
        assert len(by_key) == len(told)
        for finding in told:
            assert by_key[finding["root"]]["caused_by"] is None
            assert finding["caused_by"] is None or by_key[finding["caused_by"]]["root"] == finding["root"]


def test_the_verdict_is_clean_where_nothing_is_above_info(name: str):
    for lane in {"wire", "local"} & EXPECTED[name].keys():
        worst = {finding["severity"] for finding in EXPECTED[name][lane]["findings"]} - {"info"}
        assert EXPECTED[name][lane]["verdict"] == ("findings" if worst else "clean")


def test_only_samples_with_local_events_have_expectations_of_the_local_lane(name: str):
    told = any(record.get("dir") == "local" for record in lines(name))

    assert ("local" in EXPECTED[name]) == told
