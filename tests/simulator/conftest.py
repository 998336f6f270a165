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


class Invariants:
    """Checks server events against the order that real services keep (counted over public captures; R numbers name
    the invariants of the protocol reference). `broken` lists what is wrong, in the order it was seen."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.broken: list[str] = []
        self.added: list[str] = []
        self.gone: set[str] = set()
        self.order: list[str] = []
        self.announced: str | None = None
        self.turns: dict[str, list[str]] = {}
        self.committed: dict[str, str | None] = {}
        self.transcribed: list[str] = []
        self.responses: dict[str, Event] = {}
        self.outputs: dict[str, Event] = {}
        events = list(events)
        ids = [event["event_id"] for event in events]
        self.expect(len(ids) == len(set(ids)), "event ids repeat")
        if events[0]["type"] != "session.created":
            self.broken.append("R01 first event is not session.created")
        for event in events:
            self.check(event)

    def expect(self, truth: object, otherwise: str) -> None:
        if not truth:
            self.broken.append(otherwise)

    def check(self, event: Event) -> None:
        kind = event["type"]
        if self.announced is not None:
            follows = kind == "conversation.item.added" and event["item"]["id"] == self.announced
            self.expect(follows, f"R07 {kind} between output_item.added and item.added")
            self.announced = None
        if kind.startswith("response."):
            self.check_response(kind.removeprefix("response."), event)
        elif kind == "conversation.item.added":
            self.check_added(event["item"], event["previous_item_id"])
        elif kind == "conversation.item.done":
            self.expect(event["item"]["id"] in self.added, "item.done before item.added")
            if event["item"]["id"] in self.outputs:
                self.outputs[event["item"]["id"]]["done"] = True
        elif kind == "conversation.item.deleted":
            self.gone.add(event["item_id"])
            self.order.remove(event["item_id"])
        elif kind.startswith("input_audio_buffer.") and "item_id" in event:
            self.check_turn(kind.removeprefix("input_audio_buffer."), event)
        elif kind.endswith("transcription.completed"):
            self.expect(event["item_id"] not in self.transcribed, "R19 transcribed twice")
            self.transcribed.append(event["item_id"])

    def check_added(self, item: Event, previous: str | None) -> None:
        item_id = item["id"]
        self.expect(item_id not in self.order, f"R08 {item_id} added twice")
        if previous is None:
            self.order.insert(0, item_id)
        elif previous in self.order:
            self.order.insert(self.order.index(previous) + 1, item_id)
        else:
            self.broken.append(f"R09 {'deleted' if previous in self.gone else 'unknown'} predecessor")
            self.order.append(item_id)
        self.added.append(item_id)
        if item_id in self.outputs:
            self.outputs[item_id]["added"] = True
        elif item.get("role") == "user" and item_id in self.turns:
            self.expect(self.turns[item_id][-1:] == ["committed"], "R17 item.added before committed")
            self.expect(self.committed[item_id] == previous, "R17 committed and added name different predecessors")

    def check_turn(self, step: str, event: Event) -> None:
        steps = self.turns.setdefault(event["item_id"], [])
        before = {"speech_started": [], "speech_stopped": ["speech_started"]}
        if step in before:
            self.expect(steps == before[step], f"R17 {step} after {steps}")
        if step == "speech_stopped":
            self.expect(event["audio_end_ms"] >= self.started_ms, "R25 a turn ends before it starts")
        self.started_ms = event.get("audio_start_ms", getattr(self, "started_ms", 0))
        if step == "committed":
            self.committed[event["item_id"]] = event["previous_item_id"]
        steps.append(step)

    def check_response(self, kind: str, event: Event) -> None:
        if kind == "created":
            response = event["response"]
            open_ones = [r for r in self.responses.values() if not r["done"] and r["conversation"]]
            self.expect(not (open_ones and response["conversation_id"]), "R03 two active responses")
            self.responses[response["id"]] = {"done": False, "conversation": response["conversation_id"], "items": []}
            return
        response_id = event["response"]["id"] if kind == "done" else event["response_id"]
        response = self.responses.get(response_id)
        self.expect(response is not None, f"R02 {kind} before created")
        self.expect(response is None or not response["done"], f"R05 {kind} after done")
        if response is None:
            return
        if kind == "done":
            response["done"] = True
            output = [item["id"] for item in event["response"]["output"]]
            self.expect(output == response["items"], "R26 output is not what was done")
        elif kind == "output_item.added":
            self.expect(event["output_index"] == len(response["items"]), "R16 output_index")
            self.outputs[event["item"]["id"]] = {"said": "", "parts": 0, "done": not response["conversation"]}
            self.announced = event["item"]["id"] if response["conversation"] else None
            response.setdefault("begun", []).append(event["item"]["id"])
        else:
            self.check_output(kind, event, response)

    def check_output(self, kind: str, event: Event, response: Event) -> None:
        item_id = event["item"]["id"] if "item" in event else event["item_id"]
        output = self.outputs.get(item_id)
        if output is None:
            self.broken.append(f"R12 {kind} of an item that was not added")
        elif kind == "content_part.added":
            output["parts"] += 1
        elif kind.endswith(".delta"):
            self.expect(output["parts"] or "arguments" in kind, f"R12 {kind} before its part")
            output["said"] += "" if kind == "output_audio.delta" else event["delta"]
        elif kind == "output_item.done":
            self.expect(output["done"], "R14 output_item.done before item.done")
            response["items"].append(item_id)
        elif kind.endswith(".done"):
            final = event.get("text", event.get("transcript", event.get("arguments")))
            self.expect(final is None or final == output["said"], "R27 deltas are not the whole")


@pytest.fixture
def broken() -> Callable[[Iterable[Event]], list[str]]:
    """Says which invariants of the service a list of server events breaks."""
    return lambda events: Invariants(events).broken
