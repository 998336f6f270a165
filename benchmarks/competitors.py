"""Who else reads a recording, where they are installed: jq, duckdb, polars, mitmdump and a union of pydantic models.

`RTLOG_DUCKDB` names the Python that has duckdb and polars, where ours has not; `RTLOG_MITMDUMP` is mitmproxy's program.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
PYTHON: Final = os.environ.get("RTLOG_DUCKDB", sys.executable)
MITMDUMP: Final = os.environ.get("RTLOG_MITMDUMP") or shutil.which("mitmdump") or ""
JQ_COUNT: Final = 'reduce inputs as $line ({}; .[$line.type // $line.kind // ""] += 1)'


def wc(path: Path) -> Sequence[str]:
    """Count the lines."""
    return ["wc", "-l", str(path)]


def jq(path: Path) -> Sequence[str] | None:
    """Count by type with jq."""
    return ["jq", "-n", JQ_COUNT, str(path)] if shutil.which("jq") else None


def library(name: str, path: Path) -> Sequence[str] | None:
    """Count by type with duckdb, polars or pydantic."""
    python = sys.executable if name == "pydantic" else PYTHON
    # -P: a benchmark of ours has the name of a module of the standard library.
    found = subprocess.run([python, "-P", "-c", f"import {name}"], capture_output=True, check=False).returncode == 0
    return [python, "-P", str(HERE / f"with_{name}.py"), str(path)] if found else None


def mitmdump(path: Path) -> Sequence[str] | None:
    """Read the same messages as one flow, which is written beside *path*."""
    if not MITMDUMP:
        return None
    flow = path.with_suffix(".flow")
    if not flow.exists():
        python = str(Path(MITMDUMP).parent / "python")
        subprocess.run([python, "-P", str(HERE / "flows.py"), str(path), str(flow)], check=True)
    return [MITMDUMP, "-q", "-n", "-r", str(flow)]
