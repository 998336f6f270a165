"""The reconciler: records in, changes out. Sans-IO, one streaming pass, state per connection.

`feed(record)` changes the state and gives the changes. Memory grows with the items that live and a capped number of
tombstones, never with bytes or deltas.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rtlog.analyzers.labels import Labels
from rtlog.analyzers.moment import Moment, moment_of
from rtlog.analyzers.profiles.profile import ClientProfile
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler import conversation, local, responses, session, simulation, turns
from rtlog.analyzers.reconciler.connection import EARLIER, Connection
from rtlog.analyzers.reconciler.states import Move
from rtlog.recordings.record import ErrorInfo, Event, Record
from rtlog.recordings.vocabulary.dialects import DIALECTS, TELLING, dialect_named
from rtlog.recordings.vocabulary.errors import error_code
from rtlog.recordings.vocabulary.events import BETA_TO_GA
from rtlog.recordings.vocabulary.requests import ACKNOWLEDGEMENTS

Handler = Callable[[Connection, Event, Moment], list[ch.Change]]
TOLD_BY_HOOK: Final = 1024
"""Events of a hook that are remembered until the wire shows them too."""
DELTAS: Final = {
    "response.output_audio.delta": responses.audio_delta,
    "response.output_text.delta": responses.text_delta,
    "response.output_audio_transcript.delta": responses.text_delta,
}
"""What makes up three quarters of a session goes a short way: it only counts."""
APPEND: Final = "input_audio_buffer.append"
REQUEST_OF: Final = {expected.answer: request for request, expected in ACKNOWLEDGEMENTS.items()}
REJECTED_MOVE: Final = {
    "conversation.item.create": Move.CREATE_REJECTED,
    "conversation.item.delete": Move.DELETE_REJECTED,
}


class Reconciler:
    """Models what the server, a strict mirror and the application each believed the conversation to be."""

    def __init__(self, provider: str | None = None, profile: ClientProfile | None = None) -> None:
        self._dialect = dialect_named(provider)
        self._profile = profile
        self.labels = Labels()
        self.connections: dict[int, Connection] = {}
        self.modelled = 0
        self.copies = 0
        """Events that were told a second time."""
        self.told_twice = False
        """A hook has told what the wire may tell again: each record counts by itself."""

    def connection(self, number: int) -> Connection:
        """Give the state of connection *number*, a new one where it was never seen."""
        found = self.connections.get(number)
        if found is None:
            found = Connection(number, self.labels, earlier=list(self.connections.values())[-EARLIER:])
            if self._dialect is not None:
                found.dialect, found.dialect_known = self._dialect, True
            if self._profile is not None:
                simulation.begin(found, self._profile)
            self.connections[number] = found
        return found

    def feed(self, record: Record) -> Sequence[ch.Change]:
        """Apply *record*; give what it changed, in order."""
        event = record.event
        c = self.connections.get(record.conn) or self.connection(record.conn)
        if event is None:
            return _socket_changed(c, record)
        if (record.src == "sdk" or c.told_by_hook) and _is_copy(c, record, event):
            self.copies += 1 + record.folded
            return ()
        c.last_record = record
        event_type = BETA_TO_GA.get(record.type, record.type)
        if event_type is not record.type and c.beta_event is None and event_type.startswith("response."):
            c.beta_event = moment_of(record)
        if event_type == APPEND:
            turns.appended(c, record)
        else:
            delta = responses.deltas if record.folded else DELTAS.get(event_type)
            if delta is not None:
                self.modelled += 1 + record.folded
                return delta(c, event, record)
        if event_type in COUNTED and c.first_client is not None and c.first_server is not None:
            self.modelled += 1 + record.folded
            return ()
        return self._model(c, record, event, event_type)

    def _model(self, c: Connection, record: Record, event: Event, event_type: str) -> Sequence[ch.Change]:
        at = moment_of(record)
        if record.dir == "local":
            self.modelled += 1
            return local.happened(c, event, at)
        if record.src == "wire":
            c.has_wire = True
        elif event.event_id and len(c.told_by_hook) < TOLD_BY_HOOK:
            c.told_by_hook.add((record.type, event.event_id))
            self.told_twice = True
        if record.dir == "server" and c.first_server is None:
            c.first_server = at
        elif record.dir == "client" and c.first_client is None:
            c.first_client = at
        if not c.dialect_known and event_type in TELLING:
            c.dialect, c.dialect_known = DIALECTS[TELLING[event_type]], True
        handler = HANDLERS.get(event_type)
        if handler is None:
            return ()
        self.modelled += 1 + record.folded
        changes = handler(c, event, at)
        if c.lanes.simulated_by is not None:
            changes += simulation.follow(c, event_type, event.item_id, changes)
        return changes


def _is_copy(c: Connection, record: Record, event: Event) -> bool:
    """Say whether this is told a second time: by a hook where the wire is seen, or by the wire what a hook had told."""
    if record.dir == "local":
        return False
    if record.src == "sdk":
        return c.has_wire
    key = (record.type, event.event_id or "")
    known = key in c.told_by_hook
    c.told_by_hook.discard(key)
    c.has_wire = True
    return known


def _socket_changed(c: Connection, record: Record) -> Sequence[ch.Change]:
    if record.src == "sdk" and c.has_wire:
        return []
    if record.kind == "open":
        c.opened, c.has_wire = moment_of(record), c.has_wire or record.src == "wire"
    if record.kind != "close":
        return []
    c.closed, c.last_record = moment_of(record), record
    return [ch.ConnectionClosed(c.closed, c, record.by or "", record.code, record.reason or "")]


def _error(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """Tie an error to the request it answers."""
    told = event.error if isinstance(event.error, ErrorInfo) else ErrorInfo(message=event.error)
    message = told.message or ""
    code = error_code(told.code, told.message)
    param = told.param or ""
    request = c.requests.rejected_by(told.event_id, code, message, param)
    received = ch.ErrorReceived(at, c, code, message, request, param, told.event_id)
    if request is None or request.outcome != "pending":
        return [received]
    c.requests.reject(request, at, code, message)
    move = REJECTED_MOVE.get(request.type)
    item = c.item(request.item_id or "")
    if move is not None and item is not None:
        item.move(move)
    if request.item_id is None:
        c.coming_calls.pop(request.call_id or "", None)
    return [received, ch.RequestAnswered(at, c, request)]


def _answered_in_order(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """Settle the oldest request that this answer, which carries no key, can belong to."""
    return conversation.acknowledged_in_order(REQUEST_OF[event.type], c, at)


def _noted(_c: Connection, _event: Event, _at: Moment) -> list[ch.Change]:
    """Known and of no consequence to the model."""
    return []


HANDLERS: Final[Mapping[str, Handler]] = {
    APPEND: _noted,
    "session.update": session.update_sent,
    "input_audio_buffer.commit": conversation.plain_request_sent,
    "input_audio_buffer.clear": conversation.plain_request_sent,
    "conversation.item.create": conversation.create_sent,
    "conversation.item.delete": conversation.delete_sent,
    "conversation.item.truncate": conversation.truncate_sent,
    "conversation.item.retrieve": conversation.plain_request_sent,
    "response.create": responses.create_sent,
    "response.cancel": responses.cancel_sent,
    "output_audio_buffer.clear": conversation.plain_request_sent,
    "error": _error,
    "session.created": session.created,
    "session.updated": session.updated,
    "conversation.created": _noted,
    "conversation.item.added": conversation.added,
    "conversation.item.done": conversation.done,
    "conversation.item.deleted": conversation.deleted,
    "conversation.item.truncated": conversation.truncated,
    "conversation.item.retrieved": conversation.retrieved,
    "conversation.item.input_audio_transcription.delta": _noted,
    "conversation.item.input_audio_transcription.segment": _noted,
    "conversation.item.input_audio_transcription.completed": turns.transcribed,
    "conversation.item.input_audio_transcription.failed": turns.transcribed,
    "input_audio_buffer.speech_started": turns.speech_started,
    "input_audio_buffer.speech_stopped": turns.speech_stopped,
    "input_audio_buffer.committed": turns.committed,
    "input_audio_buffer.cleared": _answered_in_order,
    "input_audio_buffer.timeout_triggered": turns.timed_out,
    "input_audio_buffer.dtmf_event_received": _noted,
    "output_audio_buffer.started": _noted,
    "output_audio_buffer.stopped": _noted,
    "output_audio_buffer.cleared": _answered_in_order,
    "response.created": responses.created,
    "response.done": responses.done,
    "response.output_item.added": responses.output_item_added,
    "response.output_item.done": responses.output_item_done,
    "response.content_part.added": _noted,
    "response.content_part.done": responses.content_part_done,
    "response.output_text.done": _noted,
    "response.output_audio.done": _noted,
    "response.output_audio_transcript.done": _noted,
    "response.function_call_arguments.delta": _noted,
    "response.function_call_arguments.done": responses.arguments_done,
    "response.mcp_call_arguments.delta": _noted,
    "response.mcp_call_arguments.done": _noted,
    "response.mcp_call.in_progress": _noted,
    "response.mcp_call.completed": _noted,
    "response.mcp_call.failed": _noted,
    "mcp_list_tools.in_progress": _noted,
    "mcp_list_tools.completed": _noted,
    "mcp_list_tools.failed": _noted,
    "rate_limits.updated": responses.rate_limits,
}
"""GA event types and what each does to the model."""

COUNTED: Final = frozenset(name for name, handler in HANDLERS.items() if handler is _noted)
"""Most of what is left of a session when audio deltas are taken out."""
