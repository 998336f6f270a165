"""A comparison for programs."""

from importlib.metadata import version
from typing import TextIO

from rtlog.cli.diffing.sides import Page
from rtlog.cli.formats.wording import json_of
from rtlog.timelines.diffing.documenting import document_of


def render(page: Page, _context: int, stream: TextIO) -> None:
    """Print the document of *page*: every difference, none of its surroundings."""
    document = document_of(page.comparison, page.sides, page.tellers, f"rtlog {version('rtlog')}")
    stream.write(json_of(document, indent=2) + "\n")
