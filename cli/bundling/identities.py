"""What a provider or maintainer looks a session up by: its ids, those of its requests, and when what proves it was."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from rtlog.recordings.format import Header
from rtlog.recordings.reader import read
from rtlog.recordings.record import Record

REQUEST_HEADERS: Final = ("x-client-request-id",)
RESPONSE_HEADERS: Final = ("x-request-id", "apim-request-id", "cf-ray")
"""Under which providers and their gateways name a request, in answers."""
NS_PER_US: Final = 1000
MOST: Final = 20
"""Ids of one kind that are told; a recording of an hour has a handful."""


class _Head(Struct):
    headers: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Proof:
    """A record that proves something: `wall` is its UTC time, `""` where the recording does not tell it."""

    line: int
    wall: str
    type: str
    event_id: str
    subject: str


@dataclass(slots=True)
class Identities:
    """What one recording tells of itself."""

    header: Header
    sessions: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Names of headers and what they held, in the order of the connections."""
    proofs: list[Proof] = field(default_factory=list)


def identities_of(path: Path, evidence: Collection[int]) -> Identities:
    """Read the recording at *path*; *evidence* are the lines of the records that prove its findings."""
    with read(path) as reading:
        told = Identities(reading.header)
        for record in reading:
            if record.kind == "open":
                told.requests += [*_named(record.request, REQUEST_HEADERS), *_named(record.response, RESPONSE_HEADERS)]
            if record.event is not None and record.event.session is not None:
                _note(told.sessions, record.event.session.id)
                _note(told.models, record.event.session.model)
            if record.line in evidence:
                told.proofs.append(_proof(record, reading.header.started))
    del told.requests[MOST:]
    return told


def _note(known: list[str], name: str | None) -> None:
    if name and name not in known and len(known) < MOST:
        known.append(name)


def _named(head: Raw | UnsetType, names: Collection[str]) -> list[tuple[str, str]]:
    if head is UNSET:
        return []
    try:
        headers = msgspec.json.decode(head, type=_Head).headers
    except (msgspec.DecodeError, RecursionError):
        return []
    lower = {name.lower(): value for name, value in headers.items()}
    return [(name, lower[name]) for name in names if lower.get(name)]


def _proof(record: Record, started: str | None) -> Proof:
    event = record.event
    named = (
        (event.item_id, event.item and event.item.id, event.response_id, event.response and event.response.id)
        if event
        else ()
    )
    subject = next((name for name in named if name), "")
    wall = wall_time(record.t, started)
    return Proof(record.line, wall, record.type or record.kind, (event.event_id or "") if event else "", subject)


def wall_time(t: int | None, started: str | None) -> str:
    """Give the UTC time of *t* ns after *started*, to the millisecond; `""` where either is not known."""
    if t is None or started is None:
        return ""
    try:
        moment = datetime.fromisoformat(started).astimezone(UTC) + timedelta(microseconds=t // NS_PER_US)
    except (ValueError, OverflowError):
        return ""
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}Z"
