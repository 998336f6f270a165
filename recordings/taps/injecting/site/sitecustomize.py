"""Runs at the start of every Python program under `rtlog record --tap`: installs the tap, then runs the program's own.

There is one `sitecustomize` to a program; this one stands first on its path, and hands on to the next.
"""

import os
import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

_HERE = Path(__file__).parent


def _install() -> None:
    if not os.environ.get("RTLOG_TAP"):
        return
    try:
        from rtlog.recordings.taps.injecting.importing import install  # noqa: PLC0415 - where a tap is asked for

        install()
    except Exception as error:  # noqa: BLE001 - the program runs on, and whoever records it is told
        with suppress(Exception):
            problem = Path(os.environ["RTLOG_TAP_FOLDER"], f"{os.getpid()}.problem")
            problem.write_text(f"{sys.executable}: {type(error).__name__}: {error}", encoding="utf-8")


def _hand_on() -> None:
    others = [entry for entry in sys.path if Path(entry or ".").absolute() != _HERE]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_install()
if __name__ == "sitecustomize":
    _hand_on()
