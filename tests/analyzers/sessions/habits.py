"""How a session is set and what its client is used to do, drawn by a seed."""

from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from sessions.providers import PROVIDERS, Provider

PCM_BYTES_PER_MS: Final = 48
G711_BYTES_PER_MS: Final = 8

EventIds = Literal["all", "items and responses", "responses", "none"]


@dataclass(slots=True)
class Habits:
    """One session's settings and its client's ways (measured on public SDKs)."""

    provider: Provider
    detection: str | None
    """`server_vad`, `semantic_vad`, or none: the client commits."""
    creates: bool
    """Turn detection answers a turn by itself."""
    interrupts: bool
    transcribes: bool
    speaks: bool
    event_ids: EventIds
    metadata: bool
    item_ids: bool
    anchors: bool
    """The client says behind which item its own ones go."""
    awaits: bool
    """The client waits for each acknowledgement before it goes on."""
    reflex_cancel: bool
    """Cancels on every speech start, though the server has done so: LiveKit."""
    full_truncates: bool
    """Truncates at all it received, not at what was played: pipecat."""
    deletes_unplayed: bool
    """Deletes, rather than truncates at 0, what was never played."""
    sideband: bool
    told: bool
    """The header names the provider; else the events must show it."""
    sockets: bool
    """The tap saw the sockets open and close."""
    anchor_style: Literal["tail", "null", "0", "no calls"]
    early_words: bool
    """Transcripts stream while the user still speaks."""
    latency: int
    """ms of one way, at most."""
    tools: bool
    telephone: bool
    """G.711 at 8 kHz instead of PCM at 24 kHz."""
    stalls: bool
    """Now and then the network holds everything back for a moment."""
    tapped: bool
    """A tap inside the SDK tells of the application too."""
    lists_tools: bool
    """The server lists the tools of another one when the session begins."""
    loses_words: bool
    """Some transcriptions fail."""
    blank_anchors: bool
    """Says `""` where it means the end."""

    @property
    def bytes_per_ms(self) -> int:
        """Audio bytes of one ms."""
        return G711_BYTES_PER_MS if self.telephone else PCM_BYTES_PER_MS


def draw(rng: Random, providers: tuple[Provider, ...] = PROVIDERS) -> Habits:
    """Draw a session."""
    provider = rng.choice(providers)
    detection = rng.choice(("server_vad", "server_vad", "semantic_vad", None))
    sideband = provider.sideband and rng.random() < 0.15
    transcribes = rng.random() < 0.8
    speaks = sideband or rng.random() < 0.9
    interrupts = rng.random() < 0.75
    tapped = rng.random() < 0.2
    return Habits(
        provider=provider,
        detection=detection,
        creates=detection is not None and rng.random() < 0.75,
        interrupts=interrupts,
        transcribes=transcribes,
        speaks=speaks,
        event_ids=rng.choice(("all", "items and responses", "responses", "none")),
        metadata=rng.random() < 0.5,
        item_ids=rng.random() < 0.5 or tapped,
        anchors=rng.random() < 0.3,
        awaits=rng.random() < 0.5,
        reflex_cancel=interrupts and rng.random() < 0.3,
        full_truncates=rng.random() < 0.2,
        deletes_unplayed=provider.edits_items and rng.random() < 0.3,
        sideband=sideband,
        told=rng.random() < 0.7,
        sockets=rng.random() < 0.5,
        anchor_style=rng.choice(provider.anchors),
        early_words=transcribes and rng.random() < 0.2,
        latency=rng.choice((20, 60, 200)),
        tools=provider.edits_items and rng.random() < 0.7,
        telephone=provider.telephone and rng.random() < 0.2,
        stalls=rng.random() < 0.1,
        tapped=tapped,
        lists_tools=provider.runs_mcp and not sideband and rng.random() < 0.2,
        loses_words=rng.random() < 0.1,
        blank_anchors=rng.random() < 0.1,
    )
