"""What the findings of a recording, and doubt about it, come to."""

import pytest

from rtlog.analyzers.verdict import verdict_of


@pytest.mark.parametrize(
    ("grave", "doubt", "verdict"),
    [
        ([], None, ("clean", None)),
        ([], "records are missing", ("inconclusive", "records are missing")),
        (["RT101"], "records are missing", ("findings", None)),
        (["RT901", "RT101"], "records are missing", ("findings", None)),
        (["RT901"], "records are missing", ("inconclusive", "records are missing")),
        (["RT901"], None, ("findings", None)),
    ],
)
def test_a_race_is_one_whatever_is_missing_and_a_damaged_file_acquits_nobody(
    grave: list[str], doubt: str | None, verdict: tuple[str, str | None]
):
    assert verdict_of(grave, doubt) == verdict
