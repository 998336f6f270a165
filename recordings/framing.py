"""The first and the last line of a recording: header and footer, read as leniently as the records between them."""

from typing import Final, Literal

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from rtlog.recordings.format import FORMAT_VERSION, Footer, Header
from rtlog.recordings.lenient import UNDECODABLE, members_of, salvage
from rtlog.recordings.record import Count

Framing = Literal["header", "footer", ""]

LONGEST_VERSION: Final = 10
_ABSENT: Final = Raw(b"")


class _Keys(Struct):
    rtlog: Raw = _ABSENT
    end: Raw = _ABSENT
    event: Raw = _ABSENT
    type: Raw = _ABSENT


def framing_of(line: bytes) -> Framing:
    """Say whether *line* is a header, a footer, or neither; raises `ValueError` when it holds no JSON object."""
    keys = salvage(_Keys, line)
    if bytes(keys.event) or bytes(keys.type):
        return ""
    if bytes(keys.rtlog):
        return "header"
    return "footer" if bytes(keys.end) == b"true" else ""


def newer_version(line: bytes) -> int | None:
    """Give the format version of a header that this rtlog is too old for."""
    version = bytes(salvage(_Keys, line).rtlog)
    return (
        int(version) if version.isdigit() and len(version) < LONGEST_VERSION and int(version) > FORMAT_VERSION else None
    )


def parse_header(line: bytes) -> Header:
    """Give the header; a member that does not fit keeps its default."""
    return replace(salvage(Header, line), more=_unknown(Header, line))


def parse_footer(line: bytes) -> Footer:
    """Give the footer; a count may be written as any number, and a damaged one is 0."""
    members = members_of(line)
    records, dropped = (_count(members.get(name, _ABSENT)) for name in ("records", "dropped"))
    return Footer(records=records, dropped=dropped, more=_unknown(Footer, line))


def _count(text: Raw) -> int:
    try:
        return msgspec.json.decode(text, type=Count, strict=False)
    except UNDECODABLE:
        return 0


def _unknown(shape: type[Struct], line: bytes) -> dict[str, object]:
    """Give the members of *line* that *shape* does not know, or knows as its own."""
    known = {*shape.__struct_fields__} - {"more"}
    unknown = {key: text for key, text in members_of(line).items() if key not in known}
    return {key: value for key, text in unknown.items() if (value := _value(text)) is not None}


def _value(text: Raw) -> object:
    try:
        return msgspec.json.decode(text)
    except UNDECODABLE:
        return None
