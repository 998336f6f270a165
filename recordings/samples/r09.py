"""R9: #5021 again in a client with placeholders: a local-only item at the tail drops the call's (livekit 1.8.9)."""

from rtlog.recordings.samples import story_5021 as story
from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.sdk import push_begin, push_end, skipped
from rtlog.recordings.samples.tape import Tape


def tape() -> Tape:
    """Give the tape."""
    t = Tape(
        "r09-config-item-at-tail",
        "A configuration item at the local tail drops the call's placeholder, and the push deletes the call",
        start=-9000,
        client="LiveKit Agents",
        sdk={"livekit-agents": "1.8.9", "livekit-plugins-openai": "1.8.9"},
    )
    story.opening(t)
    t.at(-500).local_event("item_committed", item_id=t.id("config_1"), kind="agent_config_update", empty=False)
    story.summary_goes_in(t)
    dropped = skipped(t.at(83), "FC", "msg5", tail="config_1")
    deleted = story.old_half_goes_out(t, with_call=True)
    answered = story.tool_runs(t, "msg5")
    stale = story.later_items_land(t, deltas=3, played=2320)
    # Since 1.7.1 the mirror appends what it cannot anchor, so msg6u and msg7 are not created again.
    message = "placed a chat history item after an unknown item; appended it instead"
    t.at(1521).local_event("log", level="warning", message=message)
    skipped(t.at(1522), "msg6u", "FC", tail="FCO")

    push_begin(t.at(2499), "push_3", "sum msg3 msg4 msg5 FC FCO msg6u msg7")
    ghost = t.at(2500).client_create("FC", "msg5")
    t.at(2560).item_added("FC", "msg5")
    t.item_done("FC")
    push_end(t.at(2562), "push_3")
    t.close(2700)

    acts = deleted, answered, stale, ghost
    root = Expected("RT111", "warning", "proven", dropped, ("FC",), calls=("call_1",))
    t.wire = _consequences(None, *acts)
    t.local = [root, *_consequences(root, *acts)]
    return t


def _consequences(root: Expected | None, deleted: Entry, answered: Entry, stale: Entry, ghost: Entry) -> list[Expected]:
    call = ("call_1",)
    in_flight = Expected("RT101", "error", "proven", deleted, ("FC",), calls=call, caused_by=root)
    return [
        in_flight,
        Expected("RT404", "error", "proven", answered, ("FCO",), calls=call, caused_by=in_flight),
        Expected("RT102", "error", "proven", stale, ("msg6u",), caused_by=in_flight),
        Expected("RT104", "error", "proven", ghost, ("FC",), calls=call, caused_by=in_flight),
    ]
