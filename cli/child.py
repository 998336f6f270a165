"""The program under `rtlog record -- CMD`: where its clients dial, its signals, its exit status.

It keeps our standard streams as its own: nothing of it is read, changed or held back. Only where a live view needs the
terminal, what it would print there goes to a file.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import BinaryIO, Final

from rtlog.recordings.errors import RtlogError

DEFAULT_UPSTREAM: Final = "wss://api.openai.com/v1"
BASE_URL_VARIABLES: Final = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
"""Read by the openai packages (Python, Node), the agent frameworks on top of them, and older gateways."""

AZURE_VARIABLE: Final = "AZURE_OPENAI_ENDPOINT"
_UNPROXIED: Final = "127.0.0.1,localhost"
_SIGNAL_EXIT: Final = 128


def upstream_of(environment: Mapping[str, str]) -> str:
    """Give the URL that the program would have dialled by itself."""
    named = next((environment[name] for name in BASE_URL_VARIABLES if environment.get(name)), None)
    if named is None and _speaks_azure(environment):
        # Its clients add the whole path themselves: the slash says that there is none.
        return environment[AZURE_VARIABLE].rstrip("/") + "/"
    return named or DEFAULT_UPSTREAM


def environment_for(
    environment: Mapping[str, str], url: str, trust: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Give *environment* with the base URL *url*, which is dialled directly even where an HTTP proxy is set.

    *trust* are the variables that make clients trust its certificate.
    """
    changed = dict(environment) | dict(trust)
    if _speaks_azure(environment):
        changed[AZURE_VARIABLE] = url
    else:
        changed |= dict.fromkeys(BASE_URL_VARIABLES, url)
    for name in ("NO_PROXY", "no_proxy"):
        changed[name] = ",".join(filter(None, (environment.get(name), _UNPROXIED)))
    return changed


async def run(command: Sequence[str], environment: Mapping[str, str], log: BinaryIO | None = None) -> int:
    """Run *command* to its end; gives its exit status, 128+n where signal n ended it. Raises RtlogError.

    What it would print on a terminal goes to *log*, where that is given.
    """
    out, err = (log if stream.isatty() else None for stream in (sys.stdout, sys.stderr))
    with _signals_passed_on() as started:
        try:
            process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=out, stderr=err)
        except OSError as error:
            raise RtlogError(f"cannot run {command[0]!r}: {error.strerror}") from error
        started(process)
        status = await process.wait()
    return _SIGNAL_EXIT - status if status < 0 else status


@contextmanager
def _signals_passed_on() -> Iterator[Callable[[asyncio.subprocess.Process], None]]:
    """Pass INT, TERM and HUP on to the process that the given function is told of.

    They are caught before there is a process and kept until then: one in between would end us and orphan the program.
    INT is passed on only where the terminal does not send it to the whole foreground by itself.
    """
    loop = asyncio.get_running_loop()
    early: list[int] = []
    send: Callable[[int], None] = early.append

    def caught(number: int) -> None:
        if number != signal.SIGINT or not _terminal_interrupts():
            with suppress(ProcessLookupError):  # it has just ended by itself
                send(number)

    def started(process: asyncio.subprocess.Process) -> None:
        nonlocal send
        send = process.send_signal
        for number in early:
            send(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, caught, number)
    try:
        yield started
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _terminal_interrupts() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


def _speaks_azure(environment: Mapping[str, str]) -> bool:
    own = any(environment.get(name) for name in (*BASE_URL_VARIABLES, "OPENAI_API_KEY"))
    return bool(environment.get(AZURE_VARIABLE)) and not own
