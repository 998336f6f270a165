"""`rtlog record --tap`: the tap in the program that is run, and its recordings, merged into the proxy's afterwards."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rtlog.recordings.errors import RtlogError

if TYPE_CHECKING:
    from rtlog.recordings.taps.proxy import Options

MOST_PROBLEMS: Final = 3

NO_SESSION: Final = (
    "the {tap} tap saw no session: the program opened none with that SDK, or its Python takes no PYTHONPATH (-I, -E)"
)
NOT_INSTALLED: Final = "; install rtlog in the program's environment too"


class Injection:
    """A tap for one run: the environment that injects it, and what it recorded.

    That is kept beside the recordings until it is merged: a kill, which nobody can catch, leaves it there to be found.
    """

    def __init__(self, tap: str, options: "Options", notice: Callable[[str], None]) -> None:
        self._tap = tap
        self._options = options
        self._notice = notice
        self._folder = tempfile.TemporaryDirectory(prefix=".rtlog-tap-", dir=_beside(options.output))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            for told in self._told():
                self._place(told, ())
        self._folder.cleanup()

    def environment_for(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Give *environment* for the program."""
        from rtlog.recordings.taps.injecting import environment_for

        return environment_for(environment, self._tap, Path(self._folder.name), self._options.audio)

    def collect(self, wires: Sequence[Path]) -> list[Path]:
        """Merge what the tap recorded into the recordings *wires* of the proxy; give those that stand alone."""
        self._tell_problems()
        told = self._told()
        if not told:
            self._notice(NO_SESSION.format(tap=self._tap))
        with _held_back():
            return [kept for each in told if (kept := self._place(each, wires)) is not None]

    def _told(self) -> list[Path]:
        from rtlog.recordings.format import SUFFIX

        return [path for path in sorted(Path(self._folder.name).glob(f"*{SUFFIX}")) if _has_record(path)]

    def _place(self, told: Path, wires: Iterable[Path]) -> Path | None:
        for wire in wires:
            if self._merged(wire, told):
                return None
        path = self._own_path(told)
        shutil.move(told, path)
        self._notice(f"wrote {path}: what the {self._tap} tap recorded, of no session that the proxy has")
        return path

    def _merged(self, wire: Path, told: Path) -> bool:
        """Put the merge of both in the place of *wire*, whose every record it has."""
        from rtlog.cli import merging

        made = Path(self._folder.name, "merged.jsonl")
        try:
            merger = merging.merge_files(wire, told, made, force=True, keep_id=True)
        except RtlogError:
            # Of another session, as most are where there are several.
            return False
        beside = wire.with_name(f".{wire.name}.part")
        shutil.move(made, beside)
        beside.replace(wire)
        self._notice(f"merged into {wire}: {merging.told(merger)}")
        return True

    def _own_path(self, told: Path) -> Path:
        from rtlog.recordings.copying import named_after
        from rtlog.recordings.naming import recordings_folder

        output = self._options.output
        if output is None or output.is_dir():
            folder = output or recordings_folder()
            folder.mkdir(parents=True, exist_ok=True)
            return folder / told.name
        if not output.exists():
            return output
        named = named_after(output, self._tap)
        return named if not os.path.lexists(named) else named.with_name(told.name)

    def _tell_problems(self) -> None:
        from rtlog.recordings.taps.injecting import PROBLEM

        problems = {path.read_text(encoding="utf-8") for path in Path(self._folder.name).glob(f"*{PROBLEM}")}
        for problem in sorted(problems)[:MOST_PROBLEMS]:
            missing = NOT_INSTALLED if "ModuleNotFoundError" in problem else ""
            self._notice(f"the {self._tap} tap was not injected: {problem}{missing}")


def _beside(output: Path | None) -> Path | None:
    """Give the folder that the recordings go to; `None` where there is none yet."""
    from rtlog.recordings.naming import recordings_folder

    folder = recordings_folder() if output is None else output if output.is_dir() else output.parent
    return folder if folder.is_dir() else None


def _has_record(path: Path) -> bool:
    """Say whether the session that the tap waited for ever came; what cannot be read is kept for a person to see."""
    from rtlog.recordings.reader import read

    try:
        with read(path) as reading:
            return next(iter(reading), None) is not None
    except RtlogError:
        return True


@contextmanager
def _held_back() -> Iterator[None]:
    """Let TERM and HUP wait: the program has ended, and what it told is all but merged."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
