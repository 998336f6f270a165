"""Which release of which client prevents what: one table, from which findings take their sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.profiles.releases import LIVEKIT_AGENTS, release_of


@dataclass(frozen=True, slots=True)
class Fix:
    """The first release of a client that prevents a race, how, and where it was reported."""

    client: str
    release: str
    how: str
    """What follows `CLIENT RELEASE and later`."""
    issue: str = ""

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        return f"{self.client} {self.release} and later{self.how}{f' ({self.issue})' if self.issue else ''}"


FIXES: Final[Mapping[str, Fix]] = {
    "RT101": Fix(
        LIVEKIT_AGENTS, "1.5.0", ", unless a local-only item stands at the context's tail", "livekit/agents#5114"
    ),
    "RT102": Fix(LIVEKIT_AGENTS, "1.7.1", " put the item at the mirror's tail", "livekit/agents#6964"),
    "RT104": Fix(LIVEKIT_AGENTS, "1.7.1", " count a duplicate id as success", "livekit/agents#6964"),
    "RT106": Fix(LIVEKIT_AGENTS, "1.6.9", " settle the waiter on error.event_id", "livekit/agents#6729"),
    "RT109": Fix(LIVEKIT_AGENTS, "1.8.9", " take the copy and push it under one lock", "livekit/agents#5021"),
    "RT201": Fix(LIVEKIT_AGENTS, "1.6.5", " discard it by its client_event_id", "livekit/agents#6244"),
    "RT202": Fix(LIVEKIT_AGENTS, "1.7.0", " fail the caller at once", "livekit/agents#6818"),
    "RT204": Fix(LIVEKIT_AGENTS, "1.6.5", " discard such a response by its id", "livekit/agents#6244"),
    "RT306": Fix(LIVEKIT_AGENTS, "1.6.8", " stamp the turn with its start", "livekit/agents#6616"),
    "RT510": Fix(LIVEKIT_AGENTS, "1.6.5", " delete empty messages too", "livekit/agents#5887"),
    "RT301": Fix(LIVEKIT_AGENTS, "1.6.5", " delete a message of which nothing was played", "livekit/agents#6158"),
    "RT401": Fix(LIVEKIT_AGENTS, "1.7.0", " answer every call", "livekit/agents#6785"),
    "RT502": Fix(LIVEKIT_AGENTS, "1.8.5", " replay function calls too"),
}
"""By code of a rule."""


def fixed_in(code: str, profile: ClientProfile | None = None) -> tuple[str, ...]:
    """Give the sentence of the release that prevents findings of rule *code*, if one does.

    None where *profile* says that the client has that release already: it did not help.
    """
    fix = FIXES.get(code)
    if fix is None or (profile is not None and _has(profile, fix)):
        return ()
    return (fix.sentence,)


def _has(profile: ClientProfile, fix: Fix) -> bool:
    return profile.client == fix.client and profile.release >= (release_of(fix.release) or ())
