"""The LiveKit tap: records an `AgentSession`, or a plugin's bare `RealtimeSession`, from inside the program.

    import rtlog.recordings.taps.livekit as tap

    session = AgentSession(llm=openai.realtime.RealtimeModel())
    tap.attach(session, "call.rtlog.jsonl")
    await session.start(agent)

It listens to the SDK's public events, and hooks a few methods of the given objects (never a class) for what no event
tells. LiveKit is nowhere imported; what a release does not have is not told, and a mark in the recording says so.
`docs/taps.md` has what each release tells.
"""

from rtlog.recordings.taps.livekit.attaching import Tap, attach

__all__ = ["Tap", "attach"]
