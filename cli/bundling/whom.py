"""Whom a report is for."""

from enum import StrEnum


class Maintainers(StrEnum):
    """Those who ask for more than a timeline."""

    LIVEKIT = "livekit"
    OPENAI = "openai"
