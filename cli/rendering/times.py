"""The times a person names: T+ in ms, or the wall clock of a log."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final

from rtlog.analyzers.moment import NS_PER_MS
from rtlog.recordings.errors import RtlogError
from rtlog.timelines.outline import Recorded

OFFSET: Final = re.compile(r"(?:T(?=[+-]))?(?P<number>[+-]?\d+(?:\.\d+)?)(?P<unit>ms|s)?", re.ASCII)
NS_PER_UNIT: Final = {None: NS_PER_MS, "ms": NS_PER_MS, "s": 1000 * NS_PER_MS}
NS_PER_US: Final = 1000


def instant(text: str, recorded: Recorded, started: str | None) -> int:
    """Give what *text* means in ns on the clock of the recording: `250`, `T+82ms`, `1.4s`, `03:08:17.25`, ISO 8601.

    *started* is what the recording says of its first moment. A clock without a zone is UTC; one before that moment is
    the next day's. Raises RtlogError for what is no time, and in a recording that cannot be put on the clock asked for.
    """
    epoch = recorded.epoch
    if epoch is None:
        raise RtlogError("the recording has no times: choose by --around LINE instead of --from and --to")
    offset = OFFSET.fullmatch(text.strip())
    if offset is not None:
        return epoch + round(float(offset["number"]) * NS_PER_UNIT[offset["unit"]])
    if started is None:
        raise RtlogError("the recording does not say when it started: name T+ in ms, as it is shown")
    origin = datetime.fromisoformat(started)
    return (_wall_clock(text, origin) - origin) // timedelta(microseconds=1) * NS_PER_US


def _wall_clock(text: str, started: datetime) -> datetime:
    try:
        if "T" not in text.upper() and " " not in text.strip():
            clock = time.fromisoformat(text.strip())
            zone = clock.tzinfo or UTC
            named = datetime.combine(started.astimezone(zone).date(), clock, zone)
            return named if named >= started.replace(microsecond=0) else named + timedelta(days=1)
        named = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise RtlogError(f"{text!r} is no time: name T+ in ms (250, T+82ms, 1.4s) or a clock (03:08:17.250)") from error
    return named if named.tzinfo else named.replace(tzinfo=UTC)
