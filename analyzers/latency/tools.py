"""Tools: from a complete call to its output, and to what the user hears of it."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from rtlog.analyzers.latency.collector import Collector
from rtlog.analyzers.latency.measurement import Kind, Measurement, between, until
from rtlog.analyzers.latency.turns import Turns
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import ResponseCreated, ToolOutputSent
from rtlog.analyzers.reconciler.life import ResponseLife
from rtlog.analyzers.rule import on

WAITING: Final = 1024
"""Outputs of one connection that wait for a response; nobody runs more tools at once."""


@dataclass(slots=True, eq=False)
class _Output:
    sent: Moment
    call_done: Moment
    tool: str
    turn: int | None
    answer: ResponseLife | None = None


class Tools(Collector):
    """Measures the first output of every call."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns
        self._outputs: list[_Output] = []
        self._waiting: dict[int, deque[_Output]] = {}
        self._answered: set[tuple[int, str]] = set()

    @on(ToolOutputSent)
    def output_sent(self, change: ToolOutputSent) -> None:
        """Measure a call's first output."""
        call = change.call
        if call is None or call.call_done is None or (change.conn.number, call.id) in self._answered:
            return
        self._answered.add((change.conn.number, call.id))
        maker = change.conn.response_of(call)
        turn = self._turns.turn_of(maker) if maker is not None else None
        output = _Output(change.at, call.call_done, call.name or "", turn.number if turn else None)
        ms = between(output.call_done, change.at)
        label = maker.label if maker else ""
        self.measured.append(Measurement(Kind.CALL_TO_OUTPUT, ms, output.call_done, output.tool, output.turn, label))
        self._outputs.append(output)
        self._waiting.setdefault(change.conn.number, deque(maxlen=WAITING)).append(output)

    @on(ResponseCreated)
    def response_created(self, change: ResponseCreated) -> None:
        """The first in-band response that was asked for behind an output speaks of it."""
        waiting, response = self._waiting.get(change.conn.number), change.response
        if not waiting or response.out_of_band:
            return
        asked = response.request.sent if response.request else change.at
        while waiting and waiting[0].sent.seq < asked.seq:
            waiting.popleft().answer = response

    def finish(self) -> None:
        """Measure the answers that sounded."""
        for output in self._outputs:
            answer = output.answer
            if answer is not None and answer.audio_bytes:
                ms = until(output.call_done, answer.first_audio_t)
                self.measured.append(
                    Measurement(Kind.CALL_TO_ANSWER, ms, output.call_done, output.tool, output.turn, answer.label)
                )
