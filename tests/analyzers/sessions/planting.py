"""How a crossing is planted: one act that goes wrong among healthy ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from random import Random

from sessions.acts import choices
from sessions.clock import Actor
from sessions.connections import reconnect
from sessions.habits import Habits
from sessions.providers import PROVIDERS
from sessions.recorder import NS_PER_MS
from sessions.session import Act, Generated, Session, play, seeded

Overrides = dict[str, object]


@dataclass(frozen=True, slots=True)
class Plant:
    """A crossing: the rule that must find it, the act that makes it, and what the session must be like."""

    code: str
    act: Act
    overrides: Overrides = field(default_factory=dict)
    last: bool = False
    """Nothing may come after it."""
    without: tuple[Act, ...] = ()
    """Healthy acts that do the same, where that is no more than information."""
    not_with: tuple[str, ...] = ()
    """Providers with whom it is normal, or cannot be."""
    informs: bool = False
    """Found as information: no harm is done."""


@dataclass(slots=True)
class Garden:
    """Collects plants."""

    plants: list[Plant] = field(default_factory=list)

    def plant(
        self,
        code: str,
        *,
        last: bool = False,
        without: tuple[Act, ...] = (),
        not_with: tuple[str, ...] = (),
        informs: bool = False,
        **overrides: object,
    ) -> Callable[[Act], Act]:
        """Mark an act as the crossing of rule *code*."""

        def mark(act: Act) -> Act:
            self.plants.append(Plant(code, act, overrides, last, without, not_with, informs))
            return act

        return mark


GARDEN = Garden()


def planted(seed: int, plant: Plant) -> Generated:
    """Play a session of *seed* with *plant* in its middle."""
    possible = [provider for provider in PROVIDERS if provider.edits_items and provider.name not in plant.not_with]
    rng, habits = seeded(seed, tuple(possible))
    plain: Overrides = {
        "anchor_style": "tail",
        "sideband": False,
        "speaks": True,
        "transcribes": True,
        "loses_words": False,
        "lists_tools": False,
        "stalls": False,
        "tapped": False,
        "tools": True,
        "reflex_cancel": False,
    }
    habits = replace(habits, **(plain | plant.overrides))  # type: ignore[arg-type]

    window: list[int] = []

    @wraps(plant.act)
    def crossing(s: Session) -> Actor:
        window.append(s.clock.now * NS_PER_MS)
        yield from plant.act(s)
        window.append(s.clock.now * NS_PER_MS)

    def chosen(rng: Random, habits: Habits) -> Sequence[Act]:
        acts = [act for act in choices(habits) if act not in plant.without]
        after = 0 if plant.last else rng.randint(0, 4)
        before = rng.choices(acts, k=rng.randint(0, 4))
        # A reconnect tells the whole history again, what went wrong in it too.
        return [*before, crossing, *rng.choices([act for act in acts if act is not reconnect], k=after)]

    return replace(play(seed, chosen, habits, rng), planted=(window[0], window[1]))


def tell(s: Session, event_type: str, **fields: object) -> None:
    """Record what the application did."""
    s.recorder.event("local", {"type": f"local.{event_type}", **fields}, s.clock.now)


def later(ms: int) -> Actor:
    """Let *ms* pass."""
    yield ms
