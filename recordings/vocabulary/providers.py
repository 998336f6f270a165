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
    "aliyuncs.com": "qwen",
    "bigmodel.cn": "glm",
    "generativelanguage.googleapis.com": "gemini-live",
}
"""The end of a host name and the provider behind it."""


def provider_of(host: str) -> str | None:
    """Give the provider that serves *host*, or `None` where the table does not know."""
    return next((name for end, name in PROVIDERS.items() if host == end or host.endswith(f".{end}")), None)
