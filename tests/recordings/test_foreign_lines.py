"""A line of another tool's log that is read the quick way gives the record of the longer way, and hides no secret."""

import base64
from itertools import product

import pytest

from rtlog.recordings.foreign_lines import ForeignLines
from rtlog.recordings.headerless import HeaderlessDecoder
from rtlog.recordings.secrets import SecretFinder

SOUND = base64.b64encode(bytes(range(256)) * 2).decode()
APPEND = '"type": "input_audio_buffer.append"'
DELTA = '"type": "response.output_audio.delta"'
KEY = "sk-abcdefghijklmnopqrstuvwxyz"

PAYLOADS = [
    SOUND,
    SOUND[:-1] + "=",
    SOUND[:40],
    "",
    SOUND + "\\n",
    SOUND + "\n",
    SOUND + '\\"' + SOUND,
    SOUND + "é",
    SOUND.replace("A", "-"),
    KEY * 12,
]
EVENTS = [
    '{%(type)s, "%(field)s": "%(sound)s"}',
    '{"%(field)s" : "%(sound)s", %(type)s, "item_id": "item_1"}',
    '{"%(field)s": "%(sound)s", %(type)s, "item_id": 7}',
    '{"%(field)s": "%(sound)s", %(type)s, "%(field)s": ""}',
    '{"%(field)s": "short", %(type)s, "%(field)s": "%(sound)s"}',
    '{"%(field)s": "%(sound)s", %(type)s, "delta": "", "audio": ""}',
    '{%(type)s, "x": {"%(field)s": "%(sound)s"}, "%(field)s": ""}',
    '{%(type)s, "x": {"%(field)s": "%(sound)s"}}',
    '{%(type)s, "a\\"%(field)s": "%(sound)s"}',
    '{%(type)s, "d\\u0065lta": "%(sound)s", "audio": "%(sound)s"}',
    '{%(type)s, "%(field)s": ["%(sound)s"]}',
    '{%(type)s, "%(field)s": 5}',
    '{"%(field)s": "%(sound)s", %(type)s, "text": "' + KEY + '"}',
    '{"%(field)s": "%(sound)s" %(type)s}',
]
WRAPPINGS = [
    '{"ts": 1790000000.25, "dir": "server", "event": %s}',
    '{"event": %s, "dir": "nobody"}',
    '{"t": 5.5, "event": %s}',
    '{"n": 7, "audio_bytes": 9, "event": %s}',
    '{"event": {"type": 5, "audio": "' + SOUND + '"}, "event": %s}',
    '{"event": %s, "event": {"type": "session.created"}}',
    '{"timestamp": "2026-11-21T16:00:00.5Z", "event": %s}',
    "%s",
    "%s x",
]


def lines(wrapping: str) -> list[bytes]:
    kinds = product((APPEND, DELTA), ("audio", "delta"), PAYLOADS)
    members = [{"type": kind, "field": field, "sound": sound} for kind, field, sound in kinds]
    return [(wrapping % (event % each)).encode() + b"\n" for event in EVENTS for each in members]


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_line_read_quickly_gives_the_record_of_the_longer_way(wrapping: str) -> None:
    for line in lines(wrapping):
        record = ForeignLines(HeaderlessDecoder(), SecretFinder()).skim(line)
        if record is not None:
            assert HeaderlessDecoder().decode(line) == (record, False), line
            assert SecretFinder().find(line) == ([], line)


@pytest.mark.parametrize(
    ("line", "size"),
    [
        (WRAPPINGS[0] % f'{{"delta": "{SOUND}", {DELTA}}}', 512),
        (WRAPPINGS[1].replace("nobody", "client") % f'{{"audio": "{SOUND}", {APPEND}}}', 512),
        (f'{{"ts": 1790000000, {DELTA}, "delta": "{SOUND}"}}', 512),
        (WRAPPINGS[0] % '{"type": "response.done"}', 0),
    ],
)
def test_what_most_lines_are_like_is_read_quickly(line: str, size: int) -> None:
    record = ForeignLines(HeaderlessDecoder(), SecretFinder()).skim(line.encode())

    assert record is not None
    assert record.audio_bytes == size


def test_a_secret_that_was_found_before_is_found_in_audio_too() -> None:
    finder = SecretFinder()
    finder.find(b'{"event": {"type": "session.update", "api_key": "Abcdefghijkl"}}\n')
    line = (WRAPPINGS[0] % f'{{"delta": "{SOUND}Abcdefghijkl", {DELTA}}}').encode()

    assert ForeignLines(HeaderlessDecoder(), finder).skim(line) is None
