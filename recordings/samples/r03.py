"""R3: a response in flight is anchored to an item the server deleted 396 ms ago (livekit/agents#6964, 1.6.8)."""

from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.sdk import committed, heard_history, push_begin, push_end, refused, reply
from rtlog.recordings.samples.tape import Tape
from rtlog.recordings.samples.turns import begin_message, end_message, history, speak


def tape() -> Tape:
    """Give the tape; its clock starts at the server's acknowledgement of the deletion."""
    t = Tape(
        "r03-stale-anchor-396ms",
        "A server item names a predecessor that was deleted 396 ms earlier",
        start=-9000,
        client="LiveKit Agents",
        sdk={"livekit-agents": "1.6.8", "livekit-plugins-openai": "1.6.8"},
    )
    # The client asks for every answer, so that none is both the VAD's and the client's.
    t.open(create=False)
    history(t, asked=True)
    heard_history(t)
    t.at(-42).local_event("item_removed", item_id=t.id("msg4"), role="assistant", empty=False)
    push_begin(t.at(-41), "push_1", "msg1 msg2 msg3")
    t.at(-40).client_delete("msg4")
    t.at(0).item_deleted("msg4")
    push_end(t.at(1), "push_1")
    stale = _answer(t)

    push_begin(t.at(899), "push_2", "msg1 msg2 msg3 Y", reason="handoff")
    ghost = t.at(900).client_create("Y", "msg3")
    t.at(940).duplicate(ghost, "Y")
    push_end(t.at(5900), "push_2", error="update_chat_ctx timed out.")
    t.close(6000)

    lost = Expected("RT102", "error", "proven", stale, ("Y",))
    recreated = Expected("RT104", "error", "proven", ghost, ("Y",), caused_by=lost)
    t.wire = [lost, recreated]
    t.local = [*t.wire, Expected("RT106", "error", "proven", ghost, ("Y",), caused_by=recreated)]
    return t


def _answer(t: Tape) -> Entry:
    asked = t.at(20).response_create("resp_1")
    reply(t, "requested", asked)
    t.at(100).response_created("resp_1", asked)
    reply(t.at(101), "created", asked)
    t.at(396).message("Y", "assistant", "One moment, please.")
    stale = begin_message(t, "resp_1", "Y", "msg4", 396)
    refused(t.at(397), "Y", "msg4")
    over = speak(t, "resp_1", "Y", 420, deltas=1)
    end_message(t, "resp_1", "Y", over + 10)
    t.at(over + 12).response_done("resp_1")
    committed(t, "Y", 850)
    return stale
