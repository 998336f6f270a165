"""Never accuse a healthy session; find exactly the crossing that was planted.

Sessions are generated (`sessions/`): a seed decides the provider, the client's habits, the acts and every interleaving
that the protocol's order allows. RTLOG_SESSIONS says how many are tried; RTLOG_SESSION=17 plays seed 17 alone, and
prints its tape where the test fails: what is left of it when it is cut down belongs into an example of the rule.
"""

import io
import os
from collections.abc import Callable
from random import Random

import msgspec
import pytest
from msgspec.structs import replace
from sessions.acts import choose
from sessions.plants import PLANTS, Plant, planted
from sessions.recorder import file_of, records_of, tape_of
from sessions.session import Generated, play, seeded

from rtlog.analyzers.analysis import Analysis, Facts, analyze
from rtlog.analyzers.finding import Finding, Severity, render
from rtlog.analyzers.reporting import report_of
from rtlog.analyzers.rules import RULES
from rtlog.analyzers.story import Story
from rtlog.analyzers.tape import parse
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record

ONE = os.environ.get("RTLOG_SESSION")
COUNT = int(os.environ.get("RTLOG_SESSIONS", "300"))
PLANTED = max(5, COUNT // 100)
SHOWN = 5
LEADS_TO = {rule.code: set(rule.leads_to) for rule in RULES}
CONVERSATIONAL = ("RT1", "RT2", "RT4")


def seeds(count: int) -> range:
    return range(int(ONE), int(ONE) + 1) if ONE else range(count)


def healthy(seed: int) -> Generated:
    rng, habits = seeded(seed)
    return play(seed, choose, habits, rng)


def analysis_of(session: Generated) -> Analysis:
    analysis = Analysis(provider=session.provider)
    for record in records_of(session.lines):
        analysis.feed(record)
    analysis.finish()
    return analysis


def told(finding: Finding) -> str:
    return f"{finding.rule} line {finding.at.line}: {render(finding.message, 0)}"


def tale(session: Generated, accusations: list[str], test: str) -> str:
    """Tell who is accused of what, how to play it again, and where one seed is played alone, its tape."""
    replay = f"RTLOG_SESSION={session.seed} pytest tests/analyzers/test_properties.py -k '{test}'"
    head = f"seed {session.seed}, {session.habits.provider.name}: {', '.join(session.acts)}"
    return "\n  ".join([head, *accusations, replay, *(tape_of(session.lines).splitlines() if ONE else ())])


def test_a_healthy_session_is_never_accused():
    accused = []
    for seed in seeds(COUNT):
        session = healthy(seed)
        analysis = analysis_of(session)
        accusations = [told(f) for f in analysis.findings if f.severity is not Severity.INFO]
        if accusations or analysis.verdict != "clean":
            accused.append((session, accusations or [f"verdict {analysis.verdict}: {analysis.reason}"]))

    shown = [
        tale(session, accusations, "test_a_healthy_session_is_never_accused")
        for session, accusations in accused[:SHOWN]
    ]
    assert not accused, f"{len(accused)} healthy sessions are accused:\n" + "\n".join(shown)


def begun_late(records: list[Record], rng: Random) -> list[Record]:
    return records[rng.randrange(len(records)) :]


def stopped_early(records: list[Record], rng: Random) -> list[Record]:
    return records[: rng.randrange(1, len(records))]


def without_times(records: list[Record], _: Random) -> list[Record]:
    return [replace(record, t=None) for record in records]


def told_by_the_sdk(records: list[Record], _: Random) -> list[Record]:
    return [replace(record, src="sdk") for record in records]


def told_twice(records: list[Record], _: Random) -> list[Record]:
    """A hook tells what it sends before the wire has it, and what it gets after."""
    both: list[Record] = []
    tapped: set[int] = set()
    for record in records:
        copies = [record]
        if record.conn in tapped and record.dir in {"client", "server"}:
            copies.insert(0 if record.dir == "client" else 1, replace(record, src="sdk"))
        both += copies
        tapped.add(record.conn)  # the wire is there before the hook
    return [replace(record, seq=number) for number, record in enumerate(both, 1)]


WAYS = [begun_late, stopped_early, without_times, told_by_the_sdk, told_twice]


@pytest.mark.parametrize("recorded", WAYS, ids=lambda way: way.__name__)
def test_a_healthy_session_is_never_accused_however_it_was_recorded(
    recorded: Callable[[list[Record], Random], list[Record]],
):
    accused = []
    for seed in seeds(COUNT // 3):
        session = healthy(seed)
        analysis = Analysis(provider=session.provider)
        for record in recorded(records_of(session.lines), Random(seed)):  # noqa: S311 - a place to cut
            analysis.feed(record)
        analysis.finish(Facts(complete=recorded is not stopped_early))
        accused += [
            tale(session, [told(f)], recorded.__name__) for f in analysis.findings if f.severity is not Severity.INFO
        ]

    assert not accused, "\n".join(accused[:SHOWN])


def test_every_provider_and_every_act_comes_up():
    sessions = [healthy(seed) for seed in range(300)]

    assert len({session.habits.provider.name for session in sessions}) == 10
    assert len({act for session in sessions for act in session.acts}) == 18
    assert {True, False} == {session.habits.sideband for session in sessions}


def test_a_tape_tells_the_same_session():
    for seed in seeds(20):
        session = healthy(seed)
        told_again = list(parse(tape_of(session.lines)))

        assert [(r.line, r.seq, r.t, r.conn, r.dir, r.type, r.kind, r.audio_bytes, r.event) for r in told_again] == [
            (r.line, r.seq, r.t, r.conn, r.dir, r.type, r.kind, r.audio_bytes, r.event)
            for r in records_of(session.lines)
        ]


# --- what is planted is found ---------------------------------------------------------------------------------------


def consequences(code: str) -> set[str]:
    """Give every rule that *code* leads to, directly or not."""
    reached: set[str] = set()
    ahead = [code]
    while ahead:
        new = LEADS_TO.get(ahead.pop(), set()) - reached
        reached |= new
        ahead += new
    return reached


def accusing(analysis: Analysis, plant: Plant) -> list[Story]:
    """Give the stories above information; for a plant that only informs, those of its rule too."""
    return [
        story
        for story in analysis.stories
        if any(f.severity is not Severity.INFO for f in story.findings)
        or (plant.informs and story.root.rule == plant.code)
    ]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.code}-{plant.act.__name__}")
def test_exactly_the_planted_crossing_is_found(plant: Plant):
    if plant.code not in LEADS_TO:
        pytest.skip(f"{plant.code} is not a rule yet")
    wrong = []
    for seed in seeds(PLANTED):
        session = planted(seed, plant)
        stories = accusing(analysis_of(session), plant)
        roots = [story.root.rule for story in stories]
        echoes = {f.rule for story in stories for f in story.findings if f is not story.root}
        began, ended = session.planted
        elsewhere = [story for story in stories if not began <= (story.root.at.t or 0) <= ended]
        if roots != [plant.code] or elsewhere or not echoes <= consequences(plant.code):
            found = [told(f) for story in stories for f in story.findings]
            wrong.append(tale(session, found or ["nothing found"], plant.act.__name__))

    assert not wrong, "\n".join(wrong[:SHOWN])


def test_every_rule_of_the_conversation_has_a_plant():
    rules = {rule.code for rule in RULES if rule.code.startswith(CONVERSATIONAL)}

    assert rules - {plant.code for plant in PLANTS} == set()


# --- the same bytes, the same report --------------------------------------------------------------------------------


class Trickle(io.RawIOBase):
    """A file that gives as much as it likes, at random."""

    def __init__(self, data: bytes, rng: Random) -> None:
        self._data = io.BytesIO(data)
        self._rng = rng

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        piece = self._data.read(min(len(buffer), self._rng.choice((1, 7, 100, 4096))))
        buffer[: len(piece)] = piece
        return len(piece)


def report(analysis: Analysis) -> bytes:
    return msgspec.json.encode(report_of(analysis, "session.rtlog.jsonl", "generated"))


def samples() -> list[Generated]:
    """Give healthy sessions, and one of each crossing."""
    return [healthy(seed) for seed in seeds(20)] + [planted(seed, plant) for seed, plant in enumerate(PLANTS)]


def test_a_seed_gives_the_same_bytes():
    assert [file_of(s.lines, s.provider) for s in samples()] == [file_of(s.lines, s.provider) for s in samples()]


def test_the_report_is_the_same_however_the_file_is_read():
    for session in samples():
        data = file_of(session.lines, session.provider)
        expected = report(analyze(read(io.BytesIO(data))))

        assert report(analyze(read(Trickle(data, Random(session.seed))))) == expected  # noqa: S311 - pieces of a file
        assert report(analyze(read(io.BytesIO(data), fold=True))) == expected
        assert report(analyze(read(io.BytesIO(data), follow=True))) == expected


def test_the_report_is_the_same_live_and_after_the_fact():
    for session in samples():
        data = file_of(session.lines, session.provider)
        live = Analysis(provider=session.provider)
        for record in records_of(session.lines):
            live.feed(record)
        live.finish()

        assert report(live) == report(analyze(read(io.BytesIO(data))))
