"""A scrubbed line tells nothing that was said, wherever it stood, and all else of the record."""

import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rtlog.recordings.reader import read
from rtlog.recordings.scrubbing import Category, Scrubber
from rtlog.recordings.scrubbing.json_text import LITERALS

KEY = b"a test's key"
Json = dict[str, Any]


def scrub(*lines: Json, kept: frozenset[Category] = frozenset(), keep_keys: bool = True) -> list[Json]:
    scrubber = Scrubber(KEY, kept, keep_keys=keep_keys)
    return [orjson.loads(scrubber.line(orjson.dumps(line) + b"\n")) for line in lines]


def event(**fields: Any) -> Json:  # noqa: ANN401 - any event
    return {
        "type": fields["type"],
        "dir": "server",
        "n": 9,
        "seq": 1,
        "t": 5,
        "conn": 1,
        "src": "wire",
        "event": fields,
    }


def scrub_event(**fields: Any) -> Json:  # noqa: ANN401
    (line,) = scrub(event(**fields))
    told: Json = line["event"]
    return told


def everything(word: str) -> list[Json]:
    """Give lines with *word* in each place where a session may carry what somebody said, knows or owns."""
    arguments = json.dumps({"who": word, "list": [word, {"deep": word}]})
    spoken = [{"type": "output_audio", "transcript": word}, {"type": "input_text", "text": f"say {word}"}]
    call = {"id": "i2", "type": "function_call", "name": "find", "arguments": arguments}
    tool = {"type": "function", "name": "find", "description": word}
    tool["parameters"] = {"type": "object", "properties": {"who": {"type": "string", "description": word}}}  # type: ignore[assignment]
    prompt = {"id": "pmpt_1", "variables": {"customer": word}}
    headers = {"host": f"{word}.openai.azure.com", "x-customer": word, "openai-organization": word}
    limits = {"text": f"not JSON: {word}", "sha256": "0" * 64, "n": 3, "op": "text"}
    return [
        {
            "rtlog": 1,
            "id": "01JD",
            "title": word,
            "upstream": f"wss://{word}.example/v1/{word}?deployment={word}",
            "by": word,
        },
        {"kind": "open", "seq": 1, "request": {"method": "GET", "target": f"/{word}?k={word}", "headers": headers}},
        {"kind": "mark", "seq": 2, "text": word},
        {"kind": "data", "seq": 3, "dir": "client", **limits},
        {"kind": "data", "seq": 3, "dir": "client", "op": "binary", "base64": word},
        {"kind": "close", "seq": 4, "by": "server", "code": 1008, "reason": f"refused: '{word}'"},
        {"kind": "unheard-of", "seq": 4, "note": word},
        event(type="session.update", session={"instructions": word, "tools": [tool], "prompt": prompt}),
        event(type="session.update", session={"audio": {"input": {"transcription": {"prompt": word}}}}),
        event(type="session.updated", session={"tracing": {"workflow_name": word, "metadata": {"customer": word}}}),
        event(type="conversation.item.added", item={"id": "i1", "type": "message", "content": spoken}),
        event(type="conversation.item.create", item={"type": "message", "content": [{"image_url": f"data:{word}"}]}),
        event(type="conversation.item.create", item={"type": "function_call_output", "output": word}),
        event(type="conversation.item.create", item={"type": "function_call_output", "output": arguments}),
        event(type="conversation.item.done", item={"type": "mcp_call", "error": {"message": f"no '{word}'"}}),
        event(type="conversation.item.done", item={"type": "mcp_call", "error": f"none of {word}", "output": None}),
        event(type="response.done", response={"metadata": {"about": word}, "output": [call]}),
        event(type="response.function_call_arguments.done", item_id="i2", arguments=arguments),
        event(type="response.function_call_arguments.delta", item_id="i2", delta=arguments),
        event(type="response.output_audio_transcript.delta", item_id="i1", delta=word),
        event(type="conversation.item.input_audio_transcription.delta", delta=word, logprobs=[{"token": word}]),
        event(type="conversation.item.input_audio_transcription.completed", transcript=f"{word}, {word}"),
        event(type="error", error={"code": "invalid_value", "message": f"Invalid value: '{word}'."}),
        event(type="local.tool_finished", item_id="i2", error=f"nobody is called {word}"),
        event(type="local.log", level="info", message=f"heard {word}"),
        event(type="conversation.item.speaker", name=word, speaker={"name": word}, voice={"name": word}),
        event(type="something.new", unheard_of=word, list=[word], deep={"er": [{"and": word}]}),
        {"type": "user_transcript", "user_transcription_event": {"user_transcript": word}},
        {"toolCall": {"functionCalls": [{"id": "c", "name": "find", "args": {"who": word, "n": 4}}]}},
        {"foo": word},
    ]


