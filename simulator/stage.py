"""The stage that a scenario plays on, sans-IO: client messages and the time in, server events out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rtlog.simulator.gate import Gate, matches
from rtlog.simulator.ids import Mint
from rtlog.simulator.performance import Performance
from rtlog.simulator.scenario import Appended, Either, Idle, Pause, Scenario, Sent, Wait
from rtlog.simulator.session import Session
from rtlog.simulator.wire import Fields

if TYPE_CHECKING:
    from rtlog.simulator.requests import ClientEvent

AUDIO: Final = "input_audio_buffer.append"


@dataclass(slots=True, eq=False)
class Task:
    """Something that goes on: *steps* yields what it waits for. `since` is when it began to wait, `heard` the audio."""

    steps: Iterator[Wait]
    wait: Wait
    since: float
    heard: int = 0


class Stage:
    """One connection's session and script.

    Times are ms of any clock that does not go back. *pace* stretches the script's pauses: 1 is the story's own time,
    0 as fast as the client allows. Call `open`, then `receive` for each message, and `advance` when `due` has come.
    """

    def __init__(self, scenario: Scenario, mint: Mint, *, model: str = "gpt-realtime", pace: float = 0) -> None:
        self.scenario = scenario
        self.session = Session(mint, model, knows_calls=scenario.knows_calls, listens=scenario.listens)
        self._gate = Gate(self.session.obey)
        self.pace = pace
        self._performance = Performance(self.session, self._gate, scenario.replies)
        self._tasks: list[Task] = []
        self._log: list[ClientEvent] = []
        self._script: Task | None = None

    @property
    def due(self) -> float | None:
        """When to call `advance`, ms of the clock; `None`: not before the next message."""
        ends = [end for task in self._tasks if (end := self._end(task, task.wait)) is not None]
        return min(ends, default=None)

    @property
    def finished(self) -> bool:
        """Whether the script has come to its end."""
        return self._script is not None and self._script not in self._tasks

    def open(self, now: float) -> list[Fields]:
        """Begin the session at *now*."""
        self.session.open()
        self._script = self._begin(self._performance.script(self.scenario.steps), now)
        return self.advance(now)

    def receive(self, message: str | bytes, now: float) -> list[Fields]:
        """Take a client's message."""
        event = self.session.read(message)
        if event is not None:
            if event.type != AUDIO and self._tasks:
                self._log.append(event)
            self._gate.arrive(event)
        return self.advance(now)

    def advance(self, now: float) -> list[Fields]:
        """Go on with everything that waits for nothing any more."""
        going = True
        while going:
            for response in self._performance.unanswered():
                self._begin(self._performance.reply(response), now)
            going = any(self._step(task, now) for task in tuple(self._tasks))
        return self.session.take()

    def _begin(self, steps: Iterator[Wait], now: float) -> Task:
        task = Task(steps, Pause(0), now, self.session.turns.appended_ms)
        self._tasks.append(task)
        return task

    def _step(self, task: Task, now: float) -> bool:
        if not self._over(task, task.wait, now):
            return False
        end = self._end(task, task.wait)
        task.since = now if end is None else min(end, now)
        task.heard = self.session.turns.appended_ms
        if isinstance(task.wait, Appended):
            self._log.clear()
        following = next(task.steps, None)
        if following is None:
            self._tasks.remove(task)
        else:
            task.wait = following
        return True

    def _end(self, task: Task, wait: Wait) -> float | None:
        """Say when *wait* is over by itself."""
        match wait:
            case Pause(ms, paced):
                return task.since + ms * (self.pace if paced else 1)
            case Either(one, other):
                return min((end for each in (one, other) if (end := self._end(task, each)) is not None), default=None)
        return None

    def _over(self, task: Task, wait: Wait, now: float) -> bool:
        match wait:
            case Pause():
                end = self._end(task, wait)
                return end is not None and now >= end
            case Sent():
                return self._consume(wait)
            case Appended(ms):
                return self.session.turns.appended_ms - task.heard >= ms
            case Either(one, other):
                return self._over(task, one, now) or self._over(task, other, now)
            case Idle():
                return self.session.responses.active is None

    def _consume(self, wait: Sent) -> bool:
        """Look for the events in what the client sent since the last thing of it that was waited for."""
        found = [index for index, event in enumerate(self._log) if matches(wait, event)]
        if len(found) < wait.count:
            return False
        del self._log[: found[wait.count - 1] + 1]
        return True
