"""The version matrix of the clients that are known: what changed in which release.

A row lists only what its release changed; a release that no row names behaves as the newest row before it. The rows of
livekit-agents were read in its packages; `tests/e2e/livekit` compares the releases it names with them, case by case.
"""

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Final, TypedDict

from rtlog.analyzers.profiles.profile import ClientProfile, SystemMessages, UnknownAnchor
from rtlog.recordings.errors import RtlogError

Release = tuple[int, ...]


class Facts(TypedDict, total=False):
    """What a release can change: the facts of `ClientProfile`."""

    unknown_anchor: UnknownAnchor
    places_placeholders: bool
    starts_with_config: bool
    keeps_call_ids: bool
    guards_empty_deletes: bool
    creates_empty: bool
    leaves_out: SystemMessages
    front: str | None
    reply_timeout_ms: float | None
    discards_late_replies: bool
    error_settles_reply: bool
    error_settles_waiter: bool | None
    duplicate_is_success: bool
    cancels_only_active: bool
    truncate_zero_deletes: bool
    replays_calls: bool
    locks_snapshots: bool
    answers_every_call: bool


LIVEKIT_AGENTS: Final = "livekit-agents"
AGENTS_JS: Final = "agents-js"

MATRIX: Final[dict[str, tuple[tuple[str, Facts], ...]]] = {
    LIVEKIT_AGENTS: (
        ("1.0.13", {}),
        ("1.2.9", {"guards_empty_deletes": True}),
        ("1.4.0", {"starts_with_config": True}),
        ("1.4.3", {"keeps_call_ids": True}),
        ("1.4.4", {"leaves_out": SystemMessages.INSTRUCTIONS}),
        ("1.4.6", {}),
        ("1.5.0", {"places_placeholders": True, "reply_timeout_ms": 10_000}),
        ("1.5.1", {"cancels_only_active": True}),
        ("1.5.8", {"error_settles_reply": True}),
        # Lost when 1.6 was branched off, back in 1.7.
        ("1.6.0", {"creates_empty": False, "error_settles_reply": False}),
        ("1.6.5", {"guards_empty_deletes": False, "truncate_zero_deletes": True, "discards_late_replies": True}),
        ("1.6.9", {"error_settles_waiter": True}),
        ("1.7.0", {"error_settles_reply": True, "answers_every_call": True}),
        ("1.7.1", {"unknown_anchor": UnknownAnchor.TAIL, "duplicate_is_success": True}),
        ("1.8.5", {"replays_calls": True}),
        ("1.8.9", {"locks_snapshots": True}),
    ),
    # Its releases are not told apart: this is its main branch of August 2026, read and not compared case by case.
    AGENTS_JS: (
        (
            "1.0.0",
            {
                "keeps_call_ids": True,
                "front": None,
                "truncate_zero_deletes": True,
                "reply_timeout_ms": None,
                "error_settles_waiter": None,
            },
        ),
    ),
}

ALIASES: Final = {
    "livekit": LIVEKIT_AGENTS,
    "livekit-plugins-openai": LIVEKIT_AGENTS,
    "@livekit/agents": AGENTS_JS,
    "@livekit/agents-plugin-openai": AGENTS_JS,
    "livekit-agents-js": AGENTS_JS,
}
_VERSION: Final = re.compile(r"v?([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})(?:[-.]?(?:a|b|rc|dev|post)[0-9.]*)?")


class UnknownClientError(RtlogError, ValueError):
    """No profile goes by that name; the message gives the nearest one that does."""


def profile_of(name: str) -> ClientProfile:
    """Give the profile of `CLIENT@RELEASE`, or of the newest release known where *name* tells none.

    Raises UnknownClientError.
    """
    client, _, version = name.strip().rpartition("@") if "@" in name.strip()[1:] else (name.strip(), "", "")
    client = ALIASES.get(client.lower(), client.lower())
    if client not in MATRIX:
        raise UnknownClientError(f"no client profile is called {name!r}; the nearest is {_nearest(client, version)}")
    if not version:
        version = MATRIX[client][-1][0]
    release = release_of(version)
    if release is None:
        raise UnknownClientError(f"{version!r} is no release of {client}; write it as {_newest(client)}")
    oldest = MATRIX[client][0][0]
    if release < (release_of(oldest) or ()):
        raise UnknownClientError(
            f"{client} {version} is older than all that is known; the nearest is {client}@{oldest}"
        )
    return _built(client, version, release)


def release_of(version: str) -> Release | None:
    """Give the numbers of a version, `None` where it is none; what stands behind them (`rc1`) does not count."""
    match = _VERSION.fullmatch(version)
    return tuple(int(number) for number in match[1].split(".")) if match else None


def profile_names() -> list[str]:
    """Give every release that the matrix lists, oldest first, by client."""
    return [f"{client}@{version}" for client, rows in MATRIX.items() for version, _ in rows]


def _built(client: str, version: str, release: Release) -> ClientProfile:
    profile = ClientProfile(f"{client}@{version}", client, release)
    for row, facts in MATRIX[client]:
        if (release_of(row) or ()) <= release:
            profile = replace(profile, **facts)
    return profile


def _newest(client: str) -> str:
    return f"{client}@{MATRIX[client][-1][0]}"


def _nearest(client: str, version: str) -> str:
    spelled = {name: ALIASES.get(name, name) for name in (*MATRIX, *ALIASES)}
    close = get_close_matches(client, spelled, n=1, cutoff=0.0)
    found = spelled[close[0]] if close else LIVEKIT_AGENTS
    known = {row for row, _ in MATRIX[found]}
    return f"{found}@{version}" if version in known else _newest(found)
