import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from rtlog.simulator.ids import Mint
from rtlog.simulator.scenario import Scenario
from rtlog.simulator.stage import Stage

SECOND = 1_795_230_495

Event = dict[str, Any]


class Talk:
    """A client without a socket: says events to a stage and keeps what it answers, at a clock of its own."""

    def __init__(self, scenario: Scenario, pace: float) -> None:
        self.stage = Stage(scenario, Mint("test", lambda: SECOND), pace=pace)
        self.now = 0.0
        self.heard: list[Event] = self.stage.open(self.now)

    def say(self, kind: str, /, **fields: object) -> list[Event]:
        """Send an event; gives the answers."""
        return self.say_raw(json.dumps({"type": kind, **fields}))

    def say_raw(self, message: str | bytes) -> list[Event]:
        answers = self.stage.receive(message, self.now)
        self.heard += answers
        return answers

    def wait(self, ms: float) -> list[Event]:
        """Let time go by, as the socket does: to each moment that is due, in order."""
        end, answers = self.now + ms, []
        while (due := self.stage.due) is not None and due <= end:
            self.now = max(due, self.now)
            answers += self.stage.advance(self.now)
        self.now = end
        self.heard += answers
        return answers

    def create(self, item_id: str, text: str = "words", **fields: object) -> list[Event]:
        item = {"id": item_id, "type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        return self.say("conversation.item.create", item=item, **fields)

    @property
    def conversation(self) -> list[str]:
        return self.stage.session.conversation.ids


@pytest.fixture
def talk() -> Callable[..., Talk]:
    def begin(scenario: Scenario | None = None, pace: float = 0) -> Talk:
        return Talk(scenario or Scenario("nothing scripted"), pace)

    return begin


@pytest.fixture
def types() -> Callable[[Iterable[Event]], list[str]]:
    return lambda events: [event["type"] for event in events]
