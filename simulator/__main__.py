"""`python -m rtlog.simulator`: the simulated server, until it is interrupted."""

import argparse
import asyncio
import sys
from contextlib import suppress
from typing import Final

from rtlog.recordings.errors import RtlogError
from rtlog.simulator import scenarios
from rtlog.simulator.server import SimulatedServer

USAGE: Final = 2


def main() -> None:
    """Serve the scenario that the command line names; exit code 2 where that cannot be done."""
    asked = _arguments()
    try:
        server = SimulatedServer(
            scenarios.load(asked.scenario), host=asked.host, port=asked.port, pace=asked.pace, seed=asked.seed
        )
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(server))
    except RtlogError as error:
        sys.stderr.write(f"rtlog.simulator: {error}\n")
        sys.exit(USAGE)


async def _serve(server: SimulatedServer) -> None:
    async with server:
        sys.stderr.write(
            f"{server.scenario.title}: base URL {server.base_url}, WebSocket {server.origin}/v1/realtime\n"
        )
        sys.stderr.flush()
        await asyncio.Event().wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rtlog.simulator", description="A realtime server for tests.")
    parser.add_argument("--scenario", default="conversation", help=f"one of {', '.join(scenarios.names())}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--pace", type=float, default=1.0, help="1: the story's own time, 0: as fast as can be")
    parser.add_argument("--seed", default="rtlog", help="decides the ids")
    return parser.parse_args()


if __name__ == "__main__":
    main()
