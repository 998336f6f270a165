"""Decoding what does not fit our types: field by field, nothing raised for one bad value.

A provider may send a number where we expect text. The typed decoder rejects the whole line then; here only the field
that does not fit is lost, its default stands, and the caller counts the record as malformed.
"""

import json
from functools import cache
from types import UnionType
from typing import Final, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import DecodeError, Raw, Struct

T = TypeVar("T", bound=Struct)
UNDECODABLE: Final = (DecodeError, UnicodeDecodeError, RecursionError)
"""All that msgspec raises for bytes it cannot decode; `ValidationError` is a `DecodeError`."""

_OBJECT: Final = msgspec.json.Decoder(dict[str, Raw])
_ARRAY: Final = msgspec.json.Decoder(list[Raw])


def salvage(shape: type[T], text: bytes | Raw) -> T:
    """Decode a JSON object into *shape*, dropping the fields that do not fit.

    Raises `ValueError` when *text* is no JSON object at all.
    """
    try:
        return cast("T", _decoder(shape).decode(text))
    except UNDECODABLE:
        members = members_of(text)
    values = {}
    for name, expected in _fields(shape).items():
        if name in members:
            fits, value = _value(expected, members[name])
            if fits:
                values[name] = value
    return shape(**values)


def members_of(text: bytes | Raw) -> dict[str, Raw]:
    """Give the members of a JSON object undecoded; raises `ValueError` when *text* is none."""
    try:
        return _OBJECT.decode(text)
    except UNDECODABLE:
        return _OBJECT.decode(_respelled(bytes(text)))


def _respelled(text: bytes) -> bytes:
    """Respell what other writers produce and strict JSON forbids: invalid UTF-8, lone surrogates, `NaN`."""
    try:
        value = json.loads(text.decode("utf-8", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _value(expected: object, text: Raw) -> tuple[bool, object]:
    try:
        return True, _decoder(expected).decode(text)
    except UNDECODABLE:
        pass
    for option in _options(expected):
        if isinstance(option, type) and issubclass(option, Struct) and bytes(text)[:1] == b"{":
            return True, salvage(option, text)
        element = next(iter(get_args(option)), None) if get_origin(option) is list else None
        if element is not None and bytes(text)[:1] == b"[":
            found = [_value(element, member) for member in _ARRAY.decode(text)]
            return True, [value for fits, value in found if fits]
    return False, None


@cache
def _fields(shape: type[Struct]) -> dict[str, object]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(shape)}


@cache
def _decoder(expected: object) -> msgspec.json.Decoder[object]:
    return msgspec.json.Decoder(expected)


def _options(expected: object) -> tuple[object, ...]:
    return get_args(expected) if get_origin(expected) in (Union, UnionType) else (expected,)
