"""The story of a planted race is cut out of its session, and the same findings come of the cut."""

from pathlib import Path
from typing import Any

import pytest
from sessions.acts import choose
from sessions.planting import planted
from sessions.plants import PLANTS
from sessions.recorder import file_of
from sessions.session import play, seeded

from rtlog.cli.cutting import Cut, cut
from rtlog.cli.loading import Setup
from rtlog.cli.rendering.wishes import Wishes
from rtlog.recordings.cutting import Breadth


def made(tmp_path: Path, recording: bytes, wishes: Wishes) -> Cut:
    path = tmp_path / "session.jsonl"
    path.write_bytes(recording)
    return cut(path, Setup(), wishes)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.code} {plant.act.__name__}")
def test_a_planted_race_is_found_in_its_cut(tmp_path: Path, plant: Any) -> None:  # noqa: ANN401
    for seed in range(3):
        session = planted(seed, plant)
        told = made(tmp_path, file_of(session.lines, session.provider), Wishes(around=plant.code))
        assert told.exact
        assert plant.code in {known.rule for known in told.whole.wanted}


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_accused_in_a_cut_of_a_healthy_session(tmp_path: Path, seed: int) -> None:
    rng, habits = seeded(seed)
    session = play(seed, choose, habits, rng)
    middle = str(len(session.lines) * 2 // 3)

    told = made(tmp_path, file_of(session.lines, session.provider), Wishes(around=middle, pad=0))

    assert told.lost == ()
    assert told.breadth < Breadth.WHOLE
