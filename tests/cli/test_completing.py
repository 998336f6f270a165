"""What the shell is offered for the options of `rtlog analyze`."""

import pytest

from rtlog.analyzers.rules import RULES
from rtlog.cli.completing import clients, providers, selectors


def test_codes_and_names_are_offered_each_with_the_other() -> None:
    assert list(selectors("rt10"))[:2] == [("rt101", "in-flight-delete"), ("rt102", "previous-item-not-found")]
    assert list(selectors("in-f")) == [("in-flight-delete", "RT101")]
    assert len(list(selectors(""))) == 2 * len(RULES)


@pytest.mark.parametrize("before", ["RT2,", "RT2,in-flight-delete,"])
def test_the_last_word_of_a_list_is_completed(before: str) -> None:
    assert list(selectors(f"{before}RT101")) == [(f"{before}RT101", "in-flight-delete")]


def test_providers_and_clients_are_offered() -> None:
    assert providers("azure") == ["azure", "azure-voice-live"]
    assert "livekit-agents@1.5.0" in clients("livekit-agents@1.5")
    assert (providers("zzz"), clients("zzz")) == ([], [])
