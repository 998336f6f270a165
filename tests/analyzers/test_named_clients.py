"""Naming a client accuses no healthy session: what rests on its simulated context needs a crossing to show."""

import pytest
from sessions.acts import choose
from sessions.recorder import records_of
from sessions.session import Generated, play, seeded

from rtlog.analyzers.analysis import Analysis
from rtlog.analyzers.finding import Finding, Severity

SESSIONS = 150


def graver_than_notes(session: Generated, client: str | None) -> list[Finding]:
    analysis = Analysis(provider=session.provider, client=client)
    for record in records_of(session.lines):
        analysis.feed(record)
    analysis.finish()
    return [finding for finding in analysis.findings if finding.severity is not Severity.INFO]


# 1.4.6 is left out: it gives up replies after 5 s, and the generated servers take their time.
@pytest.mark.parametrize(
    "client", ["livekit-agents@1.5.0", "livekit-agents@1.6.5", "livekit-agents@1.8.9", "agents-js"]
)
def test_a_healthy_session_is_not_accused_because_its_client_is_named(client: str) -> None:
    accused = []
    for seed in range(SESSIONS):
        rng, habits = seeded(seed)
        session = play(seed, choose, habits, rng)
        told = {finding.id for finding in graver_than_notes(session, None)}
        accused += [
            f"seed {seed}: {f.rule} {f.message}" for f in graver_than_notes(session, client) if f.id not in told
        ]

    assert accused == []
