"""Every planted crossing, by the rule that must find it."""

from sessions import plants_items, plants_responses, plants_tools
from sessions.planting import GARDEN, Plant, planted

PLANTS = tuple(GARDEN.plants)
MODULES = (plants_items, plants_responses, plants_tools)

__all__ = ["MODULES", "PLANTS", "Plant", "planted"]
