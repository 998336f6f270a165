import json
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.recordings.format import AudioPolicy
from rtlog.recordings.message import EventLine, KindLine, Policy
from rtlog.recordings.redaction import Redactor


def keep(message: bytes, audio: AudioPolicy = "meta"):
    return Policy(audio, Redactor()).line(message, "server", 1, "wire")


def encoded(message: bytes, audio: AudioPolicy = "meta"):
    return keep(message, audio).encode(7, 42)


def test_the_head_stands_in_its_order_and_the_event_is_the_message_s_own_text():
    message = b'{ "event_id":"e1","type":"response.created" , "x":1.50, "x":2, "u":"\\u00e9" }'

    assert encoded(message) == (
        b'{"type":"response.created","dir":"server","n":77,"seq":7,"t":42,"conn":1,"src":"wire","event":'
        + message
        + b"}\n"
    )


def test_line_breaks_between_tokens_become_spaces():
    line = encoded(b'{\n  "type": "error",\r\n  "a": "b\\nc"\n}')

    assert line.count(b"\n") == 1
    assert b'"respaced":true,"event":{   "type": "error",    "a": "b\\nc" }' in line


AUDIO = b64encode(bytes(range(100)))
DIGEST = f"sha256:{sha256(AUDIO).hexdigest()}"


@pytest.mark.parametrize(
    ("event_type", "field"),
    [
        ("response.output_audio.delta", "delta"),
        ("response.audio.delta", "delta"),
        ("input_audio_buffer.append", "audio"),
    ],
)
def test_audio_is_emptied_in_place_measured_and_named(event_type: str, field: str):
    message = b'{"type":"%b", "z":1.0,"%b":"%b","event_id":"e"}' % (event_type.encode(), field.encode(), AUDIO)

    line = keep(message)

    assert line.event == message.replace(AUDIO, b"")
    assert (line.n, line.audio_bytes, line.elided) == (len(message), 100, {field: DIGEST})
    assert b',"audio_bytes":100,"seq":' in line.encode(1, 1)


@pytest.mark.parametrize(
    "message",
    [
        b'{"type":"response.output_audio.delta","delta":"%b","x":{"delta":""}}',
        b'{"type":"response.output_audio.delta","x":{"delta":"AAAA"},"delta":"%b"}',
        b'{"type":"response.output_audio.delta","delta":"","delta":"%b"}',
        b'{"type":"response.output_audio.delta","delta" : "%b"}',
        b'{"type":"response.output_audio.delta","d\\u0065lta":"%b"}',
        b'{"type":"response.output_audio.delta","x":"\\"delta\\":\\"","delta":"%b"}',
    ],
)
def test_only_the_audio_is_emptied_however_the_event_is_written(message: bytes):
    said = json.loads(message % AUDIO)

    line = keep(message % AUDIO)

    assert json.loads(line.event) == said | {"delta": ""}
    assert (line.audio_bytes, line.elided) == (100, {"delta": DIGEST})


def test_kept_audio_that_spells_the_words_of_secrets_is_verbatim():
    spelled = b"key+auth/token+password/secret+bearer/basic+eyJ/AIzaAIza" * 20
    message = b'{"type":"input_audio_buffer.append","audio":"%b"}' % spelled

    assert keep(message, "keep").event == message


def test_kept_audio_is_verbatim_and_measured_all_the_same():
    message = b'{"type":"response.output_audio.delta","delta":"%b"}' % AUDIO

    line = keep(message, "keep")

    assert (line.event, line.audio_bytes, line.elided) == (message, 100, None)


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (
            {"type": "conversation.item.create", "item": {"content": [{"text": "a"}, {"audio": "AAAA"}]}},
            "item.content[1].audio",
        ),
        ({"type": "conversation.item.retrieved", "item": {"content": [{"audio": "AAAA"}]}}, "item.content[0].audio"),
        ({"type": "response.content_part.done", "part": {"type": "audio", "audio": "AAAA"}}, "part.audio"),
        (
            {"type": "response.done", "response": {"output": [{"content": [{"audio": "AAAA"}]}]}},
            "response.output[0].content[0].audio",
        ),
        (
            {"type": "response.create", "response": {"input": [{"content": [{"audio": "AAAA"}]}]}},
            "response.input[0].content[0].audio",
        ),
        ({"realtimeInput": {"mediaChunks": [{"data": "A" * 400}]}}, "realtimeInput.mediaChunks[0].data"),
        ({"type": "audio", "audio_event": {"audio_base_64": "QUJD" * 80 + "QQ=="}}, "audio_event.audio_base_64"),
    ],
)
def test_audio_is_found_wherever_a_vocabulary_puts_it(message: dict[str, object], path: str):
    line = keep(json.dumps(message).encode())

    assert list(line.elided) == [path]
    assert line.audio_bytes > 0
    assert b"AAAA" not in line.event
    assert b"QUJD" not in line.event


