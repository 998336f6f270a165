"""Where a recording lies, for those who show findings beside a repository's files."""

import os
from itertools import product
from pathlib import Path
from typing import Final
from urllib.parse import quote

STDIN: Final = "-"
STDIN_NAME: Final = "stdin"


def place(path: str) -> str:
    """Give *path* as seen from the checkout (`GITHUB_WORKSPACE`) or the current folder above it, else whole."""
    if path == STDIN:
        return STDIN_NAME
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - a link is shown under its own name where it can be
    bases = [Path(base) for base in (os.environ.get("GITHUB_WORKSPACE"), Path.cwd()) if base]
    for base, seen in product(bases, (whole, whole.resolve())):
        if seen.is_relative_to(base):
            return seen.relative_to(base).as_posix()
    return whole.as_posix()


def uri(path: str) -> str:
    """Give *path* as a reference of RFC 3986: relative where `place` is, else a `file` URI."""
    found = place(path)
    quoted = quote(os.fsencode(found))
    return f"file://{quoted}" if found.startswith("/") else quoted
