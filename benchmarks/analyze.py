"""How fast a recording is analyzed: `python benchmarks/analyze.py [--size 2000] [--rounds 5] [--quick]`.

Makes its recordings from a seed: one with audio of --size MB and of a tenth, one of 200 MB whose audio is gone (the
default of `rtlog record`), and one as another tool would log it. Runs `rtlog analyze`, every rule, and whoever else is
installed (see `competitors.py`), each as a process of its own, in turns, and prints the least, the median and the
greatest ratio of their CPU seconds. --quick takes smaller recordings, takes less than two minutes, and exits 1 where a
ratio is below what it must be: half of its goal, or less where `GOALS` says so.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))
from competitors import jq, library, mitmdump, wc
from foreign import write_foreign
from generate import MEGABYTE, AudioPolicy, generate
from measuring import Cost, machine, rounds, run, spread

DATA: Final = Path(os.environ.get("RTLOG_BENCHMARK_DATA", Path(__file__).parent / "data"))
RTLOG: Final = [sys.executable, "-m", "rtlog.cli"]
ANALYZE: Final = [*RTLOG, "analyze", "--exit-zero"]
STRICT: Final = [
    sys.executable,
    "-c",
    "import sys\nfrom rtlog.recordings.reader import read\nfor _ in read(sys.argv[1], strict=True): pass",
]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio should be, and must be at least in the quick form (else half of the goal)."""

    what: str
    goal: float
    least: float | None = None

    def fails(self, ratio: float) -> bool:
        """Say whether the quick form refuses *ratio*."""
        return ratio < (self.goal / 2 if self.least is None else self.least)


GOALS: Final = {
    "wc": Goal("speed of `wc -l`, whole command", 0.3, 0.02),
    "wc-idle": Goal("speed of `wc -l`, start-up subtracted", 0.45, 0.07),
    "jq": Goal("CPU of jq, which counts by type", 20, 2),
    "duckdb": Goal("CPU of duckdb, which counts by type", 1.5, 0.3),
    "polars": Goal("CPU of polars, which counts by type", 3, 0.4),
    "mitmdump": Goal("CPU of `mitmdump -nr`, same messages", 40, 10),
    "records": Goal("million records a second without audio", 0.6, 0.15),
    "pydantic": Goal("speed of a union of pydantic models, without audio", 3, 0.6),
    "foreign": Goal("speed on another tool's log, of the speed on ours", 0.5, 0.12),
    "strict": Goal("speed of `wc -l`, every byte parsed and validated", 0.15, 0.03),
}
FLAT: Final = 1.1


def recording(name: str, megabytes: float, audio: AudioPolicy = "keep") -> Path:
    """Give the recording of that name and size, made once."""
    path = DATA / f"{name}-{megabytes:g}.rtlog.jsonl"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        draft = path.with_suffix(".part")
        generate(draft, int(megabytes * MEGABYTE), audio=audio)
        draft.rename(path)
    return path


def foreign(source: Path) -> Path:
    """Give *source* as another tool would have logged it, made once."""
    path = source.with_suffix(".foreign")
    if not path.exists():
        write_foreign(source, path)
    return path


class Table:
    """Prints ratios as they come, and remembers which are too small."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        print(f"{'':<58}  least  median greatest   goal")

    def row(self, name: str, ratios: Sequence[float]) -> None:
        """Print one."""
        goal = GOALS[name]
        if goal.fails(statistics.median(ratios)):
            self.failed.append(goal.what)
        print(f"{goal.what:<58}{spread(ratios)}   {goal.goal:g}", flush=True)


def paired(over: Sequence[Cost], under: Sequence[Cost], idle: float = 0) -> list[float]:
    """Give the ratios of CPU round by round; *idle* seconds of the second are no work."""
    return [a.cpu / (b.cpu - idle) for a, b in zip(over, under, strict=True)]


def audio(table: Table, size: float, number: int) -> float:
    """Compare on a recording with audio; gives the seconds of start-up."""
    large, small = recording("audio", size), recording("audio", 0.01)
    counted = {name: library(name, large) for name in ("duckdb", "polars")}
    commands: dict[str, Sequence[str]] = {
        "wc": wc(large),
        "rtlog": [*ANALYZE, str(large)],
        "start": [*ANALYZE, str(small)],
        "strict": [*STRICT, str(large)],
        **{name: command for name, command in counted.items() if command},
    }
    costs = rounds(commands, number)
    idle = min(cost.cpu for cost in costs["start"])
    table.row("wc", paired(costs["wc"], costs["rtlog"]))
    table.row("wc-idle", paired(costs["wc"], costs["rtlog"], idle))
    table.row("strict", paired(costs["wc"], costs["strict"]))
    for name in counted:
        if name in costs:
            table.row(name, paired(costs[name], costs["rtlog"]))
    return idle


def slow_ones(table: Table, size: float, number: int, idle: float) -> None:
    """Compare with those who take minutes for a large recording; start-up is subtracted, as it would vanish there."""
    path = recording("audio", size)
    others = {"jq": jq(path), "mitmdump": mitmdump(path)}
    costs = rounds({"rtlog": [*ANALYZE, str(path)]} | {name: each for name, each in others.items() if each}, number)
    for name in others:
        if name in costs:
            table.row(name, paired(costs[name], costs["rtlog"], idle))


def silent(table: Table, size: float, number: int, idle: float) -> None:
    """Compare on a recording without audio."""
    path = recording("silent", size, "meta")
    validated = library("pydantic", path)
    costs = rounds({"rtlog": [*ANALYZE, str(path)]} | ({"pydantic": validated} if validated else {}), number)
    with path.open("rb") as lines:
        records = sum(1 for _ in lines) - 2
    table.row("records", [records / 1e6 / (cost.cpu - idle) for cost in costs["rtlog"]])
    if "pydantic" in costs:
        table.row("pydantic", paired(costs["pydantic"], costs["rtlog"], idle))


def ways(table: Table, size: float, number: int, idle: float) -> None:
    """Compare ways of reading one recording."""
    path = recording("audio", size)
    commands: Mapping[str, Sequence[str]] = {
        "rtlog": [*ANALYZE, str(path)],
        "foreign": [*ANALYZE, str(foreign(path))],
    }
    costs = rounds(commands, number)
    ours = zip(costs["rtlog"], costs["foreign"], strict=True)
    table.row("foreign", [(own.cpu - idle) / (other.cpu - idle) for own, other in ours])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=2000, help="MB of the recording with audio")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    size, number = (100, 3) if arguments.quick else (arguments.size, arguments.rounds)
    print(machine())
    table = Table()
    idle = audio(table, size, number)
    ways(table, min(size, 200), number, idle)
    silent(table, 50 if arguments.quick else 200, number, idle)
    slow_ones(table, size if arguments.quick else 200, 1 if arguments.quick else 2, idle)
    sizes = [each for each in (10, 100, 200, 2000) if each <= size]
    memory = [run([*ANALYZE, str(recording("audio", each))]).rss for each in sizes]
    print("peak memory: " + ", ".join(f"{rss:.1f} MB at {each} MB" for each, rss in zip(sizes, memory, strict=True)))
    if arguments.quick and table.failed:
        raise SystemExit(f"too slow: {'; '.join(table.failed)}")


if __name__ == "__main__":
    main()
