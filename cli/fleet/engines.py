"""Which engine analyzes the recordings of a run."""

import os
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rtlog.cli.fleet.work import Engine


class EngineName(StrEnum):
    """Where recordings are analyzed."""

    PROCESSES = "processes"
    DASK = "dask"


def engine_for(jobs: int | None, recordings: int, name: EngineName = EngineName.PROCESSES) -> "Engine":
    """Give the engine of that *name* with *jobs* workers, 0 for one a core, for that many *recordings*."""
    if name is EngineName.DASK:
        from rtlog.cli.fleet.on_dask import Dask

        return Dask(jobs or cores())
    jobs = 1 if jobs is None else jobs or cores()
    if min(jobs, recordings) > 1:
        from rtlog.cli.fleet.processes import Processes

        return Processes(jobs)
    from rtlog.cli.fleet.one_by_one import OneByOne

    return OneByOne()


def cores() -> int:
    """Give the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
