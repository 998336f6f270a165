"""What sessions are grouped by, as their headers tell it."""

from typing import Any

import pytest

from rtlog.analyzers.fleet.origin import LONGEST, origin_of
from rtlog.recordings.format import Header


@pytest.mark.parametrize(
    ("header", "release"),
    [
        ({"sdk": {"livekit-agents": "1.8.9", "openai": "2.1"}, "client": "x/1"}, "livekit-agents@1.8.9"),
        ({"client": "OpenAI/JS/0.4"}, "OpenAI/JS@0.4"),
        ({"client": "livekit-agents/1.8.9 (linux)"}, "livekit-agents@1.8.9"),
        ({"client": "LiveKit Agents"}, "LiveKit Agents"),
        ({}, "unknown"),
        ({"client": "a" * 100_000}, "a" * LONGEST),
    ],
)
def test_the_release_is_the_first_package_else_the_first_product(header: dict[str, Any], release: str):
    assert origin_of(Header(**header)).sdk == release


def test_a_person_names_the_client_where_the_header_tells_no_release():
    assert origin_of(Header(client="LiveKit Agents"), client="livekit-agents@1.4.6").sdk == "livekit-agents@1.4.6"
    assert origin_of(Header(sdk={"a": "1"}), client="livekit-agents@1.4.6").sdk == "a@1"


@pytest.mark.parametrize(
    ("started", "day"),
    [
        ("2026-11-21T03:08:15.123456789Z", "2026-11-21"),
        ("2026-13-21T03:08:15Z", "unknown"),
        ("yesterday", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_day_is_one_of_the_calendar(started: str | None, day: str):
    assert origin_of(Header(started=started)).day == day


def test_the_provider_is_a_persons_word_else_the_headers():
    assert origin_of(Header(provider="xai")).provider == "xai"
    assert origin_of(Header(provider="xai"), provider="azure").provider == "azure"
    assert origin_of(Header()).provider == "unknown"
