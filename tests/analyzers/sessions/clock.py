"""Virtual time: actors are generators that yield what they wait for, ms or a condition."""

from collections.abc import Callable, Generator
from functools import partial
from heapq import heappop, heappush

Wait = int | Callable[[], bool]
Actor = Generator[Wait, None, None]


class StuckError(AssertionError):
    """The generator's own fault: an actor waits for what nobody will ever do."""


class Task:
    """An actor that has been started."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.done = False


class Clock:
    """Runs actors in virtual ms; what is due at one time runs in the order in which it was asked for."""

    def __init__(self) -> None:
        self.now = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._asked = 0
        self._waiting: list[tuple[Callable[[], bool], Task]] = []

    def at(self, ms: int, act: Callable[[], None]) -> None:
        """Call *act* at *ms*."""
        heappush(self._due, (ms, self._asked, act))
        self._asked += 1

    def spawn(self, actor: Actor, delay: int = 0) -> Task:
        """Start *actor* after *delay* ms."""
        task = Task(actor)
        self.at(self.now + delay, partial(self._step, task))
        return task

    def run(self) -> None:
        """Run until nothing is due."""
        while self._due:
            self.now, _, act = heappop(self._due)
            act()
            self._wake()
        if self._waiting:
            raise StuckError([task.actor for _, task in self._waiting])

    def _step(self, task: Task) -> None:
        for wait in task.actor:
            if not callable(wait):
                self.at(self.now + wait, partial(self._step, task))
                return
            if not wait():
                self._waiting.append((wait, task))
                return
        task.done = True

    def _wake(self) -> None:
        while (waiting := next((one for one in self._waiting if one[0]()), None)) is not None:
            self._waiting.remove(waiting)
            self._step(waiting[1])
