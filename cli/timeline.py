"""`rtlog timeline`: draws what happened, the way a maintainer would draw it by hand in an issue."""

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rtlog.cli.completing import selectors
from rtlog.cli.configuring.options import Config, Isolated
from rtlog.cli.rendering.wishes import Format, Lane, Style, Wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rtlog.cli.charting import Chart
    from rtlog.cli.rendering.view import View

EXAMPLE = "Example: rtlog timeline latest --style steps --around RT101"


def timeline(  # noqa: PLR0913, PLR0917 - a command has the options it has
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Recordings, folders, globs, `-` or `latest`.")],
    style: Annotated[Style, typer.Option(help="Swim lanes, steps with lane snapshots, or a T+ list.")] = Style.LANES,
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="What is printed: markdown is for an issue.")
    ] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it here, not to stdout.")] = None,
    around: Annotated[
        str | None,
        typer.Option(
            help="Show what surrounds a rule, finding, item, response, call or line.", autocompletion=selectors
        ),
    ] = None,
    pad: Annotated[float, typer.Option(min=0, metavar="MS", help="How much to show on either side of it.")] = 500,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Begin here: T+ in ms, or the clock (UTC): 03:08:17.2.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End here.")] = None,
    item: Annotated[str | None, typer.Option(help="Only what names this item (id or label).")] = None,
    response: Annotated[str | None, typer.Option(help="Only what belongs to this response (id or label).")] = None,
    call: Annotated[str | None, typer.Option(help="Only what belongs to this tool call (id or label).")] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only these events: response.created, response, '*.delta'.")
    ] = None,
    not_types: Annotated[list[str] | None, typer.Option("--not-type", help="Not these events.")] = None,
    lanes: Annotated[list[Lane] | None, typer.Option("--lane", help="Only what this side does.")] = None,
    epoch: Annotated[str, typer.Option(help="What T+0 is: push, first, finding or line:N.")] = "push",
    *,
    fold: Annotated[bool, typer.Option("--fold/--no-fold", help="Fold bursts into one row.")] = True,
    labels: Annotated[bool, typer.Option("--labels/--ids", help="Short labels, or real ids.")] = True,
    spoken: Annotated[
        bool | None,
        typer.Option(
            "--spoken/--no-spoken", help="Show what was said; by default not in markdown.", show_default=False
        ),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Show each record of the file, too, with long texts cut.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Draw it while it is written; Ctrl-C ends.")] = False,
    wire_only: Annotated[bool, typer.Option("--wire-only", help="Leave out what the application told.")] = False,
    pager: Annotated[
        bool, typer.Option("--pager/--no-pager", help="Page what is longer than the screen ($RTLOG_PAGER, $PAGER).")
    ] = True,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Draw what happened in recordings, with T+ offsets, findings in place and the lanes as they change.

    Exits 0, or 2 for what cannot be read or is not there.
    """
    from rtlog.cli.charting import chart
    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.output import opened
    from rtlog.cli.paging import paged
    from rtlog.cli.rendering.choosing import keeps_little, selection_of
    from rtlog.recordings.errors import RtlogError
    from rtlog.recordings.sources import resolve

    if raw and output_format is not Format.TEXT:
        raise RtlogError(f"--raw is for text: {output_format} shows records in its own way")
    setup = setup_for(config, isolated=isolated)
    wishes = Wishes(
        style=style,
        output_format=output_format,
        around=around,
        pad=pad,
        start=start,
        end=end,
        item=item,
        response=response,
        call=call,
        types=tuple(types or ()),
        not_types=tuple(not_types or ()),
        lanes=tuple(lanes or ()),
        fold=fold,
        spoken=spoken,
        raw=raw,
    )
    if follow:
        from rtlog.cli.following.command import follow as follow_growing

        refused = {
            "--output": output,
            "--raw": raw,
            "--wire-only": wire_only,
            f"--epoch {epoch}": epoch not in {"push", "first"},
        }
        follow_growing(
            files, setup, wishes, real_ids=not labels, refused=[each for each, given in refused.items() if given]
        )
        return
    paths = resolve(files)
    charts = (
        chart(
            path,
            setup,
            fold=fold,
            wire_only=wire_only,
            epoch=epoch,
            real_ids=not labels,
            choose=partial(selection_of, wishes=wishes) if keeps_little(wishes) else None,
        )
        for path in paths
    )
    rendering = import_module(f"rtlog.cli.rendering.{output_format.replace('-', '_')}")
    with opened(output, paths) as stream, paged(stream, wanted=pager and output_format is Format.TEXT) as page:
        rendering.render(_views(charts, wishes), page)


def _views(charts: "Iterable[Chart]", wishes: Wishes) -> "Iterator[View]":
    """Give what is drawn of each of *charts*, and say what was asked for and is not there."""
    from rtlog.cli.rendering.view import unmatched, view_of
    from rtlog.cli.saying import say

    for chart in charts:
        for line in unmatched(chart, wishes):
            say(line)
        yield view_of(chart, wishes)
