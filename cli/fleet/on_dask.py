"""Recordings analyzed by a Dask cluster: the extra `dask`."""

import logging
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, Final

from rtlog.analyzers.fleet.sheet import Sheet
from rtlog.cli.fleet.work import Order, Source, analyze_any, failed
from rtlog.recordings.errors import RtlogError
from rtlog.recordings.sources import STDIN

AHEAD: Final = 64
"""Recordings for each worker that are handed out at once."""
WORKER_MEMORY: Final = "1GiB"
"""What a worker of a local cluster may have before it is restarted."""
ADDRESS: Final = "scheduler-address"
"""Dask's own setting, or `DASK_SCHEDULER_ADDRESS`: the cluster to use in place of a local one."""
SETTINGS: Final = {"distributed.scheduler.allowed-failures": 1, "logging": {"distributed": "critical"}}


class Dask:
    """The engine of `--engine dask`: the cluster that Dask's settings name, else a local one of *jobs* workers."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def sheets(self, sources: Sequence[Source], order: Order) -> Generator[Sheet, None, None]:
        """Give the sheet of each of *sources*, in their order.

        Dask moves a recording to another worker when one dies over it; where it gives up, the recording is handed out
        once more, as it may have died for its neighbour's sake, and then reported as unreadable.
        """
        with _client(self._jobs) as client:
            ahead = AHEAD * max(1, len(client.nthreads()))
            waiting: deque[tuple[Source, Any]] = deque()
            for source in sources:
                waiting.append((source, None if source == STDIN else _submitted(client, source, order)))
                if len(waiting) >= ahead:
                    yield _sheet(client, *waiting.popleft(), order)
            while waiting:
                yield _sheet(client, *waiting.popleft(), order)


def _submitted(client: Any, source: Source, order: Order) -> Any:  # noqa: ANN401 - Dask has no types
    # The order goes with each task: what is scattered is lost with the workers that hold it.
    return client.submit(analyze_any, source, order, pure=False)


def _sheet(client: Any, source: Source, future: Any, order: Order) -> Sheet:  # noqa: ANN401
    if future is None:
        return analyze_any(source, order)
    try:
        sheet: Sheet = future.result()
    except RtlogError:
        raise
    except Exception:  # noqa: BLE001 - a killed worker, a cancelled task, a lost connection
        try:
            sheet = _submitted(client, source, order).result()
        except Exception as error:  # noqa: BLE001
            sheet = failed(source, f"workers ended over it, again and again ({type(error).__name__}: out of memory?)")
    return sheet


@contextmanager
def _client(jobs: int) -> Iterator[Any]:
    try:
        config, distributed = import_module("dask.config"), import_module("distributed")
    except ImportError as error:
        raise RtlogError("--engine dask needs Dask: pip install 'rtlog[dask]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        stack.enter_context(config.set(SETTINGS))
        address = config.get(ADDRESS, None)
        if address is None:
            local = distributed.LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                memory_limit=WORKER_MEMORY,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
            address = stack.enter_context(local)
        try:
            yield stack.enter_context(distributed.Client(address, set_as_default=False))
        except OSError as error:
            raise RtlogError(f"{address}: no Dask cluster answers ({error})") from error
