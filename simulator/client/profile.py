"""The clients that the scripted one can be: how releases of LiveKit Agents keep their context."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Profile:
    """*placeholders*: items of the server enter the application's context at once, where they continue its tail.

    *spares_empty*: a push deletes no message that is still empty. *reply_timeout_s* and *push_timeout_s*: how long the
    server's answers are waited for.
    """

    name: str
    placeholders: bool
    spares_empty: bool
    reply_timeout_s: float
    push_timeout_s: float = 5.0


LIVEKIT_1_4: Final = Profile("livekit-agents 1.4.6", placeholders=False, spares_empty=True, reply_timeout_s=5.0)
LIVEKIT_1_5: Final = Profile("livekit-agents 1.5.0", placeholders=True, spares_empty=True, reply_timeout_s=10.0)
