"""A LiveKit agent that is interrupted while it speaks, recorded by the tap into `TAP_RECORDING` where that is set.

Run by the Python of an environment that holds one LiveKit release. The loudspeaker is a stand-in for a room's: it plays
nothing, says that it plays, and, when it is silenced, that it had played half a second.
"""

import asyncio
import os

from livekit import rtc
from livekit.agents import Agent, AgentSession, io
from livekit.plugins import openai

PLAYED_S = 0.5
LONGEST_S = 60
SPEECH = rtc.AudioFrame(bytes(2 * 4800), sample_rate=24_000, num_channels=1, samples_per_channel=4800)


class Loudspeaker(io.AudioOutput):
    """Takes audio and finishes only when it is told to be silent."""

    def __init__(self) -> None:
        super().__init__(label="loudspeaker", capabilities=io.AudioOutputCapabilities(pause=False))
        self.plays = asyncio.Event()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Take a frame; with the first one playback begins."""
        await super().capture_frame(frame)
        if not self.plays.is_set():
            self.plays.set()
            self.on_playback_started(created_at=0.0)

    def flush(self) -> None:
        """End a piece of audio."""
        super().flush()

    def clear_buffer(self) -> None:
        """Be silent."""
        self.on_playback_finished(playback_position=PLAYED_S, interrupted=True, synchronized_transcript="It is in")


async def main() -> None:
    """Run until the interrupted answer is part of the conversation."""
    model = openai.realtime.RealtimeModel(base_url=os.environ["OPENAI_BASE_URL"], api_key="unused")
    session, speaker, cut = AgentSession(llm=model), Loudspeaker(), asyncio.Event()
    session.output.audio = speaker
    if recording := os.environ.get("TAP_RECORDING"):
        import rtlog.recordings.taps.livekit as tap  # noqa: PLC0415 - where it is asked for

        tap.attach(session, recording)

    def committed(event: object) -> None:
        if getattr(event.item, "interrupted", False):
            cut.set()

    session.on("conversation_item_added", committed)
    async with asyncio.timeout(LONGEST_S):
        await session.start(Agent(instructions="You look up orders."), record=False)
        # There is no room that would.
        session._activity.push_audio(SPEECH)
        await speaker.plays.wait()
        await session.interrupt()
        await cut.wait()
        await session.aclose()


asyncio.run(main())
