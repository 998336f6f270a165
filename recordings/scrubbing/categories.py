"""What can be scrubbed, by what it is about."""

from enum import StrEnum


class Category(StrEnum):
    """A kind of private text; each can be kept by its name."""

    SPOKEN = "spoken"
    """What a person or a model said or wrote."""
    ARGUMENTS = "arguments"
    """What tools were called with."""
    OUTPUTS = "outputs"
    """What tools answered, and the errors they raised."""
    INSTRUCTIONS = "instructions"
    TOOLS = "tools"
    """Descriptions and parameters of tools; their names are always kept."""
    METADATA = "metadata"
    NOTES = "notes"
    """The title, marks and log lines."""
    ADDRESSES = "addresses"
    """Hosts, paths and headers that name an account or a machine."""
    AUDIO = "audio"
    """Sounds and images."""
    OTHER = "other"
    """Text under a name that no table knows, and what an error quotes."""
