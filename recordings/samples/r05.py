"""R5: a barge-in between the audio part and its first byte; truncating at 0 is rejected (livekit/agents#6157, 1.6.4).

R5b: the same with 100 ms of audio, and the truncation is accepted.
"""

from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.tape import Tape
from rtlog.recordings.samples.turns import (
    begin_message,
    end_message,
    history,
    speak,
    speech,
    spoken_answer,
    user_turn,
    utterance_lands,
)


def tape() -> Tape:
    """Give R5."""
    t = Tape(
        "r05-truncate-before-audio-6157",
        "Truncating a message that has no audio yet is rejected",
        start=-9000,
        client=None,
        sdk={},
    )
    truncated = _interrupted(t, heard_ms=0)
    message = "Only model output audio messages can be truncated"
    t.at(240).error(truncated, "unsupported_content_type", message)
    _goes_on(t)
    added = t.first("conversation.item.added", "m")
    t.wire = [
        Expected("RT103", "info", "possible", added, ("m",)),
        Expected("RT301", "warning", "proven", truncated, ("m",)),
    ]
    return t


def twin() -> Tape:
    """Give R5b."""
    t = Tape(
        "r05b-truncate-after-audio",
        "Truncating at 0 ms is fine once there is audio",
        start=-9000,
        client=None,
        sdk={},
    )
    _interrupted(t, heard_ms=100)
    t.at(240).item_truncated("m", 0)
    _goes_on(t)
    return t


def _interrupted(t: Tape, *, heard_ms: int) -> Entry:
    """Let the answer m begin, *heard_ms* of its audio arrive, and the user speak up; gives the truncation."""
    t.open()
    history(t)
    user_turn(t, "msg5", "Where is it now?", "msg4", -400)
    t.at(-350).response_created("resp_1")
    t.at(60).message("m", "assistant", "")
    begin_message(t, "resp_1", "m", "msg5", 60)
    if heard_ms:
        speak(t, "resp_1", "m", 75, deltas=1, delta_ms=heard_ms)
    speech(t, "msg6", "No, wait, I mean the other parcel.", 80, 900)
    return t.at(90).client_truncate("m", 0)


def _goes_on(t: Tape) -> None:
    end_message(t, "resp_1", "m", 250, status="incomplete")
    t.at(252).response_done("resp_1", status="cancelled", reason="turn_detected")
    utterance_lands(t, "msg6", "m", 1000)
    spoken_answer(t, "resp_2", "msg7", "The other one was delivered yesterday.", "msg6", 1050)
    t.close(2500)
