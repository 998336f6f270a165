"""How fast a recording is analyzed, against `wc -l` on the same file: `python benchmarks/analyze.py`.

Makes an audio-heavy recording (seeded) of 10 MB and one of 200 MB, then runs `rtlog analyze` and `wc -l` on the large
one in pairs, each as a process of its own. The start-up of either, measured in the same rounds (`rtlog analyze` on one
turn, `wc -l` on an empty file), is subtracted. Prints the least, the median and the greatest ratio of the speeds, and
the peak memory at both sizes.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))
from generate import MEGABYTE, generate

DATA: Final = Path(__file__).parent / "data"
SMALL: Final = 10
LARGE: Final = 200
BAR: Final = 0.2
FLAT: Final = 1.1
READER: Final = "import sys\nfrom rtlog.recordings.reader import read\nfor _ in read(sys.argv[1], fold=True): pass"
COMMANDS: Final = {
    "analyze": [sys.executable, "-m", "rtlog.cli", "analyze", "--exit-zero"],
    "info": [sys.executable, "-m", "rtlog.cli", "info"],
    "reader": [sys.executable, "-c", READER],
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: seconds of wall and CPU, peak resident MB."""

    wall: float
    cpu: float
    rss: float


def run(command: list[str]) -> Cost:
    """Run *command* to its end; raises when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} exited with {process.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def recording(megabytes: int) -> Path:
    """Give the recording of that size, made once."""
    path = DATA / f"audio-{megabytes}.rtlog.jsonl"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        generate(path, megabytes * MEGABYTE)
    return path


def ratios(command: list[str], rounds: int) -> tuple[list[float], list[float]]:
    """Give the speed of *command* as a part of `wc -l`'s, wall and CPU, after a round that warms the caches."""
    large = str(recording(LARGE))
    with tempfile.TemporaryDirectory() as folder:
        few, none = Path(folder) / "few.rtlog.jsonl", Path(folder) / "none"
        generate(few, 1)
        none.touch()
        commands = (["wc", "-l", large], ["wc", "-l", str(none)], [*command, large], [*command, str(few)])
        costs = [[run(each) for each in commands] for _ in range(rounds + 1)][1:]
    return speeds([[c.wall for c in row] for row in costs]), speeds([[c.cpu for c in row] for row in costs])


def speeds(rows: list[list[float]]) -> list[float]:
    """Give each round's ratio; start-ups are medians over all rounds, as a single one is as noisy as the difference."""
    idle, started = (statistics.median(row[column] for row in rows) for column in (1, 3))
    return [(counted - idle) / (analyzed - started) for counted, _, analyzed, _ in rows]


def spread(values: list[float]) -> str:
    return f"{min(values):.3f}  {statistics.median(values):.3f}  {max(values):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--command", choices=list(COMMANDS), default="analyze")
    parser.add_argument("--check", action="store_true", help=f"fail below {BAR} of wc -l, or when memory grows")
    arguments = parser.parse_args()
    command = COMMANDS[arguments.command]
    wall, cpu = ratios(command, arguments.rounds)
    small, large = (run([*command, str(recording(size))]).rss for size in (SMALL, LARGE))
    print(f"{arguments.command}, {LARGE} MB, speed as a part of wc -l's, start-up subtracted, {arguments.rounds} pairs")
    print(f"         least  median greatest\n  wall   {spread(wall)}\n  CPU    {spread(cpu)}")
    print(f"peak memory: {small:.1f} MB at {SMALL} MB, {large:.1f} MB at {LARGE} MB")
    if arguments.check and (statistics.median(wall) < BAR or large > small * FLAT):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
