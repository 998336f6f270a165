"""Who serves a host: the names that a recording's header uses."""

from typing import Final

PROVIDERS: Final = {
    "api.openai.com": "openai",
    "openai.azure.com": "azure",
    "services.ai.azure.com": "azure-voice-live",
    "cognitiveservices.azure.com": "azure",
    "api.x.ai": "xai",
    "elevenlabs.io": "elevenlabs",
    "inworld.ai": "inworld",
    "baseten.co": "baseten",
    "aliyuncs.com": "qwen",
    "bigmodel.cn": "glm",
    "generativelanguage.googleapis.com": "gemini-live",
}
"""The end of a host name and the provider behind it."""


VOICE_LIVE_PATH: Final = "/voice-live/"
"""Azure serves two dialects from one host name."""


def provider_of(host: str, path: str = "") -> str | None:
    """Give the provider that serves *host* (and *path*), or `None` where the table does not know."""
    if VOICE_LIVE_PATH in path and host.endswith(".azure.com"):
        return "azure-voice-live"
    return next((name for end, name in PROVIDERS.items() if host == end or host.endswith(f".{end}")), None)
