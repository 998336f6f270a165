"""The race of livekit/agents#5021: a push of the context deletes a function call that is on its way to its tool.

The client has created its history and begins to send audio: that is msg5. The next item that it creates is a summary at
the head; while that is on its way the server calls a function (FC) and the user speaks again (msg6u, whose predecessor
is FC from now on). What the client does next decides: it may delete FC with the items that it summarized. Once it sends
the call's output, msg6u and its answer land. Offsets are the thread's, in ms after the summary.
"""

from typing import Final

from rtlog.simulator.scenario import (
    Appended,
    Call,
    Finish,
    Hold,
    Pause,
    Release,
    Respond,
    Say,
    Scenario,
    Sent,
    SpeechStarts,
    SpeechStops,
    Step,
    Transcribed,
    UserItem,
)

CREATE: Final = Sent("conversation.item.create")
OUTPUT: Final = Sent("conversation.item.create", "function_call_output")
DELETE: Final = Sent("conversation.item.delete")

USER_TURN: Final[tuple[Step, ...]] = (
    Appended(300),
    Hold(CREATE),
    SpeechStarts("msg5", "Where is it now?"),
    Pause(880),
    SpeechStops("msg5"),
    Pause(20),
    UserItem("msg5"),
    Transcribed("msg5"),
    Pause(50),
    Respond("R1"),
)
SUMMARY: Final[tuple[Step, ...]] = (
    CREATE,
    Pause(81),
    Call("R1", "FC", "lookup_order", '{"order":"7741"}'),
    Finish("R1"),
    Pause(18),
    SpeechStarts("msg6u", "Are you still there?"),
    Pause(60),
    SpeechStops("msg6u"),
    Hold(DELETE),
    Pause(35),
    Release(),
)
OLD_HALF: Final[tuple[Step, ...]] = (
    DELETE,
    Hold(OUTPUT),
    Pause(201),
    Release(2),
    Pause(4),
    Release(),
)
TOOL_OUTPUT: Final[tuple[Step, ...]] = (
    OUTPUT,
    Pause(68),
    Release(),
    Hold(CREATE),
    Pause(50),
    UserItem("msg6u"),
    Pause(5),
    Transcribed("msg6u"),
    Pause(5),
    Respond("R2"),
    Pause(10),
    Say("R2", "msg7", "Yes, it is on its way and in Lyon today."),
    Finish("R2"),
)
REPAIR: Final[tuple[Step, ...]] = (CREATE, Pause(60), Release(1), Pause(1), Release(1), Pause(1), Release())

SCENARIO: Final = Scenario(
    "a context push deletes a function call that is on its way to its tool",
    (*USER_TURN, *SUMMARY, *OLD_HALF, *TOOL_OUTPUT, *REPAIR),
    listens=False,
)
