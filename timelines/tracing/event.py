"""One event of the Trace Event Format, which ui.perfetto.dev and chrome://tracing open.

Times are whole µs: readers round fractions each in their own way, and slices that should touch would overlap.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Phase = Literal["M", "X", "i", "b", "e", "s", "f", "C"]
"""Metadata, slice, instant, begin and end of what may overlap, begin and end of an arrow, counter."""
Arg = str | int | bool | tuple[str, ...]
NO_ARGS: Final[Mapping[str, Arg]] = {}


class TraceEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event; what its phase does not use is left out."""

    ph: Phase
    name: str
    pid: int
    tid: int = 0
    ts: int | None = None
    dur: int | None = None
    cat: str = ""
    id: str = ""
    bp: str = ""
    """`e` ties the end of an arrow to the slice it stands in, not to the next one."""
    s: str = ""
    """How far an instant reaches: `t`, its thread; `p`, its process."""
    cname: str = ""
    """A colour by the name that chrome://tracing has for it."""
    args: Mapping[str, Arg] = msgspec.field(default_factory=dict)
