"""A recording as another tool would have logged it.

No header, seconds instead of numbers, the keys of an event in another order, and spaces between them.
"""

import json
from pathlib import Path
from typing import Final

EPOCH: Final = 1_790_000_000


def write_foreign(source: Path, path: Path) -> None:
    """Write the events of the recording *source* to *path*."""
    with source.open("rb") as lines, path.open("w", encoding="utf-8") as log:
        for line in lines:
            record = json.loads(line)
            if "event" in record:
                event = dict(reversed(record["event"].items()))
                log.write(json.dumps({"ts": EPOCH + record["t"] / 1e9, "dir": record["dir"], "event": event}) + "\n")
