"""What a strict reading takes for base64: what a strict decoder takes for it, without padding too many."""

import binascii
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlog.recordings.reader import read
from rtlog.recordings.verify import base64_size

LETTERS = st.sampled_from([b"A", b"z", b"9", b"+", b"/", b"=", b"==", b"-", b"\n", b" ", b"\xff", b"QUJD"])


def decoded(text: bytes) -> bytes | None:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return None


@given(st.lists(LETTERS, max_size=12).map(b"".join))
def test_letters_that_do_not_belong_and_padding_at_the_wrong_place_are_seen(text: bytes):
    size, data = base64_size(text), decoded(text)

    if size is None:  # the decoder lets more padding pass than there may be
        assert data is None or len(binascii.b2a_base64(data, newline=False)) != len(text)
    else:
        assert data is not None
        assert len(data) == size


@given(st.binary(max_size=200))
def test_what_is_encoded_has_its_size(data: bytes):
    assert base64_size(binascii.b2a_base64(data, newline=False)) == len(data)


@pytest.mark.parametrize("text", [b"====", b"A===", b"AA==AA==", b"=AAA", b"AAA", b"AA=A"])
def test_no_base64(text: bytes):
    assert base64_size(text) is None


SOUND = binascii.b2a_base64(bytes(range(255)) * 3, newline=False)
EVENT = b'{"type":"input_audio_buffer.append","note":"x","audio":"%b"%b}'
LINE = (
    b'{"type":"input_audio_buffer.append","dir":"client","n":1,"audio_bytes":765,"seq":1,"t":0,"conn":1,"event":%b}\n'
)
NO_BASE64 = ["line 2: its audio is not the base64 of 765 bytes"]


@pytest.mark.parametrize(
    ("event", "damage"),
    [
        (EVENT % (SOUND, b""), []),
        (EVENT % (SOUND[:-4] + b"AA==", b""), NO_BASE64),
        (EVENT % (SOUND[:-1] + b"!", b""), NO_BASE64),
        (EVENT % (SOUND[:-1] + b"=", b""), NO_BASE64),
        (EVENT % (SOUND, b',"audio":"A"'), NO_BASE64),
        (EVENT % (SOUND, b',"more":"\xff"'), ["line 2: it is not strict JSON"]),
        (EVENT % (SOUND, b',"more":"\\ud800"'), ["line 2: it is not strict JSON"]),
        (EVENT.replace(b'"x"', b'"\xff"') % (SOUND, b""), ["line 2: it is not strict JSON"]),
        (b'{"type":"response.done","note":"\xc3\xa9"}', []),
        (b'{"type":"response.done","note":"\xff"}', ["line 2: it is not strict JSON"]),
        (b'{"type":"response.done","note":"\\ud800"}', ["line 2: it is not strict JSON"]),
    ],
)
def test_every_byte_of_a_line_counts(event: bytes, damage: list[str]):
    line = LINE % event
    if b"response.done" in event:
        line = line.replace(b"input_audio_buffer.append", b"response.done").replace(b'"audio_bytes":765,', b"")
    with read(io.BytesIO(b'{"rtlog":1,"id":"01JD"}\n' + line), strict=True) as reading:
        assert [record.seq for record in reading] == [1]

    assert [str(each) for each in reading.damage] == damage
