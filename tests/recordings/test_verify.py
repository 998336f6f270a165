"""What a strict reading takes for base64: what a strict decoder takes for it, without padding too many."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
