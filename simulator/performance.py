"""What each step of a script does to the session; it runs as far as it need not wait."""

from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING

from rtlog.simulator.gate import Gate
from rtlog.simulator.responses import Output, Response
from rtlog.simulator.scenario import (
    Appended,
    Argued,
    Call,
    Called,
    Either,
    Finish,
    Hold,
    Idle,
    Pause,
    Release,
    Reply,
    Respond,
    Say,
    Sent,
    SpeechStarts,
    SpeechStops,
    Spoken,
    Step,
    Transcribed,
    UserItem,
    Wait,
)
from rtlog.simulator.session import Session

if TYPE_CHECKING:
    from rtlog.simulator.turns import Turn


class Performance:
    """Plays steps and replies on a session; *gate* holds client events back."""

    def __init__(self, session: Session, gate: Gate, replies: tuple[Reply, ...]) -> None:
        self._session = session
        self._gate = gate
        self._replies = cycle(replies)
        self._turns: dict[str, Turn] = {}
        self._responses: dict[str, Response] = {}
        self._calls: dict[str, tuple[Response, Output, Call]] = {}

    def unanswered(self) -> list[Response]:
        """Give the responses that were requested since the last call and that no step makes."""
        requested, self._session.requested = self._session.requested, []
        return requested

    def reply(self, response: Response) -> Iterator[Wait]:
        """Answer a response that no step makes."""
        answer = next(self._replies, Spoken("I see."))
        match answer:
            case Spoken(text):
                yield from self._say(response, Say("", "", text))
            case Called(name, arguments, until):
                yield from self._call(response, Call("", "", name, arguments))
                if until is not None:
                    yield until
        self._finish(response)

    def script(self, steps: tuple[Step, ...]) -> Iterator[Wait]:
        """Play *steps* one after the other."""
        for step in steps:
            yield from self._play(step)

    def _play(self, step: Step) -> Iterator[Wait]:
        match step:
            case Pause() | Sent() | Appended() | Either() | Idle():
                yield step
            case Respond(label):
                yield Idle()
                self._responses[label] = self._session.respond()
            case Call(to):
                yield from self._call(self._responses[to], step)
            case Argued(label):
                yield from self._argue(*self._calls[label])
            case Say(to):
                yield from self._say(self._responses[to], step)
            case Finish(label):
                self._finish(self._responses[label])
            case Hold():
                self._gate.arm(step)
            case Release(count):
                self._gate.release(count)
            case SpeechStarts() | SpeechStops() | UserItem() | Transcribed():
                self._hear(step)

    def _hear(self, step: SpeechStarts | SpeechStops | UserItem | Transcribed) -> None:
        turns = self._session.turns
        match step:
            case SpeechStarts(label, text):
                self._turns[label] = self._session.speech_starts(text)
            case SpeechStops(label):
                turns.stop(self._turns[label])
            case UserItem(label):
                turns.announce(self._turns[label])
            case Transcribed(label) if self._session.transcribes:
                turns.transcribe(self._turns[label])

    def _call(self, response: Response, call: Call) -> Iterator[Wait]:
        if not response.open:
            return
        output = self._session.responses.begin_call(response, call.name, self._session.mint.call_id())
        self._calls[call.label] = (response, output, call)
        if call.whole:
            yield from self._argue(response, output, call)

    def _argue(self, response: Response, output: Output, call: Call) -> Iterator[Wait]:
        responses = self._session.responses
        yield Pause(call.ms / 2)
        if output.open:
            responses.argue(response, output, call.arguments)
        yield Pause(call.ms / 2 + 2)
        if output.open:
            responses.end(response, output)

    def _say(self, response: Response, say: Say) -> Iterator[Wait]:
        if not response.open:
            return
        responses = self._session.responses
        output = responses.begin_message(response)
        yield Pause(say.lead)
        for piece in _pieces(say.text, say.deltas):
            if output.open:
                responses.say(response, output, piece, say.delta_ms)
            yield Pause(say.every)
        if output.open:
            responses.end(response, output)

    def _finish(self, response: Response) -> None:
        if response.open:
            self._session.responses.finish(response)


def _pieces(text: str, count: int) -> list[str]:
    """Cut *text* between words into *count* pieces; the last ones are empty where there are fewer words."""
    words = text.split(" ")
    share = -(-len(words) // count)
    parts = [" ".join(words[index * share : (index + 1) * share]) for index in range(count)]
    return [f" {part}" if part and index else part for index, part in enumerate(parts)]
