"""Two recordings of a generated session, merged, are the session again: nothing lost, doubled or moved.

The wire's tap has no local events; the program's has them, and copies of all it sends (before the wire has it) and gets
(after the wire had it), on a clock of its own.
"""

import io
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import Any

import msgspec
import pytest
from sessions.acts import choose
from sessions.plants import PLANTS, Plant, planted
from sessions.recorder import records_of
from sessions.session import Generated, play, seeded

from rtlog.analyzers.analysis import Analysis
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.lines import Lines
from rtlog.recordings.merging import Merger, Side
from rtlog.recordings.naming import rfc3339
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record

Json = dict[str, Any]
BEGAN = 1_795_000_000_000_000_000
APART_NS = 2_000
"""Between two things that happen within the same millisecond."""
LATENCY_NS = 900
SEEDS = range(80)


def generated(seed: int) -> Generated:
    rng, habits = seeded(seed)
    return play(seed, choose, habits, rng)


def apart(lines: list[Json]) -> list[Json]:
    """Give the lines of a session with no two at the same moment."""
    return [
        line | {"t": t + number * APART_NS}
        for t, together in groupby(lines, itemgetter("t"))
        for number, line in enumerate(together)
    ]


def shown(lines: list[Json]) -> list[Json]:
    """What the tap on the wire sees."""
    return [line | {"src": "wire"} for line in lines if line.get("dir") != "local"]


def told(lines: list[Json], rng: Random, shift: int) -> list[Json]:
    """What the tap in the program sees, whose clock began *shift* ns later."""
    late = {"client": -1, "server": 1, "local": 0}
    return [
        line | {"src": "sdk", "t": line["t"] - shift + late[line["dir"]] * rng.randint(1, LATENCY_NS)}
        for line in lines
        if "dir" in line and line["t"] - shift > LATENCY_NS
    ]


def file_of(lines: list[Json], began: int | None, provider: str | None, conns: dict[int, int] | None = None) -> bytes:
    header = {"rtlog": 1, "tap": "proxy", "provider": provider}
    started = {} if began is None else {"started": rfc3339(began)}
    numbered = [
        line | {"seq": number, "conn": (conns or {}).get(line["conn"], line["conn"])}
        for number, line in enumerate(lines, 1)
    ]
    footer = {"end": True, "records": len(lines), "dropped": 0}
    return b"".join(msgspec.json.encode(line) + b"\n" for line in (header | started, *numbered, footer))


def side(file: bytes) -> Side:
    made, lines = Side("file"), list(Lines(io.BytesIO(file)))
    with read(io.BytesIO(file)) as reading:
        for record in reading:
            made.feed(record, lines[record.line - 1])
        made.finish(reading)
    return made


def merged(wire: bytes, program: bytes) -> tuple[Merger, list[Record]]:
    merger = Merger(side(wire), side(program), "merged", "rtlog")
    lines = list(merger.lines(Lines(io.BytesIO(wire)), Lines(io.BytesIO(program))))
    with read(io.BytesIO(b"".join(lines))) as reading:
        records = list(reading)
    assert (list(reading.damage), reading.complete, reading.missing, reading.malformed) == ([], True, 0, 0)
    return merger, records


def is_copy(record: Record) -> bool:
    return record.src == "sdk" and record.dir != "local"


def what(record: Record) -> tuple[object, ...]:
    return record.kind, record.dir, record.type, record.conn, record.n, record.audio_bytes, record.event


def findings(records: list[Record], provider: str | None) -> tuple[object, ...]:
    analysis = Analysis(provider=provider)
    for record in records:
        analysis.feed(record)
    analysis.finish()
    found = [(f.id, f.severity, f.certainty, f.items, f.responses, f.calls) for f in analysis.findings]
    return analysis.verdict, found, analysis.coverage.not_judged


