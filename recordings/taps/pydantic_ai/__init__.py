"""The pydantic-ai tap: records a realtime session, from the socket of its model to its tools and its history.

    import rtlog.recordings.taps.pydantic_ai as tap

    tap.attach(model, "call.rtlog.jsonl")
    async with agent.realtime(model).session() as session:
        ...

The socket is configured before there is a session, so it is the model that is attached: for the next session that it
opens. A `RealtimeSession` that is attached under way is heard from there on. pydantic-ai is not imported here, but
taken as the program has loaded it; what a release does not have is not told, and a mark in the recording says so.
"""

from rtlog.recordings.taps.pydantic_ai.attaching import attach

__all__ = ["attach"]
