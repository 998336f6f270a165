"""`rtlog schema`: the JSON Schemas of what rtlog writes and reads."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

EXAMPLE = "Example: rtlog schema report -o report.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

CONFIG_VERSION = 1

JsonObject = dict[str, Any]


class Name(StrEnum):
    """What has a schema."""

    REPORT = "report"
    RECORDING = "recording"
    CONFIG = "config"
    STATS = "stats"


def schema(
    name: Annotated[
        Name, typer.Argument(help="What `analyze` or `stats` prints as JSON, a line of a recording, or the settings.")
    ],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it here, not to stdout.")] = None,
) -> None:
    """Print the JSON Schema of the report, of a recording's lines, of the configuration, or of latencies.

    Exits 0, or 2 for a schema that does not exist.
    """
    import json

    from rtlog.cli.output import opened

    described = SCHEMAS[name]()
    head = {"$schema": DIALECT, "$id": f"urn:rtlog:schema:{name.value}:{described['version']}"}
    with opened(output) as stream:
        stream.write(json.dumps(head | described, indent=2) + "\n")


def _report() -> JsonObject:
    import msgspec

    from rtlog.analyzers.report import REPORT_VERSION, Report

    _, shapes = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    for shape in shapes.values():
        # What has a default is written all the same.
        shape["required"] = [*shape["properties"]]
    model = shapes.pop("Report")
    model["properties"]["version"]["const"] = REPORT_VERSION
    told = "A line of `--output-format jsonl` is `#/$defs/RecordingReport`."
    head = {"title": "An rtlog report", "version": REPORT_VERSION, "$comment": told}
    return head | _untitled(model) | {"$defs": shapes}


def _recording() -> JsonObject:
    from rtlog.recordings.schema import line_schema

    return line_schema()


def _config() -> JsonObject:
    from rtlog.cli.configuring.configuration import config_schema

    return {"title": "The configuration of rtlog", "version": CONFIG_VERSION} | _untitled(config_schema())


def _stats() -> JsonObject:
    from rtlog.analyzers.latency.document import STATS_VERSION, StatsReport

    model = StatsReport.model_json_schema(mode="serialization")
    model["properties"]["version"]["const"] = STATS_VERSION
    return {"title": "Latencies and near misses", "version": STATS_VERSION} | _untitled(model)


def _untitled(model: JsonObject) -> JsonObject:
    return {key: value for key, value in model.items() if key != "title"}


SCHEMAS = {Name.REPORT: _report, Name.RECORDING: _recording, Name.CONFIG: _config, Name.STATS: _stats}
