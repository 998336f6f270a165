"""R1: a context push deletes a function call that the application has not seen yet (livekit/agents#5021, 1.4.6).

The tape's clock is the thread's T+.
"""

from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.sdk import committed, heard_history, push_begin, push_end, refused
from rtlog.recordings.samples.tape import Tape
from rtlog.recordings.samples.turns import begin_message, call_made, end_message, history, speak, user_turn


def tape() -> Tape:
    """Give the tape."""
    t = Tape(
        "r01-in-flight-delete-5021",
        "A summary's push deletes a function call that is on its way to the tool",
        start=-9000,
        client="LiveKit Agents",
        sdk={"livekit-agents": "1.4.6", "livekit-plugins-openai": "1.4.6"},
    )
    t.open()
    history(t, -8500)
    user_turn(t, "msg5", "Where is it now?", "msg4", -900)
    heard_history(t)
    _summary_goes_in(t)
    deleted = _old_half_goes_out(t)
    answered = _tool_runs(t)
    stale = _later_items_land(t)
    ghosts = _mirror_is_repaired(t)
    t.close(2700)

    in_flight = Expected("RT101", "error", "proven", deleted, ("FC",), calls=("call_1",))
    lost = Expected("RT102", "error", "proven", stale, ("msg6u",), caused_by=in_flight)
    t.wire = t.local = [
        in_flight,
        Expected("RT404", "error", "proven", answered, ("FCO",), calls=("call_1",), caused_by=in_flight),
        lost,
        Expected("RT104", "error", "proven", ghosts[0], ("FC",), calls=("call_1",), caused_by=in_flight),
        Expected("RT104", "error", "proven", ghosts[1], ("msg6u",), caused_by=lost),
        Expected("RT104", "error", "proven", ghosts[2], ("msg7",), caused_by=lost),
    ]
    return t


def _summary_goes_in(t: Tape) -> None:
    t.at(-850).response_created("resp_1")
    push_begin(t.at(0), "push_1", "sum msg1 msg2 msg3 msg4 msg5", reason="summarize")
    t.at(1).message("sum", "system", "The caller asks about order 7741.", spoken=False, own=True)
    t.client_create("sum", "root")

    t.at(80).call("FC", "call_1", '{"order":"7741"}')
    call_made(t, "resp_1", "FC", "msg5", added=82, done=110)
    t.at(112).response_done("resp_1")

    t.microphone(-170, 130)
    t.at(130).message("msg6u", "user", "Are you still there?")
    t.speech_started("msg6u")
    t.microphone(180, 180)
    t.at(190).speech_stopped("msg6u")
    t.committed("msg6u", "FC")

    t.at(225).item_added("sum", None)
    t.item_done("sum")
    push_end(t.at(227), "push_1")


def _old_half_goes_out(t: Tape) -> Entry:
    push_begin(t.at(228), "push_2", "sum msg3 msg4 msg5", reason="summarize")
    t.at(229).client_delete("msg1")
    t.client_delete("msg2")
    deleted = t.client_delete("FC")
    t.at(430).item_deleted("msg1")
    t.item_deleted("msg2")
    t.at(434).item_deleted("FC")
    push_end(t.at(436), "push_2")
    return deleted


def _tool_runs(t: Tape) -> Entry:
    t.at(1034).tool("started", "FC")
    t.at(1400).tool("finished", "FC")
    t.at(1402).output("FCO", "call_1", '{"status":"in transit","city":"Lyon"}')
    answered = t.client_create("FCO", "msg5")
    t.at(1470).item_added("FCO", "msg5")
    t.item_done("FCO")
    committed(t, "FCO", 1472)
    return answered


def _later_items_land(t: Tape) -> Entry:
    stale = t.at(1520).item_added("msg6u", "FC")
    t.item_done("msg6u")
    refused(t.at(1521), "msg6u", "FC")
    t.at(1525).transcribed("msg6u")
    committed(t, "msg6u", 1526)

    t.at(1530).response_created("resp_2")
    t.message("msg7", "assistant", "Yes, it is on its way and in Lyon today.")
    begin_message(t, "resp_2", "msg7", "msg6u", 1530, added=10)
    refused(t.at(1541), "msg7", "msg6u")
    over = speak(t, "resp_2", "msg7", 1560, deltas=3)
    end_message(t, "resp_2", "msg7", over + 10)
    t.at(over + 12).response_done("resp_2")
    committed(t, "msg7", 2320)
    return stale


def _mirror_is_repaired(t: Tape) -> tuple[Entry, Entry, Entry]:
    ghosts = t.at(2500).client_create("FC", "msg5"), t.client_create("msg6u", "FCO"), t.client_create("msg7", "msg6u")
    t.at(2560).item_added("FC", "msg5")
    t.item_done("FC")
    t.at(2561).duplicate(ghosts[1], "msg6u")
    t.at(2562).duplicate(ghosts[2], "msg7")
    return ghosts
