"""The scenario of livekit/agents#5021 that R1, R2 and R9 share: a summary's push while a function call is on its way.

The tape's clock is the thread's T+.
"""

from rtlog.recordings.samples.parts import Entry
from rtlog.recordings.samples.sdk import committed, heard_history, push_begin, push_end
from rtlog.recordings.samples.tape import Tape
from rtlog.recordings.samples.turns import begin_message, call_made, end_message, history, speak, user_turn


def opening(t: Tape) -> None:
    """Two exchanges, the user's question msg5, and the response that will call the function."""
    t.open()
    history(t)
    user_turn(t, "msg5", "Where is it now?", "msg4", -900)
    heard_history(t)
    committed(t, "msg5", -880)
    t.at(-850).response_created("resp_1")


def summary_goes_in(t: Tape) -> None:
    """First push: the summary; meanwhile the server adds FC, and commits msg6u behind it."""
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


def old_half_goes_out(t: Tape, *, with_call: bool) -> Entry:
    """Second push: msg1 and msg2 are deleted and, *with_call*, FC; gives the last deletion."""
    kept = "" if with_call else " FC"
    push_begin(t.at(228), "push_2", f"sum msg3 msg4 msg5{kept}", reason="summarize")
    t.at(229).client_delete("msg1")
    deletion = t.client_delete("msg2")
    if with_call:
        deletion = t.client_delete("FC")
        t.at(434).item_deleted("FC")
    t.at(430).item_deleted("msg1")
    t.item_deleted("msg2")
    push_end(t.at(436), "push_2")
    return deletion


def tool_runs(t: Tape, anchor: str) -> Entry:
    """Run the tool and send its output, created behind *anchor*; gives the creation."""
    t.at(1034).tool("started", "FC")
    t.at(1400).tool("finished", "FC")
    t.at(1402).output("FCO", "call_1", '{"status":"in transit","city":"Lyon"}')
    answered = t.client_create("FCO", anchor)
    t.at(1470).item_added("FCO", anchor)
    t.item_done("FCO")
    committed(t, "FCO", 1472)
    return answered


def later_items_land(t: Tape, *, deltas: int, played: float) -> Entry:
    """Add msg6u, whose predecessor is FC, and its answer msg7, heard by *played*; gives the addition of msg6u."""
    added = t.at(1520).item_added("msg6u", "FC")
    t.item_done("msg6u")
    t.at(1525).transcribed("msg6u")
    committed(t, "msg6u", 1526)

    t.at(1530).response_created("resp_2")
    t.message("msg7", "assistant", "Yes, it is on its way and in Lyon today.")
    begin_message(t, "resp_2", "msg7", "msg6u", 1530, added=10)
    over = speak(t, "resp_2", "msg7", 1560, deltas)
    end_message(t, "resp_2", "msg7", over + 10)
    t.at(over + 12).response_done("resp_2")
    committed(t, "msg7", played)
    return added
