"""Barge-in: the user speaks while a response sounds, until no more of it comes."""

from dataclasses import dataclass

from rtlog.analyzers.latency.collector import Collector
from rtlog.analyzers.latency.measurement import Kind, Measurement, between, until
from rtlog.analyzers.latency.turns import Turns
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import LocalChanged, ResponseCreated, SpeechStarted
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.life import ResponseLife
from rtlog.analyzers.rule import on


@dataclass(slots=True, eq=False)
class _BargeIn:
    response: ResponseLife
    at: Moment
    connection: Connection
    generating: bool
    """The response was still being made: a finished one has no more audio to send."""
    interrupts: bool
    player_stopped: Moment | None = None

    @property
    def took_effect(self) -> bool:
        """Whether it interrupted: what the server or the client let play on was no barge-in."""
        cancel = self.response.cancel
        if self.response.status == "cancelled" or (cancel is not None and cancel.sent.seq > self.at.seq):
            return True
        told = self.connection.saw_session_created or self.connection.settings.turn_detection is not None
        return self.interrupts and told


class BargeIns(Collector):
    """Measures how long an interrupted response goes on."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns
        self._latest: dict[int, ResponseLife] = {}
        self._barge_ins: dict[tuple[int, str], _BargeIn] = {}

    @on(ResponseCreated)
    def response_created(self, change: ResponseCreated) -> None:
        """Only the latest response of the conversation can be what the user hears."""
        if not change.response.out_of_band:
            self._latest[change.conn.number] = change.response

    @on(SpeechStarted)
    def speech_started(self, change: SpeechStarted) -> None:
        """Keep the first time that the user talks over a response."""
        response = self._latest.get(change.conn.number)
        if response is None or not response.audio_bytes:
            return
        if response.active or response.playing_at(change.at.t):
            barge_in = _BargeIn(response, change.at, change.conn, response.active, change.interrupts)
            self._barge_ins.setdefault((change.conn.number, response.id), barge_in)

    @on(LocalChanged)
    def played(self, change: LocalChanged) -> None:
        """The player's own word that it has stopped."""
        item = change.item
        if item is None or change.at.type != "local.playback_finished":
            return
        barge_in = self._barge_ins.get((change.conn.number, item.response_id or ""))
        if barge_in is not None:
            barge_in.player_stopped = barge_in.player_stopped or change.at

    def finish(self) -> None:
        """Measure those that took effect."""
        for barge_in in self._barge_ins.values():
            if barge_in.took_effect:
                self._measure(barge_in)

    def _measure(self, barge_in: _BargeIn) -> None:
        response, at = barge_in.response, barge_in.at
        turn = self._turns.turn_of(response)
        if turn is not None:
            turn.interrupted = True
        number = turn.number if turn else None
        if barge_in.generating:
            ms = until(at, response.last_audio_t)
            ms = None if ms is None else max(0.0, ms)  # its last audio had come before
            self.measured.append(Measurement(Kind.BARGE_IN_TO_AUDIO, ms, at, "", number, response.label))
        if barge_in.player_stopped is not None:
            ms = between(at, barge_in.player_stopped)
            self.measured.append(Measurement(Kind.BARGE_IN_TO_PLAYER, ms, at, "", number, response.label))
