"""Profiles by name: the newest row not newer than the release; what is no name is answered with the nearest."""

import pytest

from rtlog.analyzers.profiles.profile import SystemMessages, UnknownAnchor
from rtlog.analyzers.profiles.releases import MATRIX, UnknownClientError, profile_names, profile_of, release_of
from rtlog.recordings.errors import RtlogError


def test_a_release_between_two_rows_behaves_as_the_older() -> None:
    between, older = profile_of("livekit-agents@1.6.7"), profile_of("livekit-agents@1.6.5")

    assert (between.name, between.release) == ("livekit-agents@1.6.7", (1, 6, 7))
    assert between.discards_late_replies is older.discards_late_replies is True
    assert between.error_settles_waiter is older.error_settles_waiter is False


def test_a_release_newer_than_all_behaves_as_the_newest() -> None:
    assert profile_of("livekit-agents@2.0").unknown_anchor is UnknownAnchor.TAIL


def test_ten_is_newer_than_nine() -> None:
    assert profile_of("livekit-agents@1.6.10").error_settles_waiter


def test_what_a_release_lost_and_another_brought_back() -> None:
    releases = ("1.5.7", "1.5.8", "1.5.17", "1.6.0", "1.6.10", "1.7.0")

    told = [profile_of(f"livekit-agents@{release}").error_settles_reply for release in releases]

    assert told == [False, True, True, False, False, True]


@pytest.mark.parametrize(
    ("release", "fact", "before", "since"),
    [
        ("1.4.0", "starts_with_config", False, True),
        ("1.4.3", "keeps_call_ids", False, True),
        ("1.4.4", "leaves_out", SystemMessages.ALL, SystemMessages.INSTRUCTIONS),
        ("1.5.0", "places_placeholders", False, True),
        ("1.5.0", "reply_timeout_ms", 5_000, 10_000),
        ("1.5.1", "cancels_only_active", False, True),
        ("1.6.0", "creates_empty", True, False),
        ("1.6.5", "guards_empty_deletes", True, False),
        ("1.6.5", "truncate_zero_deletes", False, True),
        ("1.6.5", "discards_late_replies", False, True),
        ("1.6.9", "error_settles_waiter", False, True),
        ("1.7.0", "answers_every_call", False, True),
        ("1.7.1", "unknown_anchor", UnknownAnchor.REFUSE, UnknownAnchor.TAIL),
        ("1.7.1", "duplicate_is_success", False, True),
        ("1.8.5", "replays_calls", False, True),
        ("1.8.9", "locks_snapshots", False, True),
    ],
)
def test_a_fact_changes_in_its_release_and_not_before(release: str, fact: str, before: object, since: object) -> None:
    numbers = [release_of(row) or () for row, _ in MATRIX["livekit-agents"]]
    older = max(row for row in numbers if row < (release_of(release) or ()))
    name = ".".join(map(str, older))

    assert getattr(profile_of(f"livekit-agents@{name}"), fact) == before
    assert getattr(profile_of(f"livekit-agents@{release}"), fact) == since


def test_the_other_names_of_a_client() -> None:
    assert profile_of("livekit-plugins-openai@1.4.6").name == "livekit-agents@1.4.6"
    assert profile_of("LiveKit-Agents@v1.4.6").name == "livekit-agents@v1.4.6"
    assert profile_of("@livekit/agents@1.2.0").client == "agents-js"


def test_without_a_release_the_newest_is_meant() -> None:
    assert profile_of("livekit-agents").name == f"livekit-agents@{MATRIX['livekit-agents'][-1][0]}"


@pytest.mark.parametrize("name", ["livekit-agents@1.5.0rc1", "livekit-agents@1.5.0.dev2"])
def test_a_pre_release_behaves_as_its_release(name: str) -> None:
    assert profile_of(name).places_placeholders


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("livekit-agent@1.4.6", "livekit-agents@1.4.6"),
        ("livekit_agents", "livekit-agents@1.8.9"),
        ("agentsjs@1", "agents-js@1.0.0"),
        ("livekit-agents@latest", "livekit-agents@1.8.9"),
        ("livekit-agents@0.12", "livekit-agents@1.0.13"),
        ("", "@"),
        ("@", "@"),
        ("livekit-agents@" + "9" * 40, "livekit-agents@"),
    ],
)
def test_what_is_no_client_is_answered_with_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(UnknownClientError) as caught:
        profile_of(name)

    assert nearest in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, RtlogError)
    assert isinstance(caught.value, ValueError)


def test_rows_are_listed_in_order_and_every_listed_name_has_a_profile() -> None:
    for rows in MATRIX.values():
        numbers = [release_of(release) or () for release, _ in rows]
        assert numbers == sorted(set(numbers))
    assert [profile_of(name).name for name in profile_names()] == profile_names()
