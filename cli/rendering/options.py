"""The options of `rtlog timeline`."""

from pathlib import Path
from typing import Annotated

import typer

from rtlog.cli.completing import selectors
from rtlog.cli.rendering import wishes

Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Recordings, folders, globs, `-` or `latest`.")]
Style = Annotated[wishes.Style, typer.Option(help="Swim lanes, steps with lane snapshots, or a T+ list.")]
OutputFormat = Annotated[
    wishes.Format, typer.Option("--output-format", "--format", help="What is printed: markdown is for an issue.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write it here, not to stdout.")]
Around = Annotated[
    str | None,
    typer.Option(help="Show what surrounds a rule, finding, item, response, call or line.", autocompletion=selectors),
]
Pad = Annotated[float, typer.Option(min=0, metavar="MS", help="How much to show on either side of it.")]
Start = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="Begin here: T+ in ms, or the clock (UTC): 03:08:17.2.")
]
End = Annotated[str | None, typer.Option("--to", metavar="TIME", help="End here.")]
Item = Annotated[str | None, typer.Option(help="Only what names this item (id or label).")]
Response = Annotated[str | None, typer.Option(help="Only what belongs to this response (id or label).")]
Call = Annotated[str | None, typer.Option(help="Only what belongs to this tool call (id or label).")]
Types = Annotated[
    list[str] | None, typer.Option("--type", help="Only these events: response.created, response, '*.delta'.")
]
NotTypes = Annotated[list[str] | None, typer.Option("--not-type", help="Not these events.")]
Lanes = Annotated[list[wishes.Lane] | None, typer.Option("--lane", help="Only what this side does.")]
Epoch = Annotated[str, typer.Option(help="What T+0 is: push, first, finding or line:N.")]
Fold = Annotated[bool, typer.Option("--fold/--no-fold", help="Fold bursts into one row.")]
Labels = Annotated[bool, typer.Option("--labels/--ids", help="Short labels, or real ids.")]
Spoken = Annotated[
    bool | None,
    typer.Option("--spoken/--no-spoken", help="Show what was said; by default not in markdown.", show_default=False),
]
Raw = Annotated[bool, typer.Option("--raw", help="Show each record of the file, too, with long texts cut.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Draw it while it is written; Ctrl-C ends.")]
WireOnly = Annotated[bool, typer.Option("--wire-only", help="Leave out what the application told.")]
Pager = Annotated[
    bool, typer.Option("--pager/--no-pager", help="Page what is longer than the screen ($RTLOG_PAGER, $PAGER).")
]
