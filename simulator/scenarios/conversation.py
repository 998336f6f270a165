"""A healthy agent: it answers what is said or written, and calls no tools."""

from typing import Final

from rtlog.simulator.scenario import Scenario

SCENARIO: Final = Scenario("a healthy conversation")
