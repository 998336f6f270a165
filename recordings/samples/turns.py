"""Whole turns, in the order the service says them: a spoken user turn, a spoken answer, a function call."""

from typing import Final

from rtlog.recordings.samples.ids import payload
from rtlog.recordings.samples.parts import Entry
from rtlog.recordings.samples.session import BYTES_PER_MS
from rtlog.recordings.samples.tape import APPEND_MS, DELTA_MS, Tape

LEAD_MS: Final = 3 * APPEND_MS
"""The microphone is open this long before the server hears speech."""
LANDING_MS: Final = 20
"""Between `committed` and the user's item."""
ASKED_MS: Final = 45
"""The client asks this long before the server begins to answer."""
GENERATION_MS: Final = 40
"""One audio delta of 250 ms is made in this time: generation runs ahead of playback."""


def user_turn(tape: Tape, label: str, text: str, previous: str | None, added: float, spoken_ms: int = 900) -> None:
    """Let the user speak and be transcribed: the item is added, done and transcribed at *added*."""
    speech(tape, label, text, added - LANDING_MS - spoken_ms, spoken_ms)
    utterance_lands(tape, label, previous, added)


def speech(tape: Tape, label: str, text: str, started: float, spoken_ms: int) -> None:
    """Let the server hear the user say *text* from *started* for *spoken_ms*."""
    stopped = started + spoken_ms
    tape.at(started).message(label, "user", text)
    tape.microphone(started - LEAD_MS, stopped)
    tape.at(started).speech_started(label)
    tape.at(stopped).speech_stopped(label)


def utterance_lands(tape: Tape, label: str, previous: str | None, added: float, *, transcribed: bool = True) -> Entry:
    """Commit the speech, then add the item (given) at *added*, done and, unless told otherwise, transcribed."""
    tape.at(added - LANDING_MS).committed(label, previous)
    announced = tape.at(added).item_added(label, previous)
    tape.item_done(label)
    if transcribed:
        tape.transcribed(label)
    return announced


def begin_message(tape: Tape, response: str, label: str, previous: str | None, ms: float, *, added: float = 0) -> Entry:
    """Announce a spoken answer's item, still empty: output_item.added at *ms*, item.added (given) *added* ms later."""
    tape.at(ms).output_item_added(response, label)
    announced = tape.at(ms + added).item_added(label, previous, status="in_progress")
    tape.part_event("content_part.added", response, label, part={"type": "audio", "transcript": ""})
    return announced


def speak(tape: Tape, response: str, label: str, ms: float, deltas: int, delta_ms: int = DELTA_MS) -> float:
    """Stream *deltas* pieces of audio and of transcript from *ms* on; give when the last one is out."""
    tape.items[label].sounded = True
    words = tape.items[label].text.split(" ")
    share = -(-len(words) // deltas)
    for number in range(deltas):
        piece = " ".join(words[number * share : (number + 1) * share])
        if piece:
            spoken = piece if number == 0 else f" {piece}"
            tape.at(ms).part_event("output_audio_transcript.delta", response, label, delta=spoken)
        audio = payload(delta_ms * BYTES_PER_MS, tape.name, label, str(number))
        tape.at(ms).part_event("output_audio.delta", response, label, audio, delta="")
        ms += GENERATION_MS
    return ms - GENERATION_MS


def end_message(tape: Tape, response: str, label: str, ms: float, status: str = "completed") -> None:
    """Finish a spoken answer's item; `incomplete` when it was cut."""
    text = tape.items[label].text
    if tape.items[label].sounded:
        tape.at(ms).part_event("output_audio.done", response, label)
        tape.part_event("output_audio_transcript.done", response, label, transcript=text)
    tape.at(ms).part_event("content_part.done", response, label, part={"type": "audio", "transcript": text})
    end_item(tape, response, label, ms, status)


def end_item(tape: Tape, response: str, label: str, ms: float, status: str = "completed") -> None:
    """Finish an output item."""
    tape.at(ms).item_done(label, status=status)
    tape.output_item_done(response, label, status=status)


def spoken_answer(
    tape: Tape, response: str, label: str, text: str, previous: str | None, ms: float, *, asked: bool = False
) -> None:
    """Answer aloud: created at *ms*, a second of audio, done; *asked*: the client asked for it, not the VAD."""
    request = tape.at(ms - ASKED_MS).response_create(response) if asked else None
    tape.at(ms).message(label, "assistant", text)
    tape.response_created(response, request)
    begin_message(tape, response, label, previous, ms + 10)
    over = speak(tape, response, label, ms + 20, deltas=4)
    end_message(tape, response, label, over + 10)
    tape.at(over + 12).response_done(response)


def call_made(tape: Tape, response: str, label: str, previous: str | None, added: float, done: float) -> None:
    """Let the response call its function: item.added at *added*, arguments until *done*, item done 2 ms later."""
    arguments = tape.items[label].text
    tape.at(added - 2).output_item_added(response, label)
    tape.at(added).item_added(label, previous, status="in_progress")
    tape.at((added + done) // 2).arguments_event("delta", response, label, delta=arguments)
    name = tape.items[label].name
    tape.at(done).arguments_event("done", response, label, name=name, arguments=arguments)
    end_item(tape, response, label, done + 2)


def history(tape: Tape, *, asked: bool = False) -> None:
    """Let the session have had two exchanges, msg1 to msg4, heard to their ends 6 s after its start."""
    begin = tape.start + 500
    user_turn(tape, "msg1", "Hello, I am calling about a parcel.", None, begin + 1300)
    spoken_answer(tape, "H1", "msg2", "Good morning, what is the order number?", "msg1", begin + 1350, asked=asked)
    user_turn(tape, "msg3", "It is seven seven four one.", "msg2", begin + 4300)
    spoken_answer(tape, "H2", "msg4", "Thank you, what would you like to know?", "msg3", begin + 4350, asked=asked)
