"""Draws recordings while they are written, one after the other, until whoever watches or whoever records has enough."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from rich.text import Text

from rtlog.analyzers.analysis import facts_of
from rtlog.analyzers.finding import Finding
from rtlog.cli.following.current import current
from rtlog.cli.following.ending import verdict
from rtlog.cli.following.foresight import Foresight
from rtlog.cli.following.interrupt import Interrupt
from rtlog.cli.following.screen import Drawable, Screen
from rtlog.cli.following.targets import Target
from rtlog.cli.formats.wording import counted, printable
from rtlog.cli.loading import Setup
from rtlog.cli.rendering.wishes import Style, Wishes
from rtlog.recordings.copying import PACKINGS
from rtlog.recordings.errors import RecordingError
from rtlog.recordings.reader import Reading, read
from rtlog.recordings.tailing import Fate, Tail
from rtlog.timelines.choice import Choice
from rtlog.timelines.drawing import Drawing, drawing_for
from rtlog.timelines.following import Following
from rtlog.timelines.live_drawing import LiveDrawing, LiveLanes, LiveList, found
from rtlog.timelines.rows import Row
from rtlog.timelines.windows import Selection

TICK_S: Final = 0.05
"""Between two looks at the file."""
PACE_S: Final = 0.1
"""Between two drawings while records come without a pause."""
FATES: Final[dict[Fate, str]] = {
    "truncated": "was truncated: what follows is its new content",
    "replaced": "was replaced: what follows is the new file",
    "gone": "is gone",
}


@dataclass(frozen=True, slots=True)
class How:
    """What a person wants to see of every recording, and how it is analyzed."""

    setup: Setup
    wishes: Wishes

    def following(self, reading: Reading) -> Following:
        """Give what follows *reading*."""
        wishes = self.wishes
        wanted = Selection(
            item=wishes.item,
            response=wishes.response,
            call=wishes.call,
            choice=Choice(wishes.types, wishes.not_types, frozenset(wishes.lanes)),
        )
        analysis = self.setup.analysis(reading)
        return Following(analysis, wanted, fold=wishes.fold, real_ids=not wishes.labels, private=wishes.tells_words)


class Watch:
    """Follows what *target* gives; *say* beside it tells single lines."""

    def __init__(self, how: How, screen: Screen, interrupt: Interrupt) -> None:
        self.how = how
        self.screen = screen
        self.interrupt = interrupt
        self.followed = 0
        """Recordings that were begun."""

    def say(self, line: str) -> None:
        """Tell a person something that is no part of a timeline."""
        self.screen.show([Text(f"rtlog: {printable(line)}", "dim")])

    def run(self, target: Target) -> None:
        """Follow until the recording ends, whoever records does, or Ctrl-C; raises RecordingError for what is none."""
        try:
            while (path := self._awaited(target)) is not None and self._one(path, target):
                pass
        finally:
            self.screen.show([])

    def _awaited(self, target: Target, last: Path | None = None) -> Path | None:
        told = ""
        while not self.interrupt.asked:
            path = target.newest()
            if path is not None and path != last:
                return path
            if target.over():
                return None
            if target.waiting != told:
                told = target.waiting
                self._await(told, spoken=not target.lasting)
            time.sleep(TICK_S)
        return None

    def _await(self, told: str, *, spoken: bool) -> None:
        line = Text(f"{printable(told)} (Ctrl-C ends)", "dim")
        if self.screen.live:
            self.screen.show([], [line])
        elif spoken:
            self.screen.show([line])

    def _one(self, path: Path, target: Target) -> bool:
        """Follow the recording at *path*; say whether to go on with another."""
        others = f" ({counted(target.earlier, 'earlier recording')})" if target.earlier else ""
        if self.followed:
            self.say(f"from here on: {path.name}{others}")
        self.followed += 1
        sight = _Sight(path, f"{path.name}{others}", self, self._going_on(path, target))
        try:
            sight.run()
        except RecordingError as error:
            if not (self.interrupt.asked or target.lasting):
                raise
            self.say(str(error))
        if sight.fate:
            self.say(f"{path.name} {FATES[sight.fate]}")
            return not self.interrupt.asked and sight.fate != "gone"
        if self.interrupt.asked or not (sight.left or target.lasting):
            return False
        return sight.left or self._awaited(target, path) is not None

    def _going_on(self, path: Path, target: Target) -> Callable[[], bool | None]:
        def go_on() -> bool | None:
            """Say whether to wait for more of *path*; `None` where another recording is to be shown."""
            if self.interrupt.asked or target.over():
                return False
            return True if target.newest() in {path, None} else None

        return go_on


class _Sight:
    """One recording, followed from its first record."""

    def __init__(self, path: Path, title: str, watch: "Watch", go_on: Callable[[], bool | None]) -> None:
        self.left = False
        """Whether a newer recording is to be shown."""
        self.fate: Fate = ""
        self._path = path
        self._title = title
        self._how = watch.how
        self._screen = watch.screen
        self._interrupt = watch.interrupt
        self._go_on = go_on
        self._reading: Reading | None = None
        self._following: Following | None = None
        self._drawing: LiveDrawing | None = None
        self._new: list[Drawable] = []
        self._drawn_at = 0.0
        self._foresight = Foresight()
        self._looked = 0
        """Records at the last look ahead."""

    def run(self) -> None:
        with Tail(self._path, self._wait) as tail:
            if self._path.suffix in PACKINGS:
                tail.stop()
            with read(cast("BinaryIO", tail)) as reading:
                self._reading = reading
                self._follow(reading)
            self.fate = tail.fate

    def _follow(self, reading: Reading) -> None:
        following = self._following = self._how.following(reading)
        drawing = self._drawing = self._drawn(following)
        self._new += drawing.heading()
        for record in reading:
            for news in following.feed(record):
                self._take(news)
            if time.monotonic() - self._drawn_at >= PACE_S:
                self._draw()
                if self._interrupt.asked:
                    break
        self._foresight.close()
        self._finish(following, drawing, reading)

    def _finish(self, following: Following, drawing: LiveDrawing, reading: Reading) -> None:
        for row in following.rest():
            self._new += drawing.row(row)
        self._new += drawing.rest()
        for finding in following.finish(facts_of(reading)):
            self._take(finding)
        self._new += verdict(following, self._path, reading.header.id, complete=reading.complete)
        self._screen.show(self._new)

    def _drawn(self, following: Following) -> LiveDrawing:
        kind = LiveList if self._how.wishes.style is Style.LIST else LiveLanes
        return kind(following, self._signs())

    def _signs(self) -> Drawing:
        return drawing_for(self._screen.width, ascii_only=self._screen.ascii_only)

    def _take(self, news: Row | Finding) -> None:
        assert self._drawing is not None  # noqa: S101 - records come after the beginning
        assert self._following is not None  # noqa: S101 - the same
        if isinstance(news, Finding):
            self._new.append(found(news, self._following.teller))
        else:
            self._new += self._drawing.row(news)

    def _draw(self) -> None:
        self._drawn_at = time.monotonic()
        if self._following is None or self._drawing is None:
            return
        self._look_ahead(self._following)
        signs = self._signs()
        if signs != self._drawing.drawing:
            self._drawing.drawing = signs
        live = current(self._following, signs, self._title, self._screen.room) if self._screen.live else ()
        self._screen.show(self._new, list(live))
        self._new.clear()

    def _look_ahead(self, following: Following) -> None:
        seen = self._foresight.seen()
        if seen is not None:
            for finding in following.foresee(*seen):
                self._take(finding)
        at = following.last
        if at is not None and at.t is not None and following.records > self._looked and self._foresight.due:
            self._looked = following.records
            self._foresight.look(following.analysis, at.t)

    def _wait(self) -> bool:
        self._draw()
        if self._reading is not None and self._reading.footer is not None:
            return False
        going_on = self._go_on()
        self.left = going_on is None
        if going_on:
            time.sleep(TICK_S)
        return bool(going_on)
