"""The first and the last line of a recording: header and footer, read as leniently as the records between them."""

from typing import Final, Literal, TypeVar

import msgspec
from msgspec import Raw, Struct
from pydantic import BaseModel, ValidationError

from rtlog.recordings.format import FORMAT_VERSION, Footer, Header
from rtlog.recordings.lenient import UNDECODABLE, members_of, salvage

Model = TypeVar("Model", bound=BaseModel)
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
    return _fitting(Header, line) or Header()


def parse_footer(line: bytes) -> Footer:
    """Give the footer; a damaged count is 0."""
    return _fitting(Footer, line) or Footer(records=0)


def _value(text: Raw) -> object:
    try:
        return msgspec.json.decode(text)
    except UNDECODABLE:
        return None


def _fitting(model: type[Model], line: bytes) -> Model | None:
    members = {key: value for key, text in members_of(line).items() if (value := _value(text)) is not None}
    try:
        return model.model_validate(members)
    except ValidationError as error:
        wrong = {detail["loc"][0] for detail in error.errors()}
    try:
        return model.model_validate({key: value for key, value in members.items() if key not in wrong})
    except ValidationError:
        return None
