"""How long commands take to start, against a hello world made with typer: `python benchmarks/start.py [--rounds 15]`.

Each command is a process of its own, in turns: `rtlog --version`, `rtlog analyze` and `rtlog timeline` of a recording
of a few kB, `rtlog record` until it listens (it is stopped then). Prints CPU as a multiple of what the goal names, and
exits 1 where the median is more than twice the goal.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))
from generate import generate
from measuring import Cost, machine, run, spread

HELLO: Final = """
import typer

def main(name: str = "world") -> None:
    print(f"hello {name}")

typer.run(main)
"""
RTLOG: Final = str(Path(sys.executable).with_name("rtlog"))
GOALS: Final[Mapping[str, tuple[str, float | None]]] = {
    "version": ("pass", 1.5),
    "analyze": ("hello", 1.3),
    "json": ("hello", None),
    "record": ("hello", 1.3),
    "timeline": ("hello", None),
}
"""What each is compared with, and how much more it may need."""
LISTENS: Final = re.compile(rb"127\.0\.0\.1:\d+")


def until_it_listens(command: Sequence[str]) -> Cost:
    """Run *command* until it tells where it listens; gives what that cost."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment)
    if not any(LISTENS.search(line) for line in process.stderr or ()):
        raise SystemExit(f"{' '.join(command)} ended before it listened")
    cpu = int(Path(f"/proc/{process.pid}/schedstat").read_text(encoding="ascii").split()[0])
    process.send_signal(signal.SIGINT)
    process.communicate()
    return Cost(0.0, cpu / 1e9, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few = str(Path(folder) / "few.rtlog.jsonl")
        generate(Path(few), 1, audio="meta")
        commands = {
            "pass": [sys.executable, "-c", "pass"],
            "hello": [sys.executable, "-c", HELLO],
            "version": [RTLOG, "--version"],
            "analyze": [RTLOG, "analyze", few],
            "json": [RTLOG, "analyze", "--output-format", "json", few],
            "timeline": [RTLOG, "timeline", few],
        }
        costs: dict[str, list[Cost]] = {name: [] for name in (*commands, "record")}
        for _ in range(arguments.rounds + 1):
            for name, command in commands.items():
                costs[name].append(run(command))
            target = str(Path(folder) / f"{len(costs['record'])}.rtlog.jsonl")
            costs["record"].append(until_it_listens([RTLOG, "record", "-o", target]))
    print(machine())
    print(f"{'':<42}  least  median greatest   goal")
    slow = []
    for name, (other, goal) in GOALS.items():
        ratios = [a.cpu / b.cpu for a, b in zip(costs[name][1:], costs[other][1:], strict=True)]
        print(f"{name + ', as a multiple of ' + other:<42}{spread(ratios)}   {f'at most {goal}' if goal else ''}")
        if goal and statistics.median(ratios) > 2 * goal:
            slow.append(name)
    if slow:
        raise SystemExit(f"too slow: {', '.join(slow)}")


if __name__ == "__main__":
    main()
