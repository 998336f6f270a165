"""Lines of a log: without colours, with their time, out of a JSON formatter where one wrote them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rtlog.recordings.importers.json_values import parsed_object
from rtlog.recordings.importers.moments import log_time, moment

LONGEST: Final = 16 * 1024 * 1024
"""Characters of a line; a longer one is cut and will not be understood."""

_ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TIMES: Final = ("timestamp", "time", "ts", "asctime", "@timestamp")
_LOGGERS: Final = ("name", "logger", "logger_name")

Json = dict[str, object]


@dataclass(slots=True)
class LogLine:
    """A line: its number, what was logged, when (ns since 1970), and what a JSON formatter put beside it."""

    number: int
    message: str
    at: int | None
    fields: Json

    @property
    def where(self) -> str:
        """Its place, for people."""
        return f"line {self.number}"

    @property
    def logger(self) -> str:
        """The logger's name, where a JSON formatter told it."""
        return next((name for key in _LOGGERS if isinstance(name := self.fields.get(key), str)), "")


def log_lines(data: bytes) -> Iterator[LogLine]:
    """Give the lines of *data* that are not empty."""
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        text = _ANSI.sub("", raw[:LONGEST].decode("utf-8", "replace")).strip()
        if text:
            yield _line(number, text)


def _line(number: int, text: str) -> LogLine:
    fields = parsed_object(text)
    message = fields.get("message", fields.get("msg", fields.get("event"))) if fields else None
    if fields is None or not isinstance(message, str):
        return LogLine(number, text, log_time(text), {})
    at = next((ns for key in _TIMES if (ns := moment(fields.get(key))) is not None), None)
    return LogLine(number, message, at if at is not None else log_time(message), fields)
