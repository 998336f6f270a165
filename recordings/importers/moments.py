"""The times that other tools write: numbers of seconds, ms, us or ns, and the dates of logs."""

import math
import re
from decimal import Decimal
from typing import Final

from rtlog.recordings.headerless import UNIT_LIMITS, iso_ns

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
LATEST: Final = 2**62
"""ns: the year 2116."""
SINCE_1973: Final = 10**17
"""ns; a smaller time counts from something else than 1970."""

_LOG_TIME: Final = re.compile(
    r"[\[(]?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)(?![\d:])",
)
SEARCHED: Final = 80
"""Characters at the start of a log's line in which its time is looked for."""


def moment(value: object) -> int | None:
    """Give *value*, a number (its size tells the unit) or ISO 8601 text, in ns; `None` where it is no time."""
    if isinstance(value, str):
        return _number(value) if value.isascii() and value.replace(".", "", 1).isdecimal() else _kept(iso_ns(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _number(str(value)) if math.isfinite(value) else None


def log_time(line: str) -> int | None:
    """Give the time at the start of a log's line in ns since 1970, `None` where there is none."""
    match = _LOG_TIME.search(line, 0, SEARCHED)
    return _kept(iso_ns(match[1].replace(",", "."))) if match else None


def _number(text: str) -> int | None:
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    per_second = next((unit for limit, unit in UNIT_LIMITS if 0 <= value < limit), None)
    return None if per_second is None else _kept(int(value * (NS_PER_S // per_second)))


def _kept(moment: int | None) -> int | None:
    """Give *moment* where a record can hold it."""
    return moment if moment is not None and 0 <= moment <= LATEST else None
