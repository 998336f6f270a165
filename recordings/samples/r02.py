"""R2: R1's server and timing, and a client that keeps a placeholder for the call (livekit/agents#5114, 1.5.0)."""

from rtlog.recordings.samples import story_5021 as story
from rtlog.recordings.samples.sdk import placeholder, skipped
from rtlog.recordings.samples.tape import Tape


def tape() -> Tape:
    """Give the tape."""
    t = Tape(
        "r02-in-flight-delete-fixed",
        "The same push, with a placeholder for the call: nothing is lost",
        start=-9000,
        client="LiveKit Agents",
        sdk={"livekit-agents": "1.5.0", "livekit-plugins-openai": "1.5.0"},
    )
    story.opening(t)
    story.summary_goes_in(t)
    placeholder(t.at(83), "FC", "msg5")
    story.old_half_goes_out(t, with_call=False)
    story.tool_runs(t, "FC")
    story.later_items_land(t, deltas=1, played=1850)
    skipped(t.at(1521), "msg6u", "FC", tail="FCO")
    placeholder(t.at(1541), "msg7", "msg6u")
    t.close(1900)
    return t
