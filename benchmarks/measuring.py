"""What a process costs, and how ratios of costs are told."""

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost, its children included: seconds of wall and CPU, peak resident MB."""

    wall: float
    cpu: float
    rss: float


def run(command: Sequence[str], **variables: str) -> Cost:
    """Run *command* to its end, with *variables* in its environment; raises SystemExit when it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment | variables)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} exited with {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def rounds(commands: Mapping[str, Sequence[str]], number: int) -> dict[str, list[Cost]]:
    """Run all *commands* in turns, *number* times, after one turn that warms the caches."""
    for command in commands.values():
        run(command)
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(number):
        for name, command in commands.items():
            costs[name].append(run(command))
    return costs


def spread(values: Sequence[float]) -> str:
    """Give least, median and greatest of *values*."""
    return f"{min(values):.3f}  {statistics.median(values):.3f}  {max(values):.3f}"


def machine() -> str:
    """Name the machine and its Python."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    uname = os.uname()
    return f"{os.cpu_count()} x {model}, {uname.sysname} {uname.release}, load {os.getloadavg()[0]:.1f}"
