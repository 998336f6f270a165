"""What drawing costs beside analyzing: `python benchmarks/timeline.py [--records 100000]`.

Draws a seeded session of that many records in each style, and a part of it, each as a process of its own, in rounds
with `rtlog analyze` on the same file. Prints the least, the median and the greatest ratio of the CPU times, the median
seconds, and the peak memory. With `--events-only` the session has no audio and no deltas: every record is a row.
Exits 1 where a style needs more than twice the goal, which is for sessions with audio.
"""

import argparse
import json
import statistics
import sys
import tempfile
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).parent))
from generate import MS, PLAYBACK_MS, SEED, Session, Step
from measuring import Cost, run, spread

from rtlog.recordings.format import Header
from rtlog.recordings.recorder import Recorder
from rtlog.recordings.writer import Writer
from rtlog.timelines.model import comes_in_bursts

if TYPE_CHECKING:
    from collections.abc import Iterator

RTLOG: Final = [sys.executable, "-m", "rtlog.cli"]
ANALYZE: Final = [*RTLOG, "analyze", "--exit-zero"]
GOAL: Final = 3
"""Times the CPU of analyze that drawing to text may take."""
TIMELINES: Final = {
    "lanes": ["--style", "lanes"],
    "steps, whole": ["--style", "steps", "--from", "-100000000"],
    "list, whole": ["--style", "list", "--from", "-100000000"],
    "part": ["--around", "5000"],
}


def write(path: Path, records: int, *, events_only: bool) -> None:
    """Write a session of *records* events to *path*."""
    header = Header(id="01J0000000000000000BENCH1", started="2026-11-21T03:08:15.000000000Z", tool="rtlog")
    with Writer(path, header, clock=lambda: 0) as writer:
        recorder, at = Recorder(writer, src="wire"), 0
        for direction, event, wait_ms in islice(steps(events_only=events_only), records):
            at += wait_ms * MS
            text = json.dumps(event, separators=(",", ":"))
            (recorder.client if direction == "client" else recorder.server)(text, at)


def steps(*, events_only: bool) -> "Iterator[Step]":
    session = Session(SEED)
    turns = (step for number in count() for step in paused(list(session.turn(number))))
    for direction, event, wait_ms in chain(session.start(), turns):
        if not (events_only and comes_in_bursts(str(event["type"]))):
            yield direction, event, wait_ms


def paused(turn: list[Step]) -> list[Step]:
    """Let the agent finish speaking before the next turn begins."""
    (direction, event, wait_ms), *rest = turn
    return [(direction, event, wait_ms + PLAYBACK_MS), *rest]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events-only", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.rtlog.jsonl"
        write(path, arguments.records, events_only=arguments.events_only)
        commands = [ANALYZE, *([*RTLOG, "timeline", *options] for options in TIMELINES.values())]
        rows = [[run([*command, str(path)]) for command in commands] for _ in range(arguments.rounds + 1)][1:]
    analyzed = [row[0] for row in rows]
    print(f"{arguments.records:,} records, CPU as a multiple of analyze's, {arguments.rounds} rounds")
    print("                 least  median greatest   seconds   MB")
    print(f"  analyze                               {told(analyzed)}")
    slow: set[str] = set()
    for number, name in enumerate(TIMELINES, 1):
        drawn = [row[number] for row in rows]
        ratios = [a.cpu / b.cpu for a, b in zip(drawn, analyzed, strict=True)]
        print(f"  {name:<14} {spread(ratios)}   {told(drawn)}")
        slow |= {name} if statistics.median(ratios) > 2 * GOAL else set()
    if slow and not arguments.events_only:
        raise SystemExit(f"too slow: {', '.join(sorted(slow))}")


def told(costs: list[Cost]) -> str:
    return f"{statistics.median(cost.wall for cost in costs):7.2f}  {max(cost.rss for cost in costs):5.0f}"


if __name__ == "__main__":
    main()
