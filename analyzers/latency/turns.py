"""Turns: what the user said, until the user says the next thing, with every response in between."""

from dataclasses import dataclass, field
from typing import Literal

from rtlog.analyzers.latency.collector import Collector
from rtlog.analyzers.latency.measurement import Kind, Measurement, between, until
from rtlog.analyzers.moment import Moment
from rtlog.analyzers.reconciler.changes import (
    AudioCommitted,
    CallFinished,
    IdleTimeout,
    ItemCreateSent,
    ResponseCreated,
    SpeechStarted,
    SpeechStopped,
)
from rtlog.analyzers.reconciler.life import ItemLife, ResponseLife
from rtlog.analyzers.rule import on

Input = Literal["speech", "push-to-talk", "text", "idle", "none"]
"""How a turn came: turn detection, a client's commit, a written message, a timeout, or responses that nobody led to."""


@dataclass(slots=True, eq=False)
class Turn:
    """A user's turn and its responses."""

    number: int
    conn: int
    input: Input
    began: Moment
    item: ItemLife | None = None
    ended: Moment | None = None
    responses: list[ResponseLife] = field(default_factory=list)
    tools: list[ItemLife] = field(default_factory=list)
    interrupted: bool = False

    @property
    def sounded(self) -> ResponseLife | None:
        """Its first response with audio."""
        return next((response for response in self.responses if response.audio_bytes), None)

    @property
    def of_user(self) -> bool:
        """Whether the user did something that ended, so that waiting for an answer means something."""
        return self.ended is not None and self.input not in {"idle", "none"}


class Turns(Collector):
    """Tells which response belongs to which turn, and measures how long the user waited."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Turn] = []
        self._of_item: dict[tuple[int, str], Turn] = {}
        self._of_response: dict[tuple[int, str], Turn] = {}
        self._ended: dict[int, Turn] = {}
        """The latest turn of each connection that has ended: the one that a response answers."""
        self._written: dict[int, ItemCreateSent] = {}
        """The last thing that the user wrote on each connection, until it is answered."""

    def turn_of(self, response: ResponseLife) -> Turn | None:
        """Give the turn that *response* belongs to; none for one out of band."""
        return self._of_response.get((response.conn, response.id))

    @on(SpeechStarted)
    def speech_started(self, change: SpeechStarted) -> None:
        """The user begins to speak."""
        self._turn(change.conn.number, change.item, change.at, "speech")

    @on(SpeechStopped)
    def speech_stopped(self, change: SpeechStopped) -> None:
        """The user has ended, as turn detection sees it."""
        self._end(self._turn(change.conn.number, change.item, change.at, "speech"), change.at)

    @on(AudioCommitted)
    def committed(self, change: AudioCommitted) -> None:
        """A client's commit ends a turn that turn detection did not; so does a commit without an end of speech."""
        asked = change.request
        self._name(change.conn.number, change.item)
        turn = self._turn(change.conn.number, change.item, asked.sent if asked else change.at, "speech")
        if turn.ended is None:
            turn.input = "push-to-talk" if asked else turn.input
            self._end(turn, asked.sent if asked else change.at)

    @on(IdleTimeout)
    def timed_out(self, change: IdleTimeout) -> None:
        """Nobody spoke, and the server made a turn of it."""
        turn = self._turn(change.conn.number, change.item, change.at, "idle")
        turn.input = "idle"
        self._end(turn, change.at)

    @on(ItemCreateSent)
    def created(self, change: ItemCreateSent) -> None:
        """A written message is a turn once a response follows; history that ends with an answer is none."""
        if change.was_live or change.was_gone or change.replaces or change.item.type != "message":
            return
        if change.item.role == "user":
            self._written[change.conn.number] = change
        elif change.item.role == "assistant":
            self._written.pop(change.conn.number, None)

    @on(ResponseCreated)
    def response_created(self, change: ResponseCreated) -> None:
        """Add an in-band response to the turn that it answers."""
        response, number = change.response, change.conn.number
        if response.out_of_band:
            return
        written = self._written.pop(number, None)
        if written is not None:
            self._end(self._new(number, written.item, written.at, "text"), written.at)
        turn = self._ended.get(number)
        if turn is None:
            turn = self._ended[number] = self._new(number, None, change.at, "none")
        turn.responses.append(response)
        self._of_response[number, response.id] = turn

    @on(CallFinished)
    def call_finished(self, change: CallFinished) -> None:
        """A tool of the turn."""
        turn = self._of_response.get((change.conn.number, change.item.response_id or ""))
        if turn is not None:
            turn.tools.append(change.item)

    def finish(self) -> None:
        """Measure every turn."""
        for turn in self.turns:
            turn.interrupted = turn.interrupted or any(r.status == "cancelled" for r in turn.responses)
            self._measure_responses(turn)
            if turn.of_user and turn.ended is not None:
                self._measure_user(turn, turn.ended)

    def _measure_responses(self, turn: Turn) -> None:
        for response in turn.responses:
            if response.audio_bytes and response.created is not None:
                ms = until(response.created, response.first_audio_t)
                self._note(Kind.RESPONSE_TO_AUDIO, turn, response.created, ms, response)

    def _measure_user(self, turn: Turn, ended: Moment) -> None:
        if turn.item is not None and turn.item.transcription is not None:
            self._note(Kind.USER_TO_TRANSCRIPT, turn, ended, between(ended, turn.item.transcription), None)
        if not turn.responses:
            return
        first, sounded = turn.responses[0], turn.sounded
        self._note(Kind.USER_TO_RESPONSE, turn, ended, between(ended, first.created), first)
        if sounded is not None:
            self._note(Kind.USER_TO_AUDIO, turn, ended, until(ended, sounded.first_audio_t), sounded)
        elif first.writes and first.first_output is not None:
            self._note(Kind.USER_TO_TEXT, turn, ended, between(ended, first.first_output), first)

    def _note(self, kind: Kind, turn: Turn, at: Moment, ms: float | None, response: ResponseLife | None) -> None:
        # Some servers transcribe while the user speaks: a wait below zero is none.
        if ms is None or ms >= 0:
            label = response.label if response else ""
            self.measured.append(Measurement(kind, ms, at, turn.input, turn.number, label))

    def _turn(self, conn: int, item: ItemLife | None, at: Moment, how: Input) -> Turn:
        known = self._of_item.get((conn, item.id)) if item is not None else None
        return known or self._new(conn, item, at, how)

    def _name(self, conn: int, item: ItemLife | None) -> None:
        """Give the latest turn its item where its speech began before the recording did."""
        turn = self._ended.get(conn)
        if turn is None or item is None or turn.input != "speech" or turn.item is not None or turn.responses:
            return
        if (conn, item.id) not in self._of_item:
            turn.item = item
            self._of_item[conn, item.id] = turn

    def _new(self, conn: int, item: ItemLife | None, at: Moment, how: Input) -> Turn:
        turn = Turn(len(self.turns) + 1, conn, how, at, item)
        self.turns.append(turn)
        if item is not None:
            self._of_item[conn, item.id] = turn
        return turn

    def _end(self, turn: Turn, at: Moment) -> None:
        turn.ended = at
        self._ended[turn.conn] = turn
