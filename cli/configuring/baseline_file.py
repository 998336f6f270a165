"""Baselines on disk: a small JSON file, read with one clear line for what is wrong, written whole or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rtlog.analyzers.baseline import Baseline, baseline_of
from rtlog.cli.output import opened
from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rtlog.analyzers.report import FindingReport


def read_baseline(path: Path) -> Baseline:
    """Read the baseline at *path*; raises RtlogError where there is none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise RtlogError(f"{path}: there is no such baseline yet: make it with --write-baseline {path}") from error
    except OSError as error:
        raise RtlogError(f"{path}: the baseline cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise RtlogError(f"{path}: the baseline cannot be read: {error}") from error
    try:
        return Baseline.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(key) for key in first["loc"])
        raise RtlogError(
            f"{path}: is no baseline of this version: {f'{where}: ' if where else ''}{first['msg']}"
        ) from error


def write_baseline(path: Path, findings: "Iterable[FindingReport]") -> None:
    """Write a baseline that knows all of *findings*; raises RtlogError where *path* cannot be written."""
    from importlib.metadata import version

    baseline = baseline_of(findings, f"rtlog {version('rtlog')}")
    with opened(path) as stream:
        stream.write(baseline.model_dump_json(indent=2) + "\n")
