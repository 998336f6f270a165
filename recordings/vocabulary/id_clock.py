"""The clock in server ids: OpenAI's begin with the second in which they were made.

Behind `event_`, `item_`, `resp_`, `sess_` or `conv_` stand 21 characters, the first five of which are seconds since
2019-12-20 in base 62. Undocumented; found in captures of OpenAI and Azure OpenAI, where 1,270 events were in order
without exception. It is as coarse as a second, and nothing may be ordered by it.
"""

import re
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = 5
_BEGIN: Final = 1_576_800_000
"""2019-12-20T00:00:00Z in seconds since 1970."""
_ID: Final = re.compile(r"(?:event|item|resp|sess|conv)_([0-9A-Za-z]{21})")
LONGEST_SESSION_S: Final = 24 * 60 * 60


def minted(server_id: str) -> int | None:
    """Give the second since 1970 in which *server_id* was made, `None` where it has another shape."""
    match = _ID.fullmatch(server_id)
    if match is None:
        return None
    number = 0
    for character in match[1][:_DIGITS]:
        number = number * len(_ALPHABET) + _ALPHABET.index(character)
    return _BEGIN + number


class IdClock:
    """Hears the ids of one connection's server events, and says when they were made if they stand every check.

    Every id must be readable, none may be earlier than one before it, and the first must lie within a day before the
    session's `expires_at`: other vendors' ids look alike.
    """

    __slots__ = ("_broken", "_expires", "_first", "_last")

    def __init__(self) -> None:
        self._first: int | None = None
        self._last = 0
        self._expires: int | None = None
        self._broken = False

    def hear(self, event_id: str, expires_at: int | None = None) -> None:
        """Hear the id of the next server event, and what its session says of its end (seconds since 1970)."""
        self._expires = self._expires or expires_at
        second = minted(event_id)
        if second is None or second < self._last:
            self._broken = True
            return
        self._first = second if self._first is None else self._first
        self._last = second

    @property
    def second(self) -> int | None:
        """The second since 1970 of the last id that was heard; `None` where the ids are no clock, or none was heard."""
        return None if self._broken or self._first is None else self._last

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last second since 1970; `None` where the ids are no clock."""
        if self._broken or self._first is None or self._expires is None:
            return None
        plausible = 0 < self._expires - self._first <= LONGEST_SESSION_S
        return (self._first, self._last) if plausible else None