@pytest.mark.parametrize("error", [0, 3_600_000_000_000, -7_000_000], ids=["same clock", "an hour off", "7 ms off"])
def test_a_session_is_itself_again(error: int) -> None:
    for seed in SEEDS:
        session, rng = generated(seed), Random(seed)  # noqa: S311 - no secret
        lines = apart(session.lines)
        shift = rng.choice((-5_000_000_000, -1_000))
        wire = file_of(shown(lines), BEGAN, session.provider)
        program = file_of(told(lines, rng, shift), BEGAN + shift + error, session.provider)

        merger, records = merged(wire, program)

        session_again = [record for record in records if not is_copy(record)]
        original = records_of(lines)
        assert [what(record) for record in session_again] == [what(record) for record in original], seed
        copies = [what(record) for record in records if is_copy(record)]
        assert copies == [what(r) for r in original if r.dir in {"client", "server"}], seed
        assert findings(records, session.provider) == findings(original, session.provider), seed
        assert abs(merger.clocks.offset - shift) <= (LATENCY_NS if error else 0), seed
        assert (merger.clocks.by_headers, merger.clocks.against) == (not error, 0)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.code}-{plant.act.__name__}")
def test_a_crossing_is_found_as_before(plant: Plant) -> None:
    for seed in range(3):
        session, rng = planted(seed, plant), Random(seed)  # noqa: S311 - no secret
        lines = apart(session.lines)
        wire = file_of(shown(lines), BEGAN, session.provider)
        program = file_of(told(lines, rng, -1_000_000), None, session.provider)

        _, records = merged(wire, program)

        assert findings(records, session.provider) == findings(records_of(lines), session.provider), seed


def test_connections_are_known_by_what_was_said_on_them() -> None:
    reconnected = 0
    for seed in SEEDS:
        session, rng = generated(seed), Random(seed)  # noqa: S311 - no secret
        lines = apart(session.lines)
        conns = {line["conn"] for line in lines}
        reconnected += len(conns) > 1
        wire = file_of(shown(lines), BEGAN, session.provider)
        copies = told(lines, rng, -1_000_000)
        for numbers in ({conn: conn + 5 for conn in conns}, dict.fromkeys(conns, 1)):
            _, records = merged(wire, file_of(copies, None, session.provider, numbers))

            assert [r.conn for r in records if r.src == "sdk"] == [line["conn"] for line in copies], seed
    assert reconnected > 3


