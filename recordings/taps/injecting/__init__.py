"""A tap in a program that has no line of it: Python takes `sitecustomize` from PYTHONPATH, and ours attaches the tap.

Only the standard library is loaded until the program imports the SDK that the tap is for.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

TAP: Final = "RTLOG_TAP"
"""Environment variable: the tap's name."""
FOLDER: Final = "RTLOG_TAP_FOLDER"
"""Environment variable: where its recordings go, one file a session, and a file for each problem."""
AUDIO: Final = "RTLOG_TAP_AUDIO"
"""Environment variable: the audio policy."""
PROBLEM: Final = ".problem"
SITE: Final = Path(__file__).parent / "site"


def environment_for(environment: Mapping[str, str], tap: str, folder: Path, audio: str) -> dict[str, str]:
    """Give *environment* for a program into which *tap* is to be injected, and into the Python programs it starts."""
    python_path = os.pathsep.join(filter(None, (str(SITE), environment.get("PYTHONPATH"))))
    return dict(environment) | {"PYTHONPATH": python_path, TAP: tap, FOLDER: str(folder), AUDIO: audio}
