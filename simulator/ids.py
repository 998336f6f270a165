"""Ids of the provider's shape: a prefix, five base62 digits that tell the second, sixteen that look random.

Undocumented, and seen in every public capture: the digits count seconds since 2019-12-20. Equal seeds give equal ids.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Final

BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EPOCH: Final = 1_576_800_000
"""Unix second that the digits count from."""
CLOCK_DIGITS: Final = 5
RANDOM_DIGITS: Final = 16


class Mint:
    """Makes ids: *seed* decides the digits that look random, *second* gives the Unix time in whole seconds."""

    def __init__(self, seed: str, second: Callable[[], int]) -> None:
        self._seed = seed
        self._second = second
        self._made: Counter[str] = Counter()

    def id(self, prefix: str) -> str:
        """Give the next `prefix_` id."""
        return f"{prefix}_{_base62(self.second() - EPOCH)}{self._digits(prefix)}"

    def call_id(self) -> str:
        """Give the next id of a function call, which tells no time."""
        return f"call_{self._digits('call')}"

    def second(self) -> int:
        """Give the Unix second that ids are made in now."""
        return self._second()

    def _digits(self, prefix: str) -> str:
        self._made[prefix] += 1
        digest = hashlib.sha256(f"{self._seed}/{prefix}/{self._made[prefix]}".encode()).digest()
        return "".join(BASE62[byte % len(BASE62)] for byte in digest[:RANDOM_DIGITS])


def _base62(number: int) -> str:
    text = ""
    for _ in range(CLOCK_DIGITS):
        number, digit = divmod(number, len(BASE62))
        text = BASE62[digit] + text
    return text
