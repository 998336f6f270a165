"""A recording in figures."""

import pytest
from msgspec import convert

from rtlog.analyzers.summary import MAX_NAMES, OTHERS, Summary, bytes_per_ms
from rtlog.recordings.record import AudioFormat, Event, Record

NS_PER_S = 1_000_000_000


def record(event_type: str, direction: str = "server", t: int | None = 0, **more: object) -> Record:
    """Give a record; `event` members are given as `event={…}`, anything else belongs to its head."""
    event = convert({"type": event_type, **more.pop("event", {})}, Event)
    return Record(type=event_type, dir=direction, t=t, event=event, **more)


def summary_of(*records: Record) -> Summary:
    summary = Summary()
    for each in records:
        summary.feed(each)
    return summary


def test_who_spoke_with_whom_and_for_how_long():
    summary = summary_of(
        Record(kind="open", t=NS_PER_S),
        record("session.created", t=2 * NS_PER_S, event={"session": {"id": "sess_1", "model": "gpt-realtime"}}),
        record("session.updated", t=3 * NS_PER_S, event={"session": {"id": "sess_1", "model": "gpt-realtime"}}),
        record("session.created", t=4 * NS_PER_S, conn=2, event={"session": {"id": "sess_2", "model": "gpt-mini"}}),
        Record(kind="close", t=4 * NS_PER_S + 500_000_000, conn=2),
    )
    assert (list(summary.sessions), list(summary.models)) == (["sess_1", "sess_2"], ["gpt-realtime", "gpt-mini"])
    assert (summary.connections, summary.records, summary.kinds) == (2, 5, {"open": 1, "close": 1})
    assert (summary.duration_ns, summary.duration_ms) == (3_500_000_000, 3500.0)


def test_what_a_hook_tells_again_counts_once():
    told = {"n": 12, "src": "sdk"}
    summary = summary_of(
        record("response.create", "client", n=10, src="wire"),
        record("response.create", "client", **told),
        record("local.tool_started", "local", **told),
        record("response.create", "client", conn=2, **told),
    )
    assert summary.events == {"client": 2, "local": 1}
    assert summary.kinds == {"sdk copy": 1}
    assert summary_of(Record(kind="open"), record("response.create", "client", **told)).events == {}
    assert summary_of(record("response.created"), record("response.created", src="sdk")).responses == {"unfinished": 1}
    assert (summary.by_type["response.create"].count, summary.by_type["response.create"].bytes) == (2, 22)


def test_an_untimed_recording_has_no_length():
    assert summary_of(record("response.created", t=None)).duration_ns is None


def test_responses_by_how_they_ended():
    summary = summary_of(
        record("response.created"),
        record("response.done", event={"response": {"status": "completed"}}),
        record("response.created"),
        record("response.done", event={"response": {"status": "cancelled"}}),
        record("response.created"),
        record("input_audio_buffer.committed"),
    )
    assert +summary.responses == {"completed": 1, "cancelled": 1, "unfinished": 1}
    assert summary.turns == 1


def test_a_call_counts_once_though_two_events_name_its_tool():
    call = {"type": "function_call", "name": "get_weather", "call_id": "call_1"}
    summary = summary_of(
        record("response.function_call_arguments.done", event={"name": "get_weather", "call_id": "call_1"}),
        record("response.output_item.done", event={"item": call}),
        record("response.output_item.done", event={"item": call | {"call_id": "call_2"}}),
        record("response.output_item.done", event={"item": {"type": "message", "role": "assistant"}}),
    )
    assert summary.tools == {"get_weather": 2}


def test_errors_by_code_and_those_without_by_their_sentence():
    summary = summary_of(
        record("error", event={"error": {"code": "item_delete_invalid_item_id"}}),
        record("error", event={"error": {"message": "Error: buffer too small"}}),
        record("error", event={"error": {"type": "server_error"}}),
        record("error", event={}),
    )
    assert summary.errors == {
        "item_delete_invalid_item_id": 1, "input_audio_buffer_commit_empty": 1, "server_error": 1, "unknown": 1,
    }  # fmt: skip


def test_events_and_bytes_by_type():
    summary = summary_of(
        record("response.done", n=800),
        record("response.done", n=200),
        record("response.create", "client", n=30),
        record("local.tool_started", "local", n=90),
    )
    assert [(name, t.count, t.bytes) for name, t in summary.largest(2)] == [
        ("response.done", 2, 1000),
        ("local.tool_started", 1, 90),
    ]
    assert summary.events == {"server": 2, "client": 1, "local": 1}


@pytest.mark.parametrize(
    ("session", "in_ms", "out_ms"),
    [
        ({}, 100, 200),
        ({"audio": {"input": {"format": {"type": "audio/pcm", "rate": 24_000}}}}, 100, 200),
        ({"audio": {"input": {"format": {"type": "audio/pcm", "rate": 48_000}}}}, 50, 200),
        ({"audio": {"output": {"format": {"type": "audio/pcmu"}}}}, 100, 1200),
        ({"input_audio_format": "g711_ulaw", "output_audio_format": "pcm16"}, 600, 200),
        ({"input_audio_format": "mp3"}, 100, 200),
    ],
    ids=["default", "pcm 24 kHz", "pcm 48 kHz", "G.711 out", "beta names", "unknown"],
)
def test_audio_is_counted_in_ms_of_its_own_format(session: dict[str, object], in_ms: float, out_ms: float):
    summary = summary_of(
        record("session.created", event={"session": session}),
        record("input_audio_buffer.append", "client", audio_bytes=4800),
        record("response.output_audio.delta", audio_bytes=4800),
        record("response.audio.delta", audio_bytes=4800),
    )
    assert (summary.audio_in_ms, summary.audio_out_ms) == pytest.approx((in_ms, out_ms))


def test_formats_belong_to_their_connection():
    g711 = {"session": {"input_audio_format": "g711_alaw"}}
    summary = summary_of(
        record("session.created", event=g711),
        record("input_audio_buffer.append", "client", conn=2, audio_bytes=4800),
    )
    assert summary.audio_in_ms == 100


@pytest.mark.parametrize("audio", [None, AudioFormat(), AudioFormat("audio/opus"), "opus"])
def test_a_format_that_is_not_known_has_no_rate(audio: AudioFormat | str | None):
    assert bytes_per_ms(audio) is None


def test_a_folded_record_counts_as_all_it_stands_for():
    summary = summary_of(record("input_audio_buffer.append", "client", folded=9, audio_bytes=48_000, n=64_000))
    assert (summary.records, summary.events["client"], summary.audio_in_ms) == (10, 10, 1000)
    assert summary.by_type["input_audio_buffer.append"].count == 10


def test_what_a_hook_tells_alone_is_heeded():
    alone = summary_of(record("response.created", src="sdk"))
    assert +alone.responses == {"unfinished": 1}


def test_memory_does_not_grow_with_hostile_names():
    summary = summary_of(*(record(f"x.{number}", conn=number) for number in range(MAX_NAMES + 50)))
    assert (len(summary.by_type), summary.connections) == (MAX_NAMES + 1, MAX_NAMES)
    assert summary.by_type[OTHERS].count == 50
