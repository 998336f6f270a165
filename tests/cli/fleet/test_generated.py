"""Generated recordings of all kinds, through every way that is installed: reports and results are the same."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_way_says_the_same_of_many_recordings():
    command = [sys.executable, ROOT / "benchmarks" / "fleet.py", "--recordings", "64", "--size", "4"]

    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "identical reports and results" in ran.stdout
    assert {"alone", "-j 2", "-j 2, DuckDB"} <= {line.split("  ")[0] for line in ran.stdout.splitlines()}
