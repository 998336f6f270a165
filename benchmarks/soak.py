"""Whether the recording proxy stays as it began: `python benchmarks/soak.py`, ten minutes of 200 sessions.

Every ten seconds its memory, open files, processor time and the delay of the events are printed. It exits with 1 where
an event is missing, or where the last quarter of the run needs more memory or files than the second, or half as much
time again. Each recording grows by 60 kB a second.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass
from typing import Final

from load import at_once, late, median
from relays import LOAD_CORE, Relay, pin, rtlog

EVERY: Final = 10.0
"""Seconds between two samples."""
GROWTH_MB: Final = 3.0
SLOWER: Final = 1.5
SLACK_MS: Final = 2.0
"""A change of the delay below this is the machine's."""


@dataclass(frozen=True)
class Sample:
    """The state of the proxy: MB, open files, and the delays of the last seconds in ms."""

    memory: float
    files: int
    median: float
    late: float


class Samples:
    """Takes a sample now and then, and prints it."""

    def __init__(self) -> None:
        self.all: list[Sample] = []
        self._delays: list[float] = []
        self._cpu = 0.0
        self._at = 0.0

    def watch(self, passed: float, relay: Relay, delays: list[float]) -> None:
        """Look at *relay* when the time has come."""
        self._delays += delays
        if passed - self._at < EVERY:
            return
        sample = Sample(relay.memory(), relay.files(), median(self._delays), late(self._delays))
        cpu = relay.cpu()
        share = (cpu - self._cpu) / (passed - self._at)
        print(
            f"{passed:5.0f} s: {sample.memory:.1f} MB, {sample.files} files, p50 {sample.median:.2f} ms, "
            f"p99 {sample.late:.2f} ms, {share:.0%} of a core",
            flush=True,
        )
        self._cpu, self._at = cpu, passed
        self._delays.clear()
        self.all.append(sample)

    def grown(self) -> list[str]:
        """Say what grew between the second quarter of the run and the last."""
        quarter = max(1, len(self.all) // 4)
        early, last = self.all[quarter : 2 * quarter] or self.all[:1], self.all[-quarter:]
        found = []
        if max(each.memory for each in last) > max(each.memory for each in early) + GROWTH_MB:
            found.append("memory")
        if max(each.files for each in last) > max(each.files for each in early):
            found.append("open files")
        before = statistics.median(each.median for each in early)
        after = statistics.median(each.median for each in last)
        if after > SLOWER * before + SLACK_MS:
            found.append("delay")
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600.0)
    arguments = parser.parse_args()
    pin(LOAD_CORE)
    samples = Samples()
    heard = at_once(rtlog(), arguments.sessions, arguments.seconds, samples.watch)
    grown = samples.grown()
    came = f"{heard.arrived} of {heard.expected} events"
    print(f"{came}; {heard.share:.0%} of a core; grown: {', '.join(grown) or 'nothing'}")
    sys.exit(1 if grown or not heard.whole else 0)


if __name__ == "__main__":
    main()
