"""The server of `in_flight_delete`, for a client that keeps a placeholder of each item it has not heard of yet."""

from typing import Final

from rtlog.simulator.scenario import Scenario
from rtlog.simulator.scenarios import in_flight_delete as race

SCENARIO: Final = Scenario(
    "a context push keeps a function call that is on its way to its tool",
    (*race.USER_TURN, *race.SUMMARY, *race.OLD_HALF, *race.TOOL_OUTPUT),
    listens=False,
)
