"""What the server does: it places a turn behind the call that the client's push is about to delete.

msg5 is spoken, so that a client with placeholders has it at its context's tail when the call is placed behind it: a
config item stands there after the start, and livekit/agents#5114 would skip the placeholder. The script only waits for
what the client sends. The tool cannot start before the client has pushed its context, because the call's arguments come
after that; the user's turn was committed before it, so its predecessor is the call.
"""

from dataclasses import replace

from rtlog.simulator.scenario import (
    Appended,
    Argued,
    Call,
    Finish,
    Respond,
    Say,
    Scenario,
    Sent,
    SpeechStarts,
    SpeechStops,
    Spoken,
    Transcribed,
    UserItem,
)

CREATED = Sent("conversation.item.create", count=4)
SUMMARY = Sent("conversation.item.create")
CANCELLED = Sent("response.cancel")
"""The client's reflex on speech; waited for, because it must not hit the response that follows."""
DELETED = Sent("conversation.item.delete", count=2)
OUTPUT = Sent("conversation.item.create", "function_call_output")

SCENARIO = Scenario(
    "the client pushes its context while a function call is on its way to its tool",
    (
        CREATED,
        Appended(200),
        SpeechStarts("msg5", "Where is my order?"),
        CANCELLED,
        SpeechStops("msg5"),
        UserItem("msg5"),
        Transcribed("msg5"),
        SpeechStarts("msg6", "Are you still there?"),
        CANCELLED,
        Respond("R1"),
        Call("R1", "FC", "lookup_order", '{"order":"7741"}', whole=False),
        SpeechStops("msg6"),
        SUMMARY,
        DELETED,
        Argued("FC"),
        Finish("R1"),
        OUTPUT,
        UserItem("msg6"),
        Respond("R2"),
        Say("R2", "msg7", "Yes, it is in Lyon today."),
        Finish("R2"),
    ),
    replies=(Spoken("Your order is in Lyon."),),
    listens=False,
)

INTERRUPTED = Scenario(
    "the agent answers a turn, and is interrupted while the answer plays",
    (
        Appended(200),
        SpeechStarts("msg1", "Where is my order?"),
        SpeechStops("msg1"),
        UserItem("msg1"),
        Transcribed("msg1"),
        Respond("R1"),
        Say("R1", "msg2", "It is in Lyon today."),
        Sent("conversation.item.truncate"),
    ),
    listens=False,
)


def race(release: str) -> Scenario:
    """Play #5021; since 1.5.1 speech cancels nothing where nothing is active, and nobody must wait for that."""
    if release in {"1.4.6", "1.5.0"}:
        return SCENARIO
    return replace(SCENARIO, steps=tuple(step for step in SCENARIO.steps if step is not CANCELLED))
