"""What an importer finds in a file: sockets, what they carried, and what it could not understand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from rtlog.recordings.record import Dir

MOST_SHOWN: Final = 200
"""Lines without meaning that are remembered; further ones are counted."""
LONGEST_SHOWN: Final = 2_000
"""Characters of such a line that are remembered."""

Headers = tuple[tuple[str, str], ...]


def whole(text: str) -> str:
    """Give *text* with a mark for each half of a pair of a character and each byte that was none."""
    return text.encode("utf-8", "replace").decode()


def _whole(headers: Iterable[tuple[str, str]]) -> Headers:
    return tuple((whole(name), whole(value)) for name, value in headers)


@dataclass(slots=True)
class Socket:
    """A connection: its number in the file, and what is known of its handshake."""

    number: int
    url: str | None = None
    request: Headers = ()
    response: Headers = ()
    status: int | None = None
    at: int | None = None


@dataclass(slots=True)
class Message:
    """A message as the source has it; `at` is ns since 1970, or of the source's own clock, `None` where it has none."""

    socket: int
    direction: Dir
    data: bytes
    at: int | None = None
    binary: bool = False
    size: int | None = None
    """Bytes on the wire, where the source says it."""
    audio_bytes: int | None = None
    """Bytes of the sound that the source took out of it, where it says so."""


@dataclass(slots=True)
class Cut:
    """A message that the source did not keep whole: its type and size where they can still be read."""

    socket: int
    direction: Dir
    size: int | None = None
    type: str = ""
    at: int | None = None


@dataclass(slots=True)
class Closed:
    """The end of a connection."""

    socket: int
    by: Dir
    code: int
    reason: str = ""
    at: int | None = None


Entry = Message | Cut | Closed


@dataclass(slots=True)
class Foreign:
    """A piece of the source that has no meaning for its importer."""

    where: str
    text: str


@dataclass(slots=True)
class Found:
    """Everything that was found, in the order of the source."""

    sockets: dict[int, Socket] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    not_understood: int = 0
    inferred: int = 0
    """Events whose direction their type told."""
    notes: list[str] = field(default_factory=list)
    """What a person should know of the source."""
    client: str | None = None

    def socket(
        self,
        *,
        url: str | None = None,
        request: Iterable[tuple[str, str]] = (),
        response: Iterable[tuple[str, str]] = (),
        status: int | None = None,
        at: int | None = None,
    ) -> Socket:
        """Add a connection under the next number."""
        number = len(self.sockets) + 1
        self.sockets[number] = Socket(number, url and whole(url), _whole(request), _whole(response), status, at)
        return self.sockets[number]

    def misunderstood(self, where: str, text: str) -> None:
        """Count a piece that has no meaning, and remember it while there is room."""
        self.not_understood += 1
        if len(self.foreign) < MOST_SHOWN:
            self.foreign.append(Foreign(where, text[:LONGEST_SHOWN]))

    def note(self, text: str) -> None:
        """Tell a person *text*, once."""
        if text not in self.notes:
            self.notes.append(text)
