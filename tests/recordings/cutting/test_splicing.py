"""The lines of a cut have new numbers and everything else of the old ones, losses too."""

import io
import json
from collections.abc import Sequence

from rtlog.recordings.cutting import Facts, Span, Splicer
from rtlog.recordings.reader import read

HEADER = b'{"rtlog":1,"id":"01JD","unknown":{"kept":1.50}}\n'
TEXT = b'{"type":"error",  "note":"\\"seq\\":7, verbatim"}'


def record(seq: int) -> bytes:
    return b'{"type":"error","dir":"server","n":9,"seq":%d,"t":%d,"conn":1,"src":"wire","event":%b}\n' % (
        seq,
        seq,
        TEXT,
    )


def cut(recording: bytes, places: Sequence[int], *spans: Span) -> list[bytes]:
    facts = Facts()
    for each in read(io.BytesIO(recording)):
        facts.feed(each)
    splicer = Splicer(facts, places, spans)
    lines = list(splicer.lines(recording.splitlines(keepends=True)))
    assert len(splicer.origins) == len(lines)
    return lines


def test_an_event_stays_as_it_was_written() -> None:
    whole = HEADER + b"".join(map(record, (1, 2, 3))) + b'{"end":true,"records":3,"dropped":0}\n'

    header, only, footer = cut(whole, [1], Span(3, 3))

    assert only == record(2).replace(b'"seq":2', b'"seq":1,"was":2')
    assert json.loads(header) == {
        "rtlog": 1, "id": "01JD", "unknown": {"kept": 1.5},
        "cut": {"of": "01JD", "records": 3, "kept": 1, "lines": [[3, 3]]},
    }  # fmt: skip
    assert b"1.50" in header
    assert json.loads(footer) == {"end": True, "records": 1, "dropped": 0}


def test_what_was_lost_before_is_lost_still_and_what_is_left_out_is_not() -> None:
    whole = HEADER + b"".join(map(record, (1, 2, 5, 6, 9)))

    lines = cut(whole, [0, 3, 4], Span(5, 6))

    assert [json.loads(line)["seq"] for line in lines[1:]] == [1, 4, 7]
    reading = read(io.BytesIO(b"".join(lines)))
    assert [each.seq for each in reading] == [1, 4, 7]
    assert reading.missing == 4


def test_faults_inside_a_span_are_kept_and_others_not() -> None:
    whole = HEADER + record(1) + b"broken\n" + record(2) + record(2) + b"broken too\n" + record(3)

    lines = cut(whole, [1, 2], Span(4, 6))

    assert lines[1:] == [
        record(2).replace(b'"seq":2', b'"seq":1,"was":2'),
        record(2).replace(b'"seq":2', b'"seq":1,"was":2'),
        b"broken too\n",
        record(3).replace(b'"seq":3', b'"seq":2,"was":3'),
    ]


def test_lines_without_a_header_stay_as_they_are() -> None:
    whole = b"".join(b'{"type":"error","ts":%d}\n' % n for n in range(4))

    assert cut(whole, [1, 3], Span(4, 4)) == [b'{"type":"error","ts":1}\n', b'{"type":"error","ts":3}\n']


def test_a_cut_of_a_cut_remembers_the_numbers_of_the_recording() -> None:
    whole = HEADER + b"".join(map(record, range(1, 10)))

    once = b"".join(cut(whole, [2, 4, 5], Span(6, 7)))
    twice = cut(once, [1, 2], Span(3, 4))

    assert [(line["seq"], line["was"]) for line in map(json.loads, twice[1:])] == [(1, 5), (2, 6)]
    assert all(line.count(b'"was"') == 1 for line in twice[1:])
