"""R10: a tool output at the local tail drops two placeholders, and the push deletes both messages (livekit 1.6.5)."""

from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.sdk import committed, heard_history, push_begin, push_end, skipped
from rtlog.recordings.samples.tape import Tape
from rtlog.recordings.samples.turns import call_made, end_item, history, speech, user_turn, utterance_lands


def tape() -> Tape:
    """Give the tape; its clock starts at the push."""
    t = Tape(
        "r10-in-flight-message-delete",
        "A push deletes an answer that is being made and a user turn that is not transcribed yet",
        start=-15_000,
        client="LiveKit Agents",
        sdk={"livekit-agents": "1.6.5", "livekit-plugins-openai": "1.6.5"},
    )
    t.open(interrupt=False)
    history(t)
    heard_history(t)
    _tool_has_run(t)
    begun = t.at(-3010).response_created("resp_2")
    t.at(-3000).message("msg6", "assistant", "")
    t.output_item_added("resp_2", "msg6")
    t.item_added("msg6", "FC", status="in_progress")
    dropped_6 = skipped(t.at(-2999), "msg6", "FC", tail="FCO")
    speech(t, "msg7", "Hello? Can you hear me at all?", -2400, 2200)
    t.at(-200).committed("msg7", "msg6")
    t.at(-150).item_added("msg7", "msg6")
    t.item_done("msg7")
    dropped_7 = skipped(t.at(-149), "msg7", "msg6", tail="FCO")

    push_begin(t.at(-1), "push_1", "msg1 msg2 msg3 msg4 msg5 msg5b FC FCO")
    deleted_6 = t.at(0).client_delete("msg6")
    deleted_7 = t.client_delete("msg7")
    t.client_create("FCO", "FC")
    t.at(78).item_deleted("msg6")
    t.item_deleted("msg7")
    t.at(80).item_added("FCO", "FC")
    t.item_done("FCO")
    push_end(t.at(81), "push_1")
    t.at(89).local_event("interrupt_called", item_id=t.id("msg6"), reason="a tool's output was pushed")
    t.at(90).response_cancel()
    end_item(t, "resp_2", "msg6", 149, status="incomplete")
    t.at(150).response_done("resp_2", status="cancelled", reason="client_cancelled")
    t.close(300)

    early = Expected("RT403", "info", "proven", begun, ("FC",), responses=("resp_2",), calls=("call_1",))
    t.wire = [
        early,
        Expected("RT101", "error", "proven", deleted_6, ("msg6",)),
        Expected("RT101", "warning", "likely", deleted_7, ("msg7",)),
    ]
    t.local = [early, *_roots(dropped_6, deleted_6, "msg6"), *_roots(dropped_7, deleted_7, "msg7")]
    return t


def _tool_has_run(t: Tape) -> None:
    """Two sentences of the user, a call made for the first; its output stays in the application's context."""
    user_turn(t, "msg5", "Where is it now?", "msg4", -6500)
    committed(t, "msg5", -6490)
    t.at(-6450).response_created("resp_1")
    # The second sentence has to wait: its response comes once resp_1 is done.
    speech(t, "msg5b", "I ordered it last week.", -6100, 600)
    utterance_lands(t, "msg5b", "msg5", -5480)
    committed(t, "msg5b", -5470)
    t.at(-5400).call("FC", "call_1", '{"order":"7741"}')
    call_made(t, "resp_1", "FC", "msg5b", added=-5400, done=-5300)
    t.at(-5298).response_done("resp_1")
    t.at(-5200).tool("started", "FC")
    t.at(-3500).tool("finished", "FC")
    t.at(-3400).output("FCO", "call_1", '{"status":"in transit","city":"Lyon"}')
    committed(t, "FCO", -3400)


def _roots(dropped: Entry, deleted: Entry, label: str) -> tuple[Expected, Expected]:
    root = Expected("RT111", "warning", "proven", dropped, (label,))
    return root, Expected("RT101", "error", "proven", deleted, (label,), caused_by=root)
