"""The part of SARIF 2.1.0 that reports need (OASIS standard, section numbers in brackets)."""

from typing import Literal

import msgspec

Level = Literal["error", "warning", "note"]


class Part(msgspec.Struct, rename="camel", omit_defaults=True):
    """An object of the document: keys in camel case, nothing written that is not set."""


class Message(Part):
    """Plain text [3.11]."""

    text: str


class Multiformat(Part):
    """Text, and the same as Markdown [3.12]."""

    text: str
    markdown: str | None = None


class ArtifactLocation(Part):
    """A file [3.4]."""

    uri: str


class Region(Part):
    """A line of a file [3.30]."""

    start_line: int


class PhysicalLocation(Part):
    """A place in a file [3.29]."""

    artifact_location: ArtifactLocation
    region: Region | None = None


class Location(Part, kw_only=True):
    """A place, and why it matters [3.28]; `id` is unique within a result."""

    id: int | None = None
    physical_location: PhysicalLocation
    message: Message | None = None


class ThreadFlowLocation(Part):
    """A step of a story [3.38]."""

    location: Location
    nesting_level: int
    execution_order: int
    importance: Literal["essential", "important"]


class ThreadFlow(Part):
    """Steps in order [3.37]."""

    locations: list[ThreadFlowLocation]


class CodeFlow(Part):
    """A story [3.36]."""

    message: Message
    thread_flows: list[ThreadFlow]


class ResultProperties(Part):
    """What SARIF has no key for."""

    id: str
    certainty: str
    connection: int
    consequences: list[str] = []
    prevented_by: list[str] = []


class Result(Part, kw_only=True):
    """A finding [3.27]."""

    rule_id: str
    rule_index: int
    level: Level
    message: Message
    locations: list[Location]
    related_locations: list[Location] = []
    code_flows: list[CodeFlow] = []
    partial_fingerprints: dict[str, str]
    properties: ResultProperties


class ReportingConfiguration(Part):
    """How grave a rule's findings can be [3.50]."""

    level: Level


class DescriptorProperties(Part):
    """What code scanning reads beside the standard."""

    tags: list[str]


class ReportingDescriptor(Part):
    """A rule [3.49]."""

    id: str
    name: str
    short_description: Multiformat | None = None
    full_description: Multiformat | None = None
    help: Multiformat | None = None
    default_configuration: ReportingConfiguration | None = None
    properties: DescriptorProperties | None = None


class ToolComponent(Part):
    """The program [3.19]."""

    name: str
    version: str
    semantic_version: str
    rules: list[ReportingDescriptor]


class Tool(Part):
    """The program and its extensions [3.18]."""

    driver: ToolComponent


class Notification(Part):
    """Something about the run rather than about a session [3.58]."""

    level: Level
    message: Message
    locations: list[Location] = []


class Invocation(Part):
    """How the run went [3.20]."""

    execution_successful: bool
    tool_execution_notifications: list[Notification] = []


class Run(Part):
    """One run of the program [3.14]."""

    tool: Tool
    invocations: list[Invocation]
    results: list[Result]


class SarifLog(msgspec.Struct, kw_only=True):
    """The document [3.13]."""

    schema: str = msgspec.field(
        name="$schema",
        default="https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    )
    version: Literal["2.1.0"] = "2.1.0"
    runs: list[Run]
