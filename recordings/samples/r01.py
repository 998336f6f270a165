"""R1: a context push deletes a function call that the application has not seen yet (livekit/agents#5021, 1.4.6)."""

from rtlog.recordings.samples import story_5021 as story
from rtlog.recordings.samples.parts import Entry, Expected
from rtlog.recordings.samples.sdk import refused
from rtlog.recordings.samples.tape import Tape


def tape() -> Tape:
    """Give the tape."""
    t = Tape(
        "r01-in-flight-delete-5021",
        "A summary's push deletes a function call that is on its way to the tool",
        start=-9000,
        client="LiveKit Agents",
        sdk={"livekit-agents": "1.4.6", "livekit-plugins-openai": "1.4.6"},
    )
    story.opening(t)
    story.summary_goes_in(t)
    deleted = story.old_half_goes_out(t, with_call=True)
    answered = story.tool_runs(t, "msg5")
    stale = story.later_items_land(t, deltas=3, played=2320)
    refused(t.at(1521), "msg6u", "FC")
    refused(t.at(1541), "msg7", "msg6u")
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


def _mirror_is_repaired(t: Tape) -> tuple[Entry, Entry, Entry]:
    ghosts = t.at(2500).client_create("FC", "msg5"), t.client_create("msg6u", "FCO"), t.client_create("msg7", "msg6u")
    t.at(2560).item_added("FC", "msg5")
    t.item_done("FC")
    t.at(2561).duplicate(ghosts[1], "msg6u")
    t.at(2562).duplicate(ghosts[2], "msg7")
    return ghosts
