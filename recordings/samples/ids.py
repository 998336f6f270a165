"""Ids that look like the provider's and are the same in every run: a digest of the tape's name and what the id names.

OpenAI's ids begin with the second they were made in, base 62, counted from 2019-12-20 (undocumented, seen in every
capture), so the tapes' ids do too.
"""

import hashlib
import uuid
from datetime import datetime
from typing import Final

BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EPOCH: Final = int(datetime.fromisoformat("2019-12-20T00:00:00Z").timestamp())
CLOCK_DIGITS: Final = 5
RANDOM_DIGITS: Final = 16
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def provider_id(prefix: str, second: int, *seed: str) -> str:
    """Give `prefix_` and 21 base62 characters: 5 for the Unix *second*, 16 from *seed*."""
    number = second - EPOCH
    clock = ""
    for _ in range(CLOCK_DIGITS):
        number, digit = divmod(number, len(BASE62))
        clock = BASE62[digit] + clock
    return f"{prefix}_{clock}{letters(BASE62, RANDOM_DIGITS, prefix, *seed)}"


def short_id(prefix: str, *seed: str) -> str:
    """Give `prefix_` and 12 hexadecimal digits, the shape of ids that the LiveKit client makes."""
    return f"{prefix}_{_digest(prefix, *seed).hex()[:12]}"


def uuid_id(*seed: str) -> str:
    """Give a random-looking version 4 UUID, the shape of xAI's ids."""
    return str(uuid.UUID(bytes=_digest(*seed)[:16], version=4))


def letters(alphabet: str, length: int, *seed: str) -> str:
    """Give *length* characters of *alphabet* that only *seed* decides."""
    return "".join(alphabet[byte % len(alphabet)] for byte in _digest(*seed)[:length])


def payload(size: int, *seed: str) -> bytes:
    """Give *size* bytes that stand in for audio."""
    block = _digest(*seed)
    return (block * (size // len(block) + 1))[:size]


def _digest(*seed: str) -> bytes:
    return hashlib.sha256("/".join(seed).encode()).digest()
