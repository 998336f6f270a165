"""Reading runs as one record is never seen in a report: not of sessions as they are, and not of hostile files.

Generated sessions, with their audio, are spelled as our writer spells them and in every other way that a file may be;
all ways of reading them must give one report.
"""

import base64
import io
import json
from collections.abc import Callable
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from sessions.acts import choose
from sessions.recorder import NS_PER_MS
from sessions.session import play, seeded

from rtlog.analyzers.analysis import Analysis, analyze
from rtlog.analyzers.finding import render
from rtlog.recordings.reader import read

Json = dict[str, Any]
HEADER = b'{"rtlog":1,"id":"01JD","tool":"rtlog 0","tap":"proxy","audio":"keep"}\n'
FIELDS = {"input_audio_buffer.append": "audio", "response.output_audio.delta": "delta"}


def streamed(seed: int, *, elided: bool) -> list[Json]:
    """Play a session in which the microphone never pauses; audio is as long as real audio, or gone with its hash."""
    rng, habits = seeded(seed)
    lines: list[Json] = []
    for line in play(seed, choose, habits, rng).lines:
        began = lines[-1]["t"] if lines else line["t"]
        if len(lines) > 20:
            pause = range(began + 20 * NS_PER_MS, min(line["t"], began + 2000 * NS_PER_MS), 40 * NS_PER_MS)
            lines += [audible(append(t, line["conn"]), rng, elided=elided) for t in pause]
        lines.append(audible(line, rng, elided=elided) if line.get("type") in FIELDS else line)
    for number, line in enumerate(lines, 1):
        line["seq"] = number
    return lines


def append(t: int, conn: int) -> Json:
    event = {"type": "input_audio_buffer.append", "audio": ""}
    return {"type": event["type"], "dir": "client", "audio_bytes": 480, "seq": 0, "t": t, "conn": conn, "event": event}


def audible(line: Json, rng: Random, *, elided: bool) -> Json:
    size = rng.choice([480] * 8 + [960, 1201])
    payload = base64.b64encode(rng.randbytes(size)).decode()
    hashed = {"elided": {FIELDS[line["type"]]: f"sha256:{sha256(payload.encode()).hexdigest()}"}} if elided else {}
    event = line["event"] | {FIELDS[line["type"]]: "" if elided else payload}
    head = {key: value for key, value in line.items() if key not in {"event", "audio_bytes"}}
    return head | {"audio_bytes": size} | hashed | {"event": event}


def spelled(line: Json) -> bytes:
    """Spell *line* as the writer does: sizes before the number, ids before the payload."""
    order = ("kind", "type", "dir", "n", "audio_bytes", "seq", "t", "conn", "src", "elided", "event")
    full = {"n": 700, "src": "wire"} | line if "event" in line else line
    known = {key: full[key] for key in order if key in full}
    return json.dumps(known | full, separators=(",", ":")).encode() + b"\n"


def another_order(line: Json, _rng: Random) -> bytes:
    return json.dumps(dict(reversed(line.items())), separators=(",", ":")).encode() + b"\n"


def spaced(line: Json, _rng: Random) -> bytes:
    return json.dumps(line).encode() + b"\n"


def with_crlf(line: Json, _rng: Random) -> bytes:
    return spelled(line)[:-1] + b"\r\n"


def with_unknown_keys(line: Json, rng: Random) -> bytes:
    return spelled(line | {rng.choice(["x", "folded", "until", "audio_t", "output_t"]): rng.choice([7, "seven", [{}]])})


def without_time(line: Json, _rng: Random) -> bytes:
    return spelled({key: value for key, value in line.items() if key != "t"})


def with_an_odd_time(line: Json, rng: Random) -> bytes:
    return spelled(line).replace(b'"t":', rng.choice([b'"t":0', b'"t":1', b'"t": ', b'"t":-', b'"t":+', b'"t":1_']), 1)


def with_an_odd_number(line: Json, rng: Random) -> bytes:
    return spelled(line | {"seq": line["seq"] + rng.choice([-1, 1, 3])})


def of_another_item(line: Json, _rng: Random) -> bytes:
    event = line.get("event", {})
    return spelled(line | {"event": event | {"item_id": str(event.get("item_id"))[::-1]}} if event else line)


def torn(line: Json, rng: Random) -> bytes:
    text = spelled(line)
    return text[: rng.randrange(len(text))] + b"\n"


def changed_in_one_byte(line: Json, rng: Random) -> bytes:
    text = bytearray(spelled(line))
    head = min(len(text) - 1, text.find(b'"audio":"' if b'"audio":"' in text else b'"delta":"') % len(text) + 9)
    text[rng.randrange(head)] ^= 1 << rng.randrange(7)
    return bytes(text)


def twice(line: Json, _rng: Random) -> bytes:
    return spelled(line) * 2


def left_out(_line: Json, _rng: Random) -> bytes:
    return b""


SPELLINGS: dict[str, Callable[[Json, Random], bytes]] = {
    function.__name__.replace("_", " "): function
    for function in (
        another_order,
        spaced,
        with_crlf,
        with_unknown_keys,
        without_time,
        with_an_odd_time,
        with_an_odd_number,
        of_another_item,
        torn,
        changed_in_one_byte,
        twice,
        left_out,
    )
}


def file_of(lines: list[Json], spelling: Callable[[Json, Random], bytes], rng: Random, share: float) -> bytes:
    footer = b'{"end":true,"records":%d,"dropped":0}\n' % len(lines)
    body = (spelling(line, rng) if rng.random() < share else spelled(line) for line in lines)
    return HEADER + b"".join(body) + footer


