"""Which packages the session runs on, as the recording's header names them."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final

PACKAGES: Final = ("livekit-agents", "livekit-plugins-openai", "livekit", "openai")


def installed() -> dict[str, str]:
    """Give the version of each package that is installed."""
    return {name: found for name in PACKAGES if (found := _version(name))}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
