"""Where and when a session was recorded: what the sessions of a fleet are grouped by."""

import re
from dataclasses import dataclass
from typing import Final

from rtlog.recordings.format import Header

UNKNOWN: Final = "unknown"
LONGEST: Final = 100
"""Characters of a name that are kept: the header is the client's."""
_DAY: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?=T)")
_PRODUCT: Final = re.compile(r"([A-Za-z@][\w@/.-]{0,80})/(v?[0-9][\w.+-]*)")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a recording's header says of its session; `unknown` where it is silent."""

    started: str | None = None
    """RFC 3339, UTC."""
    day: str = UNKNOWN
    """`2026-11-21`, in UTC."""
    provider: str = UNKNOWN
    sdk: str = UNKNOWN
    """The SDK release: `livekit-agents@1.8.9`."""


def origin_of(header: Header, *, provider: str | None = None, client: str | None = None) -> Origin:
    """Give the origin of the recording of *header*; *provider* is a person's word, *client* too where it is silent."""
    day = _DAY.match(header.started or "")
    return Origin(
        started=header.started if day else None,
        day=day[0] if day else UNKNOWN,
        provider=(provider or header.provider or UNKNOWN)[:LONGEST],
        sdk=_release(header, client)[:LONGEST],
    )


def _release(header: Header, client: str | None) -> str:
    """Give the first package that the client told of, else the first `name/version` of its User-Agent."""
    told = next(iter(header.sdk.items()), None)
    if told is not None:
        return "@".join(told)
    product = _PRODUCT.match((header.client or "")[:LONGEST])
    return "@".join(product.groups()) if product else client or header.client or UNKNOWN
