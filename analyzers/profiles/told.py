"""The client as a recording's header tells it: by a User-Agent or a package that carries a version."""

import re
from collections.abc import Mapping
from typing import Final

from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.profiles.releases import UnknownClientError, profile_of

_PRODUCT: Final = re.compile(r"([A-Za-z@][\w@/.-]*?)/(v?[0-9][\w.+-]*)")
"""`name/version` in a User-Agent; npm names hold a slash themselves."""
LONGEST: Final = 512
"""Characters of a User-Agent that are looked at: the header is the client's, and the search is quadratic."""


def profile_told(client: str | None, sdk: Mapping[str, str]) -> ClientProfile | None:
    """Give the profile of the client that a header names with its version; `None` where it names no such client.

    LiveKit's User-Agent ("LiveKit Agents") tells no version, and selects none.
    """
    products = [*sdk.items(), *_PRODUCT.findall((client or "")[:LONGEST])]
    return next((profile for name, version in products if (profile := _known(name, version))), None)


def _known(name: str, version: str) -> ClientProfile | None:
    try:
        return profile_of(f"{name}@{version}") if version else None
    except UnknownClientError:
        return None