def is_the_protocols(word: str) -> bool:
    return word in LITERALS or word in orjson.dumps(scrub(*everything(""))).decode()


@given(st.text(alphabet=st.characters(categories=["Ll"]), min_size=5, max_size=12))
def test_a_word_is_found_in_no_byte_wherever_it_was_said(word: str) -> None:
    assume(not is_the_protocols(word))
    said = orjson.dumps(scrub(*everything(word), keep_keys=False)).decode()

    assert word not in said
    assert word.encode("unicode_escape").decode() not in said


def test_the_names_of_members_go_from_arguments_and_from_what_declares_them() -> None:
    schema = {"type": "object", "properties": {"passport": {"type": "string"}}, "required": ["passport"]}
    told = event(type="session.update", session={"tools": [{"type": "function", "name": "find", "parameters": schema}]})
    called = event(type="response.function_call_arguments.done", name="find", arguments='{"passport":1}')

    declared, call = scrub(told, called, keep_keys=False)

    assert b"passport" not in orjson.dumps([declared, call])
    assert declared["event"]["session"]["tools"][0]["name"] == call["event"]["name"] == "find"


def test_names_ids_and_numbers_of_the_protocol_stay() -> None:
    told = event(
        type="response.done",
        event_id="event_1",
        response={"id": "resp_1", "status": "completed", "usage": {"total_tokens": 812}, "output": []},
    )

    assert scrub(told) == [told]


def test_what_is_no_name_is_not_kept_for_standing_where_one_stands() -> None:
    told = scrub_event(type="response.done", response={"status": "Rosalind called", "object": "患者の田中さん"})

    assert "Rosalind" not in told["response"]["status"]
    assert "田中" not in told["response"]["object"]


def test_what_a_client_knows_its_answer_by_stays() -> None:
    told = scrub_event(type="response.create", response={"metadata": {"client_event_id": "e_1", "topic": "divorce"}})

    assert told["response"]["metadata"]["client_event_id"] == "e_1"
    assert told["response"]["metadata"]["topic"] != "divorce"


def test_pieces_add_up_to_what_is_told_at_the_end() -> None:
    scrubber = Scrubber(KEY)
    pieces = [
        event(type="response.output_text.delta", item_id="i1", delta=each) for each in ("Good mor", "ning, Ja", "ne")
    ]
    whole = event(type="response.output_text.done", item_id="i1", text="Good morning, Jane")

    said = [orjson.loads(scrubber.line(orjson.dumps(line)))["event"] for line in (*pieces, whole)]

    assert "".join(each["delta"] for each in said[:-1]) == said[-1]["text"]
    assert "Jane" not in said[-1]["text"]


def test_an_error_keeps_its_sentence_and_its_ids_and_loses_what_it_quotes() -> None:
    told = scrub_event(type="error", error={"message": "Item 'item_1' has no 'Rosalind': can't be truncated."})

    said = told["error"]["message"]
    assert said.startswith("Item 'item_1' has no '")
    assert said.endswith("': can't be truncated.")
    assert "Rosalind" not in said


