"""`rtlog diff`: two sessions side by side by what they mean, where they part, which findings came and went."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rtlog.cli.configuring.options import Config, Isolated

EXAMPLE = "Example: rtlog diff good.rtlog.jsonl latest"
DIFFERENT = 1


class Format(StrEnum):
    """What a comparison is printed as: each is drawn by the module of its name in `rtlog.cli.diffing`."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class Order(StrEnum):
    """Which order counts."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


def diff(  # noqa: PLR0913 - a command has the options it has
    a: Annotated[str, typer.Argument(metavar="A", help="A recording, `-` or `latest`.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="The recording to compare it with.", show_default=False)],
    *,
    output_format: Annotated[
        Format, typer.Option("--output-format", "--format", help="What is printed: markdown is for an issue.")
    ] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it here, not to stdout.")] = None,
    unified: Annotated[
        int, typer.Option("--unified", "-U", min=0, metavar="N", help="Steps shown around each difference.")
    ] = 3,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 where they differ.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Other words are a difference too.")] = False,
    order: Annotated[
        Order, typer.Option(help="Whose order counts: nobody's, each sender's own, or also how they interleave.")
    ] = Order.OWN,
    time: Annotated[
        float | None,
        typer.Option(min=0, metavar="MS", help="Show where turns drift apart by more; it is no difference."),
    ] = None,
    wire_only: Annotated[bool, typer.Option("--wire-only", help="Leave out what the application told.")] = False,
    labels: Annotated[bool, typer.Option("--labels/--ids", help="Short labels, or real ids.")] = True,
    spoken: Annotated[
        bool | None,
        typer.Option(
            "--spoken/--no-spoken", help="Show what was said; by default not in markdown.", show_default=False
        ),
    ] = None,
    pager: Annotated[
        bool, typer.Option("--pager/--no-pager", help="Page what is longer than the screen ($RTLOG_PAGER, $PAGER).")
    ] = True,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Show where two sessions part, whatever their ids and times, and which findings came or went.

    Exits 0, with --exit-code 1 where they differ, or 2 for what cannot be read.
    """
    from importlib import import_module

    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.diffing.sides import compared, one_of
    from rtlog.cli.output import opened
    from rtlog.cli.paging import paged
    from rtlog.timelines.diffing.merging import Wishes

    paths = one_of(a), one_of(b)
    private = output_format is not Format.MARKDOWN if spoken is None else spoken
    page = compared(
        paths,
        setup_for(config, isolated=isolated),
        Wishes(words=strict, order=order.value, drift_ms=time),
        wire_only=wire_only,
        real_ids=not labels,
        private=private,
    )
    rendering = import_module(f"rtlog.cli.diffing.{output_format}")
    with opened(output, paths) as stream, paged(stream, wanted=pager and output_format is Format.TEXT) as shown:
        rendering.render(page, unified, shown)
    if exit_code and not page.comparison.same:
        raise typer.Exit(DIFFERENT)
