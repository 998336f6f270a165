"""What holds for any two sessions: their ids and times mean nothing, nor does which of them comes first."""

from collections.abc import Callable, Iterator
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sessions.acts import choose
from sessions.plants import PLANTS, Plant, planted
from sessions.recorder import Json, records_of
from sessions.session import Generated, play, seeded

from rtlog.timelines.diffing.comparison import Comparison, compare
from rtlog.timelines.diffing.merging import Wishes
from rtlog.timelines.diffing.occurrences import Session

Build = Callable[..., Session]

IDS = frozenset(
    {"id", "item_id", "previous_item_id", "response_id", "call_id", "event_id", "conversation_id", "push_id"}
)
NO_IDS = frozenset({"", "root", "none", "0"})
MIRRORED = {"same": "same", "changed": "changed", "moved": "moved", "gone": "new", "new": "gone"}
SEEDS = st.integers(0, 10_000)
LATER_NS = 77_000_000_123


def healthy(seed: int) -> Generated:
    rng, habits = seeded(seed)
    return play(seed, choose, habits, rng)


def told_again(lines: list[Json]) -> list[Json]:
    """Give the same session with other ids, later in its recording."""
    return [_renamed(line, dict.fromkeys(_ids(lines))) | {"t": line["t"] + LATER_NS} for line in lines]


def _ids(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _ids(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner, "id" if key == "items" else key)
    elif isinstance(value, str) and key in IDS and value not in NO_IDS:
        yield value


def _renamed(value: object, ids: dict[str, None]) -> object:
    if isinstance(value, dict):
        return {key: _renamed(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, ids) for inner in value]
    if isinstance(value, str) and value in ids:
        prefix = value.partition("_")[0]
        return f"{prefix}_{sha256(value.encode()).hexdigest()[:21]}"
    return value


def built(of_records: Build, session: Generated, lines: list[Json] | None = None) -> Session:
    return of_records(records_of(session.lines if lines is None else lines), session.provider)


def sides(comparison: Comparison) -> list[tuple[str, int | None, int | None]]:
    """Give the rows as their kinds and the lines of both sides, in any order."""
    rows = [(row.kind, row.a and row.a.at.line, row.b and row.b.at.line) for row in comparison.rows]
    return sorted(rows, key=str)


@given(SEEDS)
def test_a_session_is_the_same_as_itself_under_other_ids_at_another_time(of_records: Build, seed: int) -> None:
    session = healthy(seed)
    comparison = compare(
        built(of_records, session), built(of_records, session, told_again(session.lines)), Wishes(words=True)
    )

    assert [row for row in comparison.rows if row.differs] == []
    assert comparison.same


@given(SEEDS)
def test_nothing_happens_otherwise_because_everything_took_longer(of_records: Build, seed: int) -> None:
    session = healthy(seed)
    slow = [line | {"t": line["t"] * 3} for line in session.lines]
    comparison = compare(built(of_records, session), built(of_records, session, slow))

    assert [row for row in comparison.rows if row.differs] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.code}-{plant.act.__name__}")
def test_one_in_which_something_went_wrong_is_the_same_as_itself_too(plant: Plant, of_records: Build) -> None:
    session = planted(1, plant)
    comparison = compare(built(of_records, session), built(of_records, session, told_again(session.lines)))

    assert comparison.same
    assert comparison.both


@settings(max_examples=40)
@given(seed=SEEDS, other=SEEDS, order=st.sampled_from(["none", "own", "all"]))
def test_the_second_compared_with_the_first_is_the_mirror_image(
    of_records: Build, seed: int, other: int, *, order: str
) -> None:
    a, b = built(of_records, healthy(seed)), built(of_records, healthy(other))
    there, back = compare(a, b, Wishes(order=order)), compare(b, a, Wishes(order=order))

    assert sides(there) == sorted(((MIRRORED[kind], x, y) for kind, y, x in sides(back)), key=str)
    assert there.ids == {x: y for y, x in back.ids.items()}
    assert (there.gone, there.appeared) == (back.appeared, back.gone)


@settings(max_examples=40)
@given(SEEDS, SEEDS)
def test_every_step_of_both_stands_in_one_row(of_records: Build, seed: int, other: int) -> None:
    a, b = built(of_records, healthy(seed)), built(of_records, healthy(other))
    rows = compare(a, b, Wishes(order="all")).rows

    assert [row.a for row in rows if row.a] == a.occurrences
    assert [row.b for row in rows if row.b] == b.occurrences


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.code}-{plant.act.__name__}")
def test_a_planted_crossing_has_appeared_where_it_was_planted(plant: Plant, of_records: Build) -> None:
    session = planted(2, plant)
    began, _ = session.planted
    before = [line for line in session.lines if line["t"] < began]
    comparison = compare(built(of_records, session, before), built(of_records, session, told_again(session.lines)))

    assert plant.code in {finding.rule for finding in comparison.appeared}
    assert {row.kind for row in comparison.rows} == {"same", "new"}
    assert comparison.parts is not None
    assert comparison.parts.one.at.t >= began + LATER_NS