def test_the_session_s_audio_settings_and_long_texts_are_no_audio():
    for message in (
        b'{"type":"session.updated","session":{"audio":{"input":{"format":{"type":"audio/pcm"}}}}}',
        b'{"type":"response.output_text.delta","delta":"%b"}' % (b"A" * 1000),
        b'{"type":"some.other","text":"%b"}' % (b"plain words, " * 100),
    ):
        line = keep(message)
        assert (line.event, line.elided, line.audio_bytes) == (message, None, 0)


def test_a_payload_that_also_stands_elsewhere_is_emptied_only_where_it_is_audio():
    message = b'{"type":"response.output_audio.delta","item_id":"QUJD","delta":"QUJD"}'

    assert json.loads(keep(message).event) == {"type": "response.output_audio.delta", "item_id": "QUJD", "delta": ""}


def test_a_payload_that_begins_like_another_string_is_emptied_alone():
    message = b'{"note":"%b!","type":"response.output_audio.delta","delta":"%b"}' % (AUDIO, AUDIO)

    line = keep(message)
    assert isinstance(line, EventLine)
    assert line.event == b'{"note":"%b!","type":"response.output_audio.delta","delta":""}' % AUDIO


def test_escaped_audio_is_emptied_too():
    message = b'{"type":"response.output_audio.delta","delta":"QUJ\\u0044"}'

    assert json.loads(keep(message).event)["delta"] == ""


@pytest.mark.parametrize(
    "message", [b"{}", b'{"setup":{}}', b'{"type":5}', b'{"type":null}', b'{"type":"%b"}' % (b"x." * 150)]
)
def test_an_object_without_a_usable_type_is_an_event_without_type(message: bytes):
    line = keep(message)

    assert isinstance(line, EventLine)
    assert (line.type, line.event) == ("", message)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"hello",
        b"[1]",
        b'"a"',
        b"{",
        b'{"a":"\xff"}',
        b'{"a":NaN}',
        b'{"a":"x\ny"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_data_with_its_text(message: bytes):
    line = keep(message)

    assert isinstance(line, KindLine)
    record = json.loads(line.encode(1, 2))
    assert (record["kind"], record["op"], record["n"]) == ("data", "text", len(message))
    assert record["text"] == message.decode("utf-8", "replace")[:4096]
    assert record["sha256"] == sha256(message).hexdigest()


def test_half_a_surrogate_pair_is_kept_as_the_sender_wrote_it():
    message = b'{"type":"response.output_text.delta","delta":"\\ud83d"}'

    assert keep(message).event == message


def test_half_a_surrogate_pair_is_no_event_type():
    line = encoded(b'{"type":"response.\\ud83d"}')

    assert line.startswith(b'{"type":"","dir":"server"')


def test_binary_keeps_its_bytes_only_where_audio_is_kept():
    meta = Policy("meta", Redactor()).data("binary", b"\x00\x01", "client", 1).fields
    kept = Policy("keep", Redactor()).data("binary", b"\x00\x01", "client", 1).fields

    assert "base64" not in meta
    assert meta["sha256"] == sha256(b"\x00\x01").hexdigest()
    assert kept["base64"] == "AAE="


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    event=st.dictionaries(st.text(), json_values, max_size=5),
    indent=st.sampled_from([None, 2]),
    ascii_only=st.booleans(),
)
def test_any_object_becomes_one_line_that_holds_it(*, event: dict[str, object], indent: int | None, ascii_only: bool):
    message = json.dumps(event, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    line = encoded(message, "keep")

    assert line.endswith(b"\n")
    assert b"\n" not in line[:-1]
    record = json.loads(line)
    assert record["event"] == event or record["elided"]
