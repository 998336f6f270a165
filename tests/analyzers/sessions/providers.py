"""The providers that a healthy session can be held with, and what each does in its own way.

Facts: counted over public captures, else from the vendors' references; nothing here is a fault of a session.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from rtlog.recordings.vocabulary.events import BETA_TO_GA

GA_TO_BETA: Final[Mapping[str, str]] = {
    ga: beta for beta, ga in BETA_TO_GA.items() if not beta.startswith("transcription_session")
}
CREATED_ALONE: Final[Mapping[str, str]] = {"conversation.item.added": "conversation.item.created"}
NO_RENAMES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider's manners."""

    name: str
    header: str | None
    """What the recording's header says of it."""
    model: str
    renames: Mapping[str, str]
    """GA names and what it says instead."""
    ids: Literal["clock", "voice live", "uuid"] = "clock"
    flat_session: bool = False
    """Session settings as in 2024."""
    item_done: Literal["all", "user audio", "never"] = "all"
    anchors: tuple[Literal["tail", "null", "0", "no calls"], ...] = ("tail",)
    """What `previous_item_id` names; `no calls`: the tail, but null for function calls."""
    rate_limits: Literal["created", "done", "never"] = "never"
    transcripts: Literal["once", "cumulative"] = "once"
    truncates: bool = True
    acknowledges_truncate: bool = True
    edits_items: bool = True
    """The client may create, delete and retrieve items."""
    out_of_band: bool = True
    runs_mcp: bool = False
    telephone: bool = False
    """G.711 can be had."""
    sideband: bool = False
    """A WebSocket beside a WebRTC call can be had: no audio on it, and the server truncates."""
    creates_lazily: bool = False
    """`response.created` comes with the first output."""
    idless_deletes: bool = False
    early_user_items: bool = False
    """The user's item is added, in progress, when speech starts."""
    drops_responses: bool = False
    """A response that the user talks over before its first output is never heard of again."""
    resumes: bool = False
    """Tells the old items again, under their ids, when a session goes on over a new connection."""
    sound_ends_last: bool = False
    """`output_audio.done` comes after the finished part, not before."""
    usage_on_top: bool = False
    interjects: tuple[str, ...] = ()
    """Events of its own that come at any time."""
    says_goodbye: bool = False
    """`session.finish` and `session.finished` end a session."""
    names_conversation: bool = True


PROVIDERS: Final = (
    Provider(
        "openai", "openai", "gpt-realtime", NO_RENAMES, rate_limits="done", runs_mcp=True, sideband=True, telephone=True
    ),
    Provider(
        "openai beta",
        "openai",
        "gpt-4o-realtime-preview",
        GA_TO_BETA,
        flat_session=True,
        item_done="never",
        rate_limits="created",
        sideband=True,
        telephone=True,
    ),
    Provider("azure", "azure", "gpt-realtime", NO_RENAMES, runs_mcp=True, sideband=True, telephone=True),
    Provider("azure preview", "azure", "gpt-4o-realtime-preview", GA_TO_BETA, flat_session=True, item_done="never"),
    Provider(
        "azure voice live",
        "azure-voice-live",
        "gpt-4o",
        GA_TO_BETA,
        ids="voice live",
        flat_session=True,
        item_done="user audio",
        interjects=("response.audio_timestamp.delta", "warning"),
    ),
    Provider(
        "xai",
        "xai",
        "grok-voice-latest",
        NO_RENAMES,
        ids="uuid",
        item_done="never",
        anchors=("tail", "null", "0", "no calls"),
        transcripts="cumulative",
        truncates=False,
        acknowledges_truncate=False,
        out_of_band=False,
        idless_deletes=True,
        early_user_items=True,
        drops_responses=True,
        resumes=True,
        sound_ends_last=True,
        usage_on_top=True,
        interjects=("ping",),
        names_conversation=False,
    ),
    Provider(
        "qwen",
        "qwen",
        "qwen3-omni-flash-realtime",
        GA_TO_BETA,
        flat_session=True,
        item_done="never",
        truncates=False,
        edits_items=False,
        out_of_band=False,
        says_goodbye=True,
        names_conversation=False,
    ),
    Provider("elevenlabs", "elevenlabs", "eleven_realtime_v1_mini", NO_RENAMES),
    Provider(
        "localai",
        "localai",
        "gpt-realtime",
        NO_RENAMES,
        anchors=("tail", "null"),
        interjects=("conversation.item.sound_detection",),
    ),
    Provider(
        "hugging face",
        "huggingface",
        "speech-to-speech",
        CREATED_ALONE,
        item_done="never",
        anchors=("tail", "null"),
        acknowledges_truncate=False,
        out_of_band=False,
        creates_lazily=True,
        names_conversation=False,
    ),
)
