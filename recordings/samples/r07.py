"""R7: an answer nobody heard is deleted on the server and kept in the application (livekit/agents-js#1903)."""

from rtlog.recordings.samples.parts import Expected
from rtlog.recordings.samples.sdk import committed, heard_history, push_begin, push_end
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
    """Give the tape; its clock starts when the user speaks up."""
    t = Tape(
        "r07-delete-then-local-insert-js1903",
        "An unheard answer is deleted, committed locally, and created again",
        start=-9000,
        client="LiveKit-Agents-JS",
        sdk={"@livekit/agents": "1.1.0", "@livekit/agents-plugin-openai": "1.1.0"},
    )
    t.open()
    history(t)
    heard_history(t)
    user_turn(t, "msg5", "Where is it now?", "msg4", -550)
    committed(t, "msg5", -540)
    t.at(-500).response_created("resp_1")
    t.at(-100).message("m", "assistant", "It left Lyon")
    begin_message(t, "resp_1", "m", "msg5", -100)
    speak(t, "resp_1", "m", -60, deltas=2)

    speech(t, "msg6", "Sorry, I meant the other one.", 0, 900)
    end_message(t, "resp_1", "m", 5, status="incomplete")
    t.at(6).response_done("resp_1", status="cancelled", reason="turn_detected")
    t.at(8).local_event("playback_position", item_id=t.id("m"), ms=0)
    t.at(9).local_event("truncate_called", item_id=t.id("m"), audio_end_ms=0)
    deleted = t.at(10).client_delete("m")
    t.at(90).item_deleted("m")
    committed(t, "m", 95, interrupted=True)

    # The user's item follows msg5: m was gone when it was committed.
    utterance_lands(t, "msg6", "msg5", 920)
    committed(t, "msg6", 930)
    spoken_answer(t, "resp_2", "msg7", "The other one was delivered yesterday.", "msg6", 970)
    committed(t, "msg7", 2100)

    push_begin(t.at(2200), "push_1", "msg1 msg2 msg3 msg4 msg5 m msg6 msg7")
    t.at(2201).client_create("m", "msg5")
    t.at(2280).item_added("m", "msg5")
    t.item_done("m")
    push_end(t.at(2282), "push_1")
    t.close(2500)

    t.wire = t.local = [Expected("RT105", "error", "proven", deleted, ("m",))]
    return t