def test_what_is_kept_by_name_stays() -> None:
    call = {"type": "function_call", "arguments": '{"city":"Paris"}'}
    spoken = {"type": "message", "content": [{"text": "to Paris"}]}

    (told,) = scrub(
        event(type="response.done", response={"output": [call, spoken]}), kept=frozenset({Category.ARGUMENTS})
    )

    kept, gone = told["event"]["response"]["output"]
    assert kept == call
    assert gone["content"][0]["text"] != "to Paris"


def test_sounds_are_emptied_and_their_length_stays() -> None:
    told = {**event(type="response.output_audio.delta", delta="AAAA" * 8), "audio_bytes": 24}

    (line,) = scrub(told)

    assert line["event"]["delta"] == ""
    assert line["audio_bytes"] == 24
    assert line["elided"]["delta"].startswith("sha256:")


def test_the_header_says_what_was_taken_out() -> None:
    (header,) = scrub({"rtlog": 1, "redaction": ["secrets"], "audio": "keep"}, kept=frozenset({Category.TOOLS}))

    assert header["redaction"][:2] == ["secrets", "spoken"]
    assert "tools" not in header["redaction"]
    assert header["audio"] == "meta"


def test_a_providers_host_stays_and_its_customers_name_goes() -> None:
    (header,) = scrub({"rtlog": 1, "upstream": "wss://acme.openai.azure.com/openai/v1/realtime?model=gpt-realtime"})

    assert header["upstream"].endswith(".openai.azure.com/openai/v1/realtime?model=gpt-realtime")
    assert "acme" not in header["upstream"]


DAMAGED = (
    b'{"rtlog":1}\n\n[1, 2]\nnot JSON at all: Rosalind\n{"note":"Rosalind"}\n'
    b'{"type":"error","dir":"server","seq":3,"t":7,"event":{"type":"error","n":NaN,"text":"\\ud83d"}}\n'
    b'{"rtlog":1,"title":"Rosalind"}\n{"type":"error","dir":"ser'
)


def test_damage_stays_damage_at_its_line() -> None:
    scrubber = Scrubber(KEY)
    copy = b"".join(scrubber.line(line) for line in DAMAGED.splitlines(keepends=True))

    assert b"Rosalind" not in copy
    assert damage_of(copy) == damage_of(DAMAGED)


def damage_of(recording: bytes) -> object:
    reading = read(io.BytesIO(recording))
    records = [(record.line, record.type, record.t) for record in reading]
    return records, [str(each) for each in reading.damage], reading.torn, reading.malformed


def test_events_without_a_head_stay_readable_and_keep_their_times() -> None:
    told = {"type": "input_audio_buffer.append", "audio": "AAAA" * 8, "timestamp": "2026-11-21 03:08:15.5"}
    said = {"type": "conversation.item.truncated", "dir": "server", "ts": 12.5, "audio_end_ms": 7}

    sound, truncated = scrub(told, said)

    (record,) = read(io.BytesIO(orjson.dumps(sound)))
    assert (record.type, record.dir, record.audio_bytes, record.t) == ("input_audio_buffer.append", "client", 24, 0)
    assert truncated == said


@pytest.mark.parametrize("keep_keys", [True, False])
def test_what_a_tool_answered_looks_the_same_where_a_message_repeats_it(*, keep_keys: bool) -> None:
    answer = '{"status": "in transit", "late": true, "note": "M\\u00fcller\\nat 5e3"}'
    output = {"type": "function_call_output", "call_id": "call_1", "output": answer}
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"It said: {answer}!"}]}
    events = [{"type": "conversation.item.create", "item": item} for item in (output, message)]
    scrubber = Scrubber(b"a test's key", keep_keys=keep_keys)

    told, repeated = (json.loads(scrubber.line(json.dumps(each).encode())) for each in events)

    assert told["item"]["output"] in repeated["item"]["content"][0]["text"]
    assert "transit" not in json.dumps(repeated)
    assert ("status" in json.dumps(repeated)) is keep_keys
