"""Recordings analyzed by processes of this machine.

A pool of the standard library breaks as a whole when a worker is killed, and does not say over which file. Here each
worker holds one file at a time and has a pipe of its own, so that its end names the file.
"""

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Final

from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.cli.fleet.work import TRIES, Order, Source, analyze_any, failed
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.sources import STDIN

RETIRES_AFTER: Final = 500
"""Recordings after which a worker makes way for a new one: what leaks, leaks no further."""
RETIRES_ABOVE: Final = 256 << 20
"""Bytes of resident memory above which it does so too."""
LARGEST: Final = 4 << 30
"""Bytes of address space that a worker may have: one recording cannot take the machine's memory."""
AHEAD: Final = 64
"""Recordings for each worker that may be analyzed, and held, before the one whose turn it is."""

Answer = tuple[Sheet | RtlogError, bool]
"""What came of a recording, and whether the worker leaves."""


@dataclass(slots=True)
class Worker:
    """One process, and the number of the recording that it holds."""

    process: BaseProcess
    pipe: Connection
    holds: int | None = None


class Processes:
    """The engine of `-j N`: *jobs* workers, each replaced after *retires_after* recordings."""

    def __init__(self, jobs: int, *, retires_after: int = RETIRES_AFTER) -> None:
        self._jobs = jobs
        self._retires_after = retires_after

    def sheets(self, sources: Sequence[Source], order: Order) -> Generator[Sheet, None, None]:
        """Give the sheet of each of *sources*, in their order; a worker that dies over one is replaced.

        A recording over which a worker died is tried once more, and reported as unreadable when it takes the next one
        too.
        """
        pool = _Pool(min(self._jobs, len(sources)), self._retires_after, sources, order)
        try:
            for number in range(len(sources)):
                yield pool.sheet(number)
        finally:
            pool.close()


class _Pool:
    def __init__(self, jobs: int, retires_after: int, sources: Sequence[Source], order: Order) -> None:
        self._context = _context()
        self._jobs, self._retires_after = jobs, retires_after
        self._sources, self._order = sources, order
        self._next = 0
        self._again: deque[int] = deque()
        self._deaths: dict[int, int] = {}
        self._done: dict[int, Sheet] = {}
        self._workers: list[Worker] = []
        self._answered = False

    def sheet(self, number: int) -> Sheet:
        """Wait for the sheet of the recording *number*, the next in order."""
        while True:
            self._hand_out(number + AHEAD * self._jobs)
            if number in self._done:
                return self._done.pop(number)
            busy = [worker for worker in self._workers if worker.holds is not None]
            ready = wait([worker.pipe for worker in busy])
            for worker in busy:
                if worker.pipe in ready:
                    self._take(worker)

    def close(self) -> None:
        """End every worker; they hold nothing that would be lost."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()

    def _hand_out(self, end: int) -> None:
        """Give every idle worker a recording before number *end*; fill the ranks."""
        while (number := self._todo(end)) is not None:
            worker = next((each for each in self._workers if each.holds is None), None)
            if worker is None and len(self._workers) < self._jobs:
                worker = self._hire()
            if worker is None:
                return
            if number == self._next:
                self._next += 1
            else:
                self._again.popleft()
            worker.holds = number
            # One that died idle shows when it is asked for its answer.
            with suppress(OSError):
                worker.pipe.send(self._sources[number])

    def _todo(self, end: int) -> int | None:
        if self._again:
            return self._again[0]
        last = min(end, len(self._sources))
        while self._next < last and self._sources[self._next] == STDIN:
            # A worker has no standard input.
            self._done[self._next] = analyze_any(STDIN, self._order)
            self._next += 1
        return self._next if self._next < last else None

    def _hire(self) -> Worker:
        ours, theirs = self._context.Pipe()
        task = (theirs, self._order, self._retires_after)
        process: BaseProcess = self._context.Process(target=_serve, args=task, daemon=True)
        process.start()
        theirs.close()
        worker = Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _take(self, worker: Worker) -> None:
        number = worker.holds
        assert number is not None  # noqa: S101 - only busy workers are waited for
        try:
            answer: Answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker, number)
            return
        told, leaves = answer
        if isinstance(told, RtlogError):
            raise told
        worker.holds, self._answered = None, True
        self._done[number] = told
        if leaves:
            self._dismiss(worker)

    def _bury(self, worker: Worker, number: int) -> None:
        self._dismiss(worker)
        if not self._answered and (worker.process.exitcode or 0) > 0:
            # No recording is to blame: a program that is imported again, say, or an installation that is broken.
            raise RtlogError(f"workers end as they start ({_ending(worker.process.exitcode)}): analyze with -j 1")
        self._deaths[number] = self._deaths.get(number, 0) + 1
        if self._deaths[number] < TRIES:
            self._again.append(number)
        else:
            how = _ending(worker.process.exitcode)
            self._done[number] = failed(self._sources[number], f"{TRIES} workers ended over it ({how})")

    def _dismiss(self, worker: Worker) -> None:
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name}: out of memory?" if name == "SIGKILL" else name


def _context() -> ForkServerContext:
    # A server that forks workers has imported the rules once, and has none of this process' threads and sockets.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "rtlog.analyzers.rules"])
    return context


def _serve(pipe: Connection, order: Order, retires_after: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the workers
    _limit_memory()
    done = 0
    with suppress(EOFError, OSError):  # the parent has gone
        while True:
            source: Source = pipe.recv()
            told: Sheet | RtlogError
            try:
                told = analyze_any(source, order)
            except RtlogError as error:
                told = RtlogError(str(error))
            done += 1
            leaves = done >= retires_after or _resident() > RETIRES_ABOVE
            pipe.send((told, leaves))
            if leaves:
                return


def _limit_memory() -> None:
    import resource

    with suppress(ValueError, OSError):  # not every system allows it
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _resident() -> int:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
