"""Input audio and user turns: speech pairs, commits, transcripts."""

from rtlog.analyzers.moment import NS_PER_MS, Moment
from rtlog.analyzers.reconciler import changes as ch
from rtlog.analyzers.reconciler.connection import Connection
from rtlog.analyzers.reconciler.conversation import stray
from rtlog.analyzers.reconciler.life import TEXT_LIMIT, ItemLife
from rtlog.analyzers.reconciler.states import Move
from rtlog.recordings.record import Event, Record


def speech_started(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`speech_started` announces the id of the coming user item, and interrupts unless the session says not to."""
    item = _announce(c, event.item_id, at)
    c.speaking, c.last_speech = event.item_id, at
    drop_unheard(c)
    interrupts = c.settings.interrupts_response
    if interrupts:
        interrupt(c, at)
    return [ch.SpeechStarted(at, c, item, interrupts)]


def speech_stopped(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`speech_stopped`."""
    c.speaking = None
    return [ch.SpeechStopped(at, c, c.items.get(event.item_id or ""))]


def committed(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`committed`: a user turn; it answers a client's commit where one waits (turn detection commits by itself)."""
    item = _announce(c, event.item_id, at)
    request = c.requests.oldest("input_audio_buffer.commit")
    changes: list[ch.Change] = [ch.AudioCommitted(at, c, item, request)]
    if request is not None:
        c.requests.acknowledge(request, at)
        changes.append(ch.RequestAnswered(at, c, request))
    elif c.settings.turn_detection is not False and c.settings.creates_response:
        c.unanswered_turn = at
    return changes


def transcribed(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`input_audio_transcription.completed` or `.failed`: the user's words are known, or never will be."""
    item = c.item(event.item_id or "")
    if item is None:
        return stray(c, event.item_id, at)
    item.transcription = item.transcription or at
    failed = event.type.endswith(".failed")
    told = ch.Transcribed(at, c, item, None if failed else event.transcript or "", event.content_index or 0)
    if not event.transcript:
        return [told]
    item.text, item.has_text = event.transcript[:TEXT_LIMIT], True
    return [told, ch.ContentKnown(at, c, item)]


def timed_out(c: Connection, event: Event, at: Moment) -> list[ch.Change]:
    """`timeout_triggered` (server_vad with idle_timeout_ms) announces the id of an empty user item."""
    return [ch.IdleTimeout(at, c, _announce(c, event.item_id, at))]


def appended(c: Connection, record: Record) -> None:
    """Count the audio that the client appends; a folded record stands for a run of them."""
    c.appended_bytes += record.audio_bytes
    if record.t is not None:
        c.appended_until = record.t + int(record.audio_bytes / c.settings.input_bytes_per_ms * NS_PER_MS)


def drop_unheard(c: Connection) -> None:
    """A server that drops what the user talks over sends no end of it: nothing is active that has said nothing."""
    if c.dialect.drops_responses:
        unheard, c.unheard = c.unheard, {}
        for response in unheard.values():
            if response.first_output is None:
                c.response_ends(response.id)


def interrupt(c: Connection, at: Moment) -> None:
    """Note that whatever was being made or played was interrupted at *at*."""
    c.last_interruption = at
    for response in reversed(c.responses.values()):
        if response.interrupted is None and (response.active or response.playing_at(at.t)):
            response.interrupted, response.audio_bytes_then = at, response.audio_bytes
        else:  # those before it are over, or were interrupted with it
            break


def _announce(c: Connection, item_id: str | None, at: Moment) -> ItemLife | None:
    if not item_id:
        return None
    item = c.life(item_id)
    if item.announced is None:
        item.announced = at
        item.origin = "input_audio"
        item.type, item.role = "message", "user"
        item.label = c.labels.item(item.id, "message", "user", None)
        item.move(Move.ANNOUNCE)
    return item
