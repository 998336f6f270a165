"""Options that commands share, and those of `rtlog analyze` that choose what is judged and how."""

from pathlib import Path
from typing import Annotated, Final

import typer

from rtlog.cli import completing
from rtlog.cli.exits import FailOn
from rtlog.cli.fleet.engines import EngineName
from rtlog.cli.printing import Format

CHOOSE: Final = "Which rules run"
FAIL: Final = "What fails"
ANALYZE: Final = "How it is read"
FLEET: Final = "Many recordings"

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE...", help="Recordings, folders, globs, URLs, `-` or `latest`.", show_default=False),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the report here, not to stdout.")]

OutputFormat = Annotated[
    Format | None, typer.Option("--output-format", "--format", help="How the report is printed.", show_default="full")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only recordings that have findings.")]
Statistics = Annotated[bool, typer.Option("--statistics", help="Print how often each rule spoke, not the findings.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=0,
        max=1024,
        help="Analyze with N processes; 0 for one a core.",
        show_default="1",
        rich_help_panel=FLEET,
    ),
]
Engine = Annotated[
    EngineName,
    typer.Option("--engine", help="Where: processes of this machine, or a Dask cluster.", rich_help_panel=FLEET),
]
Results = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Write results for `rtlog query` too: a folder of Parquet files, or a .duckdb file.",
        rich_help_panel=FLEET,
    ),
]
Since = Annotated[
    Path | None,
    typer.Option(
        "--since-baseline",
        metavar="FILE",
        help="Fail only where a rule speaks more often than in that run (its JSON statistics, or results).",
        rich_help_panel=FLEET,
    ),
]
ShowSettings = Annotated[
    bool, typer.Option("--show-settings", help="Print the settings, with where each comes from, and exit.")
]

Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES",
        help="Run only these: codes, prefixes or names, by comma or repeated.",
        autocompletion=completing.selectors,
        rich_help_panel=CHOOSE,
    ),
]
ExtendSelect = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES",
        help="Run these too, beside what the configuration selects.",
        autocompletion=completing.selectors,
        rich_help_panel=CHOOSE,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES",
        help="Leave these out; the longer prefix wins.",
        autocompletion=completing.selectors,
        rich_help_panel=CHOOSE,
    ),
]

FailOnOption = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        help="The least severity that makes the exit code 1.",
        show_default="warning",
        rich_help_panel=FAIL,
    ),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit 0 even with findings or when inconclusive.", rich_help_panel=FAIL)
]
Expect = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULES",
        help="These must be found: they do not fail the run, their absence does.",
        autocompletion=completing.selectors,
        rich_help_panel=FAIL,
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Findings known here do not fail.", rich_help_panel=FAIL),
]
WriteBaseline = Annotated[
    Path | None,
    typer.Option("--write-baseline", metavar="FILE", help="Write what is found as a baseline.", rich_help_panel=FAIL),
]

Provider = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Whose dialect the server speaks; told by the recording otherwise.",
        autocompletion=completing.providers,
        rich_help_panel=ANALYZE,
    ),
]
Client = Annotated[
    str | None,
    typer.Option(
        metavar="NAME@VERSION",
        help="Which client it was, as livekit-agents@1.4.6.",
        autocompletion=completing.clients,
        rich_help_panel=ANALYZE,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Read the settings here; by default the nearest rtlog.toml or pyproject.toml.",
        rich_help_panel=ANALYZE,
    ),
]
Isolated = Annotated[bool, typer.Option("--isolated", help="Ignore every configuration file.", rich_help_panel=ANALYZE)]
