"""What maintainers are told is bounded and obeys nothing, whatever a recording holds."""

import pytest

from rtlog.cli.bundling.identities import Identities, Proof, wall_time
from rtlog.cli.bundling.maintainers import LONGEST, lines_for
from rtlog.cli.bundling.whom import Maintainers
from rtlog.recordings.format import Header

HOSTILE = "a`|b\n<img src=x> @everyone " * 50


@pytest.mark.parametrize("maintainers", Maintainers)
def test_hostile_names_make_no_markup_and_no_long_text(maintainers: Maintainers) -> None:
    header = Header(sdk={HOSTILE: HOSTILE}, client=HOSTILE, started=HOSTILE, provider=HOSTILE)
    proofs = [Proof(n, "", HOSTILE, HOSTILE, HOSTILE) for n in range(1_000)]
    told = Identities(header, [HOSTILE] * 20, [HOSTILE], [("x-request-id", HOSTILE)] * 20, proofs)

    lines = lines_for(maintainers, told)

    assert sum(len(line) + 1 for line in lines) <= LONGEST + 1
    assert all("\n" not in line for line in lines)
    for line in lines:
        outside = "".join(line.split("``")[::2]) if "``" in line else line
        assert "<img" not in outside or line.count("==") == 1


def test_what_is_not_recorded_is_said_to_be_so() -> None:
    told = lines_for(Maintainers.OPENAI, Identities(Header()))

    assert "| x-request-id | not recorded |" in told
    assert "| session | not recorded |" in told


@pytest.mark.parametrize(
    ("t", "started", "wall"),
    [
        (1_500_000_000, "2026-11-21T03:08:15.123456789Z", "2026-11-21 03:08:16.623Z"),
        (0, "2026-11-21T03:08:15+01:00", "2026-11-21 02:08:15.000Z"),
        (None, "2026-11-21T03:08:15Z", ""),
        (0, None, ""),
        (0, "yesterday", ""),
        (2**62, "9999-11-21T03:08:15Z", ""),
    ],
)
def test_times_are_utc_where_the_recording_tells_them(t: int | None, started: str | None, wall: str) -> None:
    assert wall_time(t, started) == wall
