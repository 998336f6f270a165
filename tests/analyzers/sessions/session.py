"""A generated session: a seed decides the provider, the habits, the acts and every interleaving."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from sessions.client import Client
from sessions.clock import Actor, Clock, Task
from sessions.habits import Habits, draw
from sessions.model import Wording
from sessions.providers import PROVIDERS, Provider
from sessions.recorder import Json, Recorder
from sessions.server import Server
from sessions.wire import settings_object

Act = Callable[["Session"], Actor]


class Session:
    """What the acts play in."""

    def __init__(self, rng: Random, habits: Habits) -> None:
        self.rng = rng
        self.habits = habits
        self.clock = Clock()
        self.words = Wording(rng)
        self.recorder = Recorder()
        self.client: Client
        self.server: Server
        self._beside: list[Task] = []

    def connect(self) -> Actor:
        """Open a socket, and set the session before its first use."""
        self.client = client = Client(self.clock, self.rng, self.habits, self.recorder)
        self.server = client.server = Server(self.clock, self.rng, self.habits, self.words, client.take)
        if self.habits.sockets:
            self.recorder.socket("open", self.clock.now)
        self.server.open()
        if not self.habits.sideband and self.rng.random() < 0.7:
            yield lambda: "session.created" in client.counts
        client.send("session.update", session=settings_object(self.habits, configured=True))
        yield lambda: "session.updated" in client.counts
        yield self.rng.randint(1, 300)

    def disconnect(self, by: str, code: int) -> None:
        """Close the socket: what was on its way is lost."""
        self.server.closed = True
        self.recorder.socket("close", self.clock.now, by=by, code=code)
        self.recorder.conn += 1

    def beside(self, actor: Actor) -> None:
        """Let *actor* act beside whatever comes next."""
        self._beside.append(self.clock.spawn(actor, self.rng.randint(0, 900)))

    def quiet(self) -> Actor:
        """Wait until nobody is in the middle of anything."""
        yield lambda: all(task.done for task in self._beside)
        yield lambda: self.client.idle
        yield self.rng.choice((1, 40, 300, 900))

    def acknowledged(self, event_type: str) -> Callable[[], bool]:
        """Give the condition that one more *event_type* has come."""
        client, before = self.client, self.client.counts.get(event_type, 0)
        return lambda: client.counts.get(event_type, 0) > before

    def play(self, acts: Sequence[Act]) -> Actor:
        """Play *acts* one after the other, and hang up."""
        yield from self.connect()
        if self.rng.random() < 0.2:
            self.client.respond()
        for act in acts:
            yield from act(self)
        yield from self.quiet()
        yield 3000  # what comes late still comes
        if self.habits.provider.says_goodbye:
            goodbye = self.acknowledged("session.finished")
            self.client.send("session.finish")
            yield goodbye
        if self.habits.sockets:
            self.disconnect("client", 1000)


@dataclass(frozen=True, slots=True)
class Generated:
    """A session that has been played."""

    seed: int
    habits: Habits
    acts: tuple[str, ...]
    lines: list[Json]
    planted: tuple[int, int] = (0, 0)
    """From when to when the crossing happened, in ns."""

    @property
    def provider(self) -> str | None:
        """What the recording's header says."""
        return self.habits.provider.header if self.habits.told else None


def play(seed: int, choose: Callable[[Random, Habits], Sequence[Act]], habits: Habits, rng: Random) -> Generated:
    """Play the acts that *choose* draws."""
    session = Session(rng, habits)
    acts = choose(rng, habits)
    session.clock.spawn(session.play(acts))
    session.clock.run()
    return Generated(seed, habits, tuple(act.__name__ for act in acts), session.recorder.lines)


def seeded(seed: int, providers: tuple[Provider, ...] = PROVIDERS) -> tuple[Random, Habits]:
    """Give the randomness of *seed* and the session it draws."""
    rng = Random(seed)  # noqa: S311 - nobody's secret: a seed must give its session again
    return rng, draw(rng, providers)
