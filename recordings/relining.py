"""A line of a recording at another place: with another number, time and connection, and all else as it was."""

from typing import Final

from msgspec.json import encode

from rtlog.recordings.lenient import members_of
from rtlog.recordings.record import Src

LAST: Final = ("elided", "respaced", "event")
"""Members of a record that stand behind those that its place gives it."""


def relined(line: bytes, seq: int, t: int | None, conn: int, src: Src | None = None) -> bytes:
    """Give *line*, with a line feed, as the record *seq* at *t* ns; *src* where it is to say another than it says.

    The event's own text stays, unless it was no strict JSON. Raises ValueError where the line holds no JSON object.
    """
    members: dict[str, object] = {**members_of(line)}
    last = {name: members.pop(name) for name in LAST if name in members}
    members |= {"seq": seq} if t is None else {"seq": seq, "t": t}
    members["conn"] = conn
    if src is not None:
        members["src"] = src
    return encode(members | last) + b"\n"
