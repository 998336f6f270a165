"""How far a run over many recordings is, on the terminal of whoever waits for it."""

import sys
import time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress, TaskID

EVERY_S: Final = 0.2


class Bar:
    """A bar with the time that remains on standard error, where that is a terminal; nothing stays of it."""

    def __init__(self, total: int) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._shown = False
        self._at = 0.0
        self._shares_terminal = sys.stdout.isatty()
        if total > 1 and sys.stderr.isatty():
            self._progress = _progress()
            self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self.hide()

    def step(self) -> None:
        """Count one recording; draw where the last drawing is a moment ago, and leave the terminal to what is told."""
        if self._progress is None or self._task is None:
            return
        self._progress.advance(self._task)
        if time.monotonic() - self._at < EVERY_S:
            return
        self._at = time.monotonic()
        if not self._shown:
            self._progress.start()
            self._shown = True
        self._progress.refresh()

    def make_way(self) -> None:
        """Hide the bar where what is printed next goes to the same terminal."""
        if self._shares_terminal:
            self.hide()

    def hide(self) -> None:
        """Take the bar off the terminal until the next step."""
        if self._progress is not None and self._shown:
            self._progress.stop()
            self._shown = False


def _progress() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("analyzing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    console = Console(file=sys.stderr, highlight=False)
    # No thread that draws: reports may be printed between two steps.
    return Progress(*columns, console=console, auto_refresh=False, transient=True)
