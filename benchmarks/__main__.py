"""Every benchmark of a goal: `python benchmarks [--quick]`; prints the tables of `docs/performance.md`.

With `--quick` each takes at most two minutes. Exits 1 where one of them has a figure below half of its goal.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

BENCHMARKS: Final[Mapping[str, Sequence[str]]] = {
    "analyze.py": ["--quick"],
    "start.py": ["--rounds", "7"],
    "timeline.py": ["--rounds", "3"],
    "proxy.py": ["--quick"],
}
"""Each benchmark, and what makes it quick."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    failed = []
    for name, options in BENCHMARKS.items():
        print(f"== {name}", flush=True)
        script = Path(__file__).with_name(name)
        if subprocess.run([sys.executable, script, *(options if quick else [])], check=False).returncode:
            failed.append(name)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