def told(analysis: Analysis) -> dict[str, Any]:
    """Give all that may be known of a session when it has been analyzed."""
    coverage = analysis.coverage
    return {
        "verdict": (analysis.verdict, analysis.reason, analysis.modelled, analysis.unanswered),
        "findings": [
            (finding.id, render(finding.message, 0), finding.at, finding.evidence, finding.severity)
            for finding in analysis.findings
        ],
        "coverage": (coverage.records, coverage.lost, coverage.holes, coverage.untimed, coverage.unknown),
        "moments": (coverage.first_loss, coverage.backwards, coverage.jump, coverage.first_t, coverage.damage),
        "connections": [(c.number, c.appended_bytes, c.last, c.first_client, c.strays) for c in analysis.connections()],
        "responses": [
            (r.id, r.audio_bytes, r.first_audio_t, r.last_audio_t, r.last_output_t, r.first_output, r.late_audio)
            for c in analysis.connections()
            for r in c.responses.values()
        ],
        "items": [
            (item.id, item.audio_bytes, item.has_text, item.late_audio, item.state)
            for c in analysis.connections()
            for item in (*c.items.values(), *c.buried.values())
        ],
    }


def read_each_way(data: bytes) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Give what is told of *data* line by line and folded, and how many records folding saved."""
    plain, folding = read(io.BytesIO(data)), read(io.BytesIO(data), fold=True)
    one, other = told(analyze(plain)), told(analyze(folding))
    assert (folding.lines, list(folding.damage), folding.missing) == (plain.lines, list(plain.damage), plain.missing)
    counted = read(io.BytesIO(data), fold=True)
    counted.horizon = 2**63
    return one, other, sum(record.folded for record in counted)


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - reproducible, not secret


def as_written(line: Json, _rng: Random) -> bytes:
    return spelled(line)


@pytest.mark.parametrize("how", ["kept", "elided"])
def test_a_session_is_judged_alike_however_it_is_read(how: str):
    records = spared = 0
    for seed in range(12):
        plain, folded, saved = read_each_way(file_of(streamed(seed, elided=how == "elided"), as_written, dice(seed), 1))
        records, spared = records + plain["coverage"][0], spared + saved

        assert folded == plain
    assert spared > records / 4


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("share", [0.02, 0.3, 1])
@pytest.mark.parametrize("seed", range(3))
def test_a_file_of_other_spellings_is_judged_alike_however_it_is_read(
    spelling: Callable[[Json, Random], bytes], share: float, seed: int
):
    lines = streamed(seed, elided=seed == 2)
    plain, folded, _ = read_each_way(file_of(lines, spelling, dice(seed), share))

    assert folded == plain


def by_another_tool(line: Json, rng: Random, *, odd: bool) -> bytes:
    """Spell *line* as a log without numbers; an *odd* one has another time, another order, or a secret in its audio."""
    time, event = f"{1_790_000_000 + line['t'] / 1e9:.6f}", line.get("event", {"type": "note"})
    text = json.dumps({"dir": line.get("dir", "client"), "event": dict(reversed(event.items()))})[1:-1]
    if not odd:
        return f'{{"ts": {time}, {text}}}\n'.encode()
    ways = [
        f'{{{text}, "ts": {time}}}',
        f'{{"ts": 0{time}, {text}}}',
        f'{{"ts": 1{time}, {text}}}',
        f'{{"ts": 1789999999.5, {text}}}',
        f'{{"time": {time}, {text}}}',
        f'{{"ts":{time}, {text}}}\r',
        f'{{"ts": {time}, {text}'[: rng.randrange(20, 200)],
        f'{{"ts": {time}, {text}}}'.replace('"audio": "', '"audio": "sk-abcdefghijklmnopqrstuvwx'),
        f'{{"ts": {time}, {text}}}'.replace('", "type"', '\\n", "type"'),
        f'{{"ts": {time}, {text}}}'.replace('", "type"', '\t", "type"'),
        f'{{"ts": {time}, {text}}}'.replace('"event": {', '"event": {"api_key": "abcdefghijkl", '),
    ]
    return rng.choice(ways).encode() + b"\n"


@pytest.mark.parametrize("share", [0, 0.02, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_a_log_of_another_tool_is_judged_alike_however_it_is_read(share: float, seed: int):
    lines, rng = streamed(seed, elided=seed == 3), dice(seed)
    data = b"".join(by_another_tool(line, rng, odd=rng.random() < share) for line in lines)
    plain, folded, saved = read_each_way(data)

    assert folded == plain
    assert saved > len(lines) / 4 or share or seed == 3


def test_a_file_that_ends_anywhere_is_judged_alike_however_it_is_read():
    whole, rng = file_of(streamed(1, elided=False), as_written, dice(1), 1), dice(2)
    for _ in range(40):
        plain, folded, _ = read_each_way(whole[: rng.randrange(len(HEADER) + 400, len(whole))])

        assert folded == plain


def test_what_a_file_says_of_folding_does_not_count():
    head = b'{"type":"input_audio_buffer.append","dir":"client","n":1,"seq":1,"t":1,"folded":9,"until":9,"audio_t":9'
    line = head + b',"event":{"type":"input_audio_buffer.append","audio":""}}\n'
    (record,) = read(io.BytesIO(HEADER + line))

    assert (record.folded, record.until, record.audio_t) == (0, None, None)
