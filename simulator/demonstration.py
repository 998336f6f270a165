"""A whole session, recorded without key or network: server, proxy tap and client on the loopback, in story time."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy import Options, ProxyTap, Request
from rtlog.simulator import scenarios
from rtlog.simulator.client.call_center import CallCenter
from rtlog.simulator.client.client import PushError, RealtimeClient
from rtlog.simulator.client.profile import LIVEKIT_1_4
from rtlog.simulator.server import SimulatedServer

if TYPE_CHECKING:
    from rtlog.recordings.recorder import Recorder
    from rtlog.simulator.wire import Fields

SCENARIO: Final = "in_flight_delete"
TARGET: Final = "/realtime?model=gpt-realtime"
LONGEST_S: Final = 30.0
"""Seconds after which a run that should take five is given up."""
LAST_WORDS_S: Final = 1.0


async def demonstrate(options: Options, *, pace: float = 1) -> Path:
    """Record the race of livekit/agents#5021; gives the recording's path. *pace* stretches its 4 s.

    The wire and what the client tells of itself go into one recording. Raises RtlogError where it cannot be made.
    """
    scenario = scenarios.load(SCENARIO)
    options = replace(options, title=options.title or scenario.title)
    told: list[Recorder] = []

    def opened(recorder: "Recorder", _: Request) -> None:
        told.append(recorder)

    def tell(event: "Fields") -> None:
        for recorder in told:
            recorder.local(event)

    async with (
        SimulatedServer(scenario, pace=pace) as server,
        ProxyTap(f"{server.origin}/v1", options=options, on_open=opened) as tap,
    ):
        url = f"{tap.url.replace('http://', 'ws://')}{TARGET}"
        try:
            async with asyncio.timeout(LONGEST_S), RealtimeClient(url, LIVEKIT_1_4, tell) as client:
                await CallCenter(client, pace=pace).run()
        except (OSError, TimeoutError, PushError) as error:
            raise RtlogError(f"the demo did not come to its end: {error or 'it took too long'}; try again") from error
        await tap.idle(LAST_WORDS_S)
    paths = tap.summary().paths
    if not paths or tap.summary().lossy:
        raise RtlogError("the demo could not be recorded here; choose another place with -o")
    return paths[0]