def test_a_tap_that_came_late_tells_what_it_has() -> None:
    for seed in SEEDS:
        session, rng = generated(seed), Random(seed)  # noqa: S311 - no secret
        lines = apart(session.lines)
        late = told(lines[len(lines) // 2 :], rng, -1_000_000)
        merger, records = merged(
            file_of(shown(lines), BEGAN, session.provider), file_of(late, BEGAN - 1_000_000, session.provider)
        )

        assert len(records) == len(shown(lines)) + len(late)
        assert merger.clocks.offset == -1_000_000
        wire = [(r.t, r.type) for r in records if r.src == "wire"]
        assert wire == [(line["t"], line.get("type", "")) for line in shown(lines)], seed


# --- small recordings, by hand ---------------------------------------------------------------------------------------


def event(t: int, direction: str, event_type: str, src: str = "wire", conn: int = 1, **fields: object) -> Json:
    return {
        "type": event_type,
        "dir": direction,
        "t": t,
        "conn": conn,
        "src": src,
        "event": {"type": event_type, **fields},
    }


def order(records: list[Record]) -> list[tuple[str, str]]:
    return [(record.src, record.type or record.kind) for record in records]


def test_what_the_hook_tells_of_the_socket_is_a_copy_and_queued_before_it_was_open() -> None:
    wire = [
        {"kind": "open", "t": 10, "conn": 1, "request": {}, "response": {}},
        event(20, "client", "session.update", event_id="c1"),
        event(30, "server", "session.updated", event_id="s1"),
        {"kind": "close", "t": 90, "conn": 1, "by": "client", "code": 1000, "reason": ""},
    ]
    program = [
        event(1, "client", "session.update", "sdk", event_id="c1"),
        {"kind": "open", "t": 15, "conn": 1, "request": {}, "response": {}},
        event(35, "server", "session.updated", "sdk", event_id="s1"),
        {"kind": "close", "t": 95, "conn": 1, "by": "client", "code": 1000, "reason": ""},
    ]

    _, records = merged(file_of(wire, BEGAN, None), file_of(program, BEGAN, None))

    assert order(records) == [
        ("wire", "open"),
        ("sdk", "session.update"),
        ("sdk", "open"),
        ("wire", "session.update"),
        ("wire", "session.updated"),
        ("sdk", "session.updated"),
        ("wire", "close"),
        ("sdk", "close"),
    ]
    assert [record.t for record in records] == [10, 10, 15, 20, 30, 35, 90, 95]
    analysis = Analysis()
    closed = [
        change for record in records for change in analysis.feed(record) if type(change).__name__[-6:] == "Closed"
    ]
    assert len(closed) == 1


def test_a_program_that_began_first_moves_the_beginning() -> None:
    wire = [
        event(0, "client", "response.create", event_id="c1"),
        event(50, "server", "response.created", event_id="s1"),
    ]
    program = [
        event(0, "local", "local.reply_requested", "sdk", event_id="c1"),
        event(1_000, "client", "response.create", "sdk", event_id="c1"),
    ]

    merger, records = merged(file_of(wire, BEGAN, None), file_of(program, BEGAN - 1_000, None))

    assert order(records)[0] == ("sdk", "local.reply_requested")
    assert [record.t for record in records] == [0, 1_000, 1_000, 1_050]
    [header, *_] = merger.lines(iter([b"", *lines_of(wire)]), iter([b"", *lines_of(program)]))
    assert msgspec.json.decode(header)["started"] == rfc3339(BEGAN - 1_000)


def lines_of(lines: list[Json]) -> list[bytes]:
    return [msgspec.json.encode(line) for line in lines]


def test_events_of_equal_words_are_paired_only_where_none_is_missing() -> None:
    wire = [event(10 * number, "client", "input_audio_buffer.clear") for number in range(1, 4)]
    wire.append(event(100, "server", "input_audio_buffer.cleared", event_id="s1"))
    program = [event(21, "client", "input_audio_buffer.clear", "sdk")]
    program.append(event(101, "server", "input_audio_buffer.cleared", "sdk", event_id="s1"))

    merger, _ = merged(file_of(wire, None, None), file_of(program, None, None))

    assert merger.pairs == {1: 3}
    assert (merger.clocks.offset, merger.clocks.uncertainty) == (-1, None)


ASK, CLEAR = "response.create", "input_audio_buffer.clear"


@pytest.mark.parametrize(
    ("wire", "program", "pairs"),
    [
        pytest.param([ASK], [ASK], {0: 0}, id="one, and nothing else"),
        pytest.param([ASK, ASK], [ASK, ASK], {0: 0, 1: 1}, id="as many"),
        pytest.param([ASK, ASK], [ASK], {}, id="one of two, nobody knows which"),
        pytest.param([ASK, "c1", ASK], ["c1", ASK], {0: 1, 1: 2}, id="the first was missed"),
        pytest.param([ASK, "c1", ASK, "c2"], [ASK, "c1", "c2"], {0: 0, 1: 1, 2: 3}, id="the second was missed"),
        pytest.param(
            [ASK, ASK, "c1", ASK, "c2"], [ASK, "c1", ASK, "c2"], {1: 2, 2: 3, 3: 4}, id="missed where there were two"
        ),
        pytest.param([ASK, "c1"], ["c1", ASK], {0: 1}, id="each has one that the other has not"),
        pytest.param([f"{ASK} e1", "c1"], [ASK, "c1"], {0: 0, 1: 1}, id="the id was given after the hook"),
        pytest.param([f"{ASK} e1"], [ASK], {0: 0}, id="the id was given after the hook, and there is nothing else"),
        pytest.param([f"{ASK} e1", "c1"], [f"{ASK} e2", "c1"], {1: 1}, id="two with ids of their own"),
        pytest.param([ASK, CLEAR, "c1"], [CLEAR, ASK, "c1"], {0: 1, 1: 0, 2: 2}, id="other words between"),
        pytest.param([ASK, "c1"], [ASK, CLEAR, "c1"], {0: 0, 2: 1}, id="words that only the program has"),
        pytest.param(["c1", ASK, "c2"], ["c2", "c1", ASK], {0: 2, 1: 0, 2: 1}, id="told in another order"),
    ],
)
def test_bare_events_are_found_between_those_that_are_known(
    wire: list[str], program: list[str], pairs: dict[int, int]
) -> None:
    def said(names: list[str], src: str) -> bytes:
        """`c…` is an event with that id; else a type, which may have one."""
        words = [name.split() if " " in name or "." in name else ["conversation.item.create", name] for name in names]
        lines = [
            event(10 * at, "client", kind, src, **({"event_id": ids[0]} if ids else {}))
            for at, (kind, *ids) in enumerate(words, 1)
        ]
        known = event(1_000, "server", "response.created", src, event_id="s1")
        return file_of([*lines, known], None, None)

    merger, records = merged(said(wire, "wire"), said(program, "sdk"))

    assert merger.pairs == pairs | {len(program): len(wire)}
    assert len(records) == len(wire) + len(program) + 2


def test_what_contradicts_most_of_the_others_does_not_set_the_clock() -> None:
    times = range(100, 2_000, 100)
    wire = [event(t, "server", "response.done", event_id=f"s{t}") for t in times]
    wire += [event(2_000 + t, "client", "response.create", event_id=f"c{t}") for t in times]
    program = [event(t + 5, "server", "response.done", "sdk", event_id=f"s{t}") for t in times]
    program += [event(2_000 + t - 5, "client", "response.create", "sdk", event_id=f"c{t}") for t in times]
    program[-1]["t"] += 5_000_000_000  # a hook that told of it when all was over

    merger, records = merged(file_of(wire, None, None), file_of(program, None, None))

    assert (merger.clocks.offset, merger.clocks.uncertainty, merger.clocks.against) == (0, 5, 1)
    assert [record.t for record in records if record.src == "wire"] == [line["t"] for line in wire]


def test_what_was_lost_in_one_of_them_is_lost_in_the_merged() -> None:
    wire = file_of([event(t, "server", "response.done", event_id=f"s{t}") for t in range(10, 100, 10)], None, None)
    program = file_of([event(t, "server", "response.done", "sdk", event_id=f"s{t}") for t in (20, 90)], None, None)
    holed = [line for line in wire.splitlines(keepends=True) if b"s30" not in line and b"s40" not in line]

    merger = Merger(side(b"".join(holed)), side(program), "merged", "rtlog")
    lines = [*merger.lines(iter(holed), iter(program.splitlines(keepends=True)))]
    with read(io.BytesIO(b"".join(lines))) as reading:
        records = list(reading)

    assert (len(records), reading.missing) == (9, 2)
    assert reading.footer is not None
    assert reading.footer.records == 11


@pytest.mark.parametrize(
    ("wire", "program", "problem"),
    [
        ([("server", "a", "wire")], [("server", "b", "sdk")], "no event in common"),
        ([("server", "a", "sdk")], [("server", "a", "wire")], "name the proxy's recording first"),
        ([("server", "a", "wire")], [], "no record to merge"),
    ],
)
def test_what_cannot_be_merged_is_told(wire: list[Any], program: list[Any], problem: str) -> None:
    files = [
        file_of([event(1, d, "response.done", src, event_id=i) for d, i, src in each], BEGAN, None)
        for each in (wire, program)
    ]

    with pytest.raises(RecordingError, match=problem):
        merged(*files)


@pytest.mark.parametrize(("copies", "pairs"), [(2, 4), (3, 2), (1, 2)])
def test_of_events_without_ids_between_two_pairs_only_as_many_on_either_side_are_the_same(copies: int, pairs: int):
    first, last = (event(t, "server", "session.updated", event_id=f"s{t}") for t in (10, 90))
    wire = [first, *(event(t, "client", "response.create") for t in (20, 30)), last]
    program = [
        line | {"src": "sdk"}
        for line in (first, *(event(20 + t, "client", "response.create") for t in range(copies)), last)
    ]

    merger, records = merged(file_of(wire, BEGAN, "openai"), file_of(program, BEGAN, "openai"))

    assert len(merger.pairs) == pairs
    assert len(records) == len(wire) + len(program)
