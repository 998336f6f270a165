"""What the SDK warns of: its log records, told to the recording of the session that they are about.

A log record names no session. It belongs to the one whose code runs (a context variable, which the tasks that a session
starts inherit), else to the only one that is recorded; what remains is told nowhere, rather than of the wrong session.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

LOGGERS: Final = ("livekit.agents", "livekit.plugins.openai")
LONGEST: Final = 2000
"""Characters of a message that are kept."""

Tell = Callable[[str, str], None]
"""Gets level and message."""

_current: ContextVar[Tell | None] = ContextVar("rtlog_livekit_tap", default=None)


@contextmanager
def about(tell: Tell) -> Iterator[None]:
    """Let what is logged meanwhile, also by tasks that are begun meanwhile, be told to *tell*."""
    token = _current.set(tell)
    try:
        yield
    finally:
        _current.reset(token)


def is_about(tell: Tell) -> bool:
    """Say whether the code that runs is about the session of *tell*."""
    return _current.get() == tell


class _Warnings(logging.Filter):
    """Tells warnings and what is graver; stands at the loggers while anybody listens.

    A filter that lets everything pass, and no handler: where a program has not set up logging, the first handler would
    end what Python prints to stderr for want of one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[Tell] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell one record; whatever fails is not the program's."""
        if record.levelno >= logging.WARNING:
            self._tell(record)
        return True

    def _tell(self, record: logging.LogRecord) -> None:
        try:
            tell = _current.get()
            if tell not in self.listeners:
                tell = self.listeners[0] if tell is None and len(self.listeners) == 1 else None
            if tell is not None:
                tell(record.levelname.lower(), _sentence(record)[:LONGEST])
        except Exception:  # noqa: BLE001 - the program is the one that logs
            return


_warnings: Final = _Warnings()


def listen(tell: Tell) -> None:
    """Tell *tell* from now on."""
    if not _warnings.listeners:
        for name in LOGGERS:
            logging.getLogger(name).addFilter(_warnings)
    _warnings.listeners.append(tell)


def leave(tell: Tell) -> None:
    """Tell it no longer."""
    if tell in _warnings.listeners:
        _warnings.listeners.remove(tell)
    if not _warnings.listeners:
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(_warnings)


def _sentence(record: logging.LogRecord) -> str:
    """Give the message, with what stands beside it under the names that the SDK gives to causes."""
    parts = [record.getMessage()]
    for name in ("error", "errors", "previous_item_id", "item_id"):
        value = record.__dict__.get(name)
        if value:
            parts.append(f"{name}={value}")
    if record.exc_info and record.exc_info[1] is not None:
        parts.append(f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}")
    return "; ".join(parts)
