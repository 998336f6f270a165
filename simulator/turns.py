"""User turns: the input audio buffer, what a voice activity detector makes of it, and the items that come of it."""

from dataclasses import dataclass
from typing import Final

from rtlog.simulator.audio import BYTES_PER_MS
from rtlog.simulator.conversation import Conversation, Slot
from rtlog.simulator.items import Item, Part
from rtlog.simulator.refusal import RefusedError
from rtlog.simulator.wire import Fields, Outbox, json_of

SHORTEST_COMMIT_MS: Final = 100


@dataclass(slots=True, eq=False)
class Turn:
    """A user turn; `slot` is its place, taken when its audio is committed."""

    item_id: str
    text: str
    slot: Slot | None = None


class Turns:
    """The turns of one session and the audio that they are made of."""

    def __init__(self, outbox: Outbox, conversation: Conversation) -> None:
        self._outbox = outbox
        self._conversation = conversation
        self._appended = 0
        self._uncommitted = 0

    @property
    def appended_ms(self) -> int:
        """Milliseconds of audio that the session ever got: the clock of `audio_start_ms`."""
        return self._appended // BYTES_PER_MS

    def append(self, size: int) -> None:
        """Take *size* bytes of audio."""
        self._appended += size
        self._uncommitted += size

    def clear(self) -> None:
        """Drop the audio that is not committed."""
        self._uncommitted = 0
        self._outbox.say("input_audio_buffer.cleared")

    def start(self, text: str, at_ms: int | None = None) -> Turn:
        """Notice that the user begins to say *text*, now or at *at_ms* of the audio."""
        turn = Turn(self._outbox.mint.id("item"), text)
        start = self.appended_ms if at_ms is None else at_ms
        self._outbox.say("input_audio_buffer.speech_started", audio_start_ms=start, item_id=turn.item_id)
        return turn

    def stop(self, turn: Turn) -> None:
        """Notice that the user is silent; the turn's audio is committed."""
        kind, end = "input_audio_buffer.speech_stopped", self.appended_ms
        self._outbox.say(kind, audio_end_ms=end, item_id=turn.item_id)
        self._commit(turn)

    def commit(self, text: str) -> Turn:
        """Make the client's audio a turn that says *text*; raises RefusedError where it is too short."""
        has_ms = self._uncommitted / BYTES_PER_MS
        if has_ms < SHORTEST_COMMIT_MS:
            raise RefusedError.commit_empty(has_ms)
        turn = Turn(self._outbox.mint.id("item"), text)
        self._commit(turn)
        return turn

    def announce(self, turn: Turn) -> None:
        """Add the turn's item to the conversation, after the predecessor that was fixed at its commit."""
        if turn.slot is None or turn.slot.announced:
            return
        turn.slot.announced = True
        item, previous = json_of(turn.slot.item), turn.slot.previous
        self._outbox.say("conversation.item.added", previous_item_id=previous, item=item)
        done = None if self._conversation.is_first(previous) else previous
        self._outbox.say("conversation.item.done", previous_item_id=done, item=item)

    def transcribe(self, turn: Turn) -> None:
        """Tell what the user said; an item that was deleted meanwhile is transcribed no more."""
        slot = turn.slot
        if slot is None or self._conversation.slot(turn.item_id) is not slot:
            return
        slot.item.content = [Part(type="input_audio", transcript=turn.text)]
        kind = "conversation.item.input_audio_transcription"
        self._outbox.say(f"{kind}.delta", item_id=turn.item_id, content_index=0, delta=turn.text)
        usage: Fields = {"type": "duration", "seconds": 1}
        self._outbox.say(f"{kind}.completed", item_id=turn.item_id, content_index=0, transcript=turn.text, usage=usage)

    def _commit(self, turn: Turn) -> None:
        item = Item(id=turn.item_id, type="message", status="completed", role="user", content=[Part("input_audio")])
        turn.slot = self._conversation.reserve(item)
        self._uncommitted = 0
        previous = turn.slot.previous
        self._outbox.say("input_audio_buffer.committed", previous_item_id=previous, item_id=turn.item_id)
