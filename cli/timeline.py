"""`rtlog timeline`: draws what happened, the way a maintainer would draw it by hand in an issue."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from rtlog.cli.completing import selectors
from rtlog.cli.configuring.options import Config, Isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from rtlog.cli.charting import Chart
    from rtlog.timelines.rows import Row
    from rtlog.timelines.telling import Line, Teller
    from rtlog.timelines.windows import Selection, Window

EXAMPLE = "Example: rtlog timeline latest --style steps --around RT101"


class Style(StrEnum):
    """How a text timeline is drawn."""

    LANES = "lanes"
    STEPS = "steps"
    LIST = "list"


class Format(StrEnum):
    """What a timeline is printed as."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asked to see."""

    style: Style
    output_format: Format
    around: str | None
    pad: float
    start: float | None
    end: float | None
    item: str | None
    response: str | None
    call: str | None
    fold: bool
    spoken: bool | None


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
    start: Annotated[float | None, typer.Option("--from", metavar="MS", help="Begin at this T+.")] = None,
    end: Annotated[float | None, typer.Option("--to", metavar="MS", help="End at this T+.")] = None,
    item: Annotated[str | None, typer.Option(help="Only what names this item (id or label).")] = None,
    response: Annotated[str | None, typer.Option(help="Only what belongs to this response (id or label).")] = None,
    call: Annotated[str | None, typer.Option(help="Only what belongs to this tool call (id or label).")] = None,
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
    wire_only: Annotated[bool, typer.Option("--wire-only", help="Leave out what the application told.")] = False,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Draw what happened in recordings, with T+ offsets, findings in place and the lanes as they change.

    Exits 0, or 2 for what cannot be read or is not there.
    """
    from rtlog.cli.charting import chart
    from rtlog.cli.configuring.settings import setup_for
    from rtlog.cli.output import opened
    from rtlog.recordings.sources import resolve

    setup = setup_for(config, isolated=isolated)
    wishes = Wishes(style, output_format, around, pad, start, end, item, response, call, fold, spoken)
    paths = resolve(files)
    charts = (chart(path, setup, fold=fold, wire_only=wire_only, epoch=epoch, real_ids=not labels) for path in paths)
    with opened(output) as stream:
        _print(charts, wishes, stream)


def _print(charts: "Iterator[Chart]", wishes: Wishes, stream: TextIO) -> None:
    if wishes.output_format is Format.JSON:
        _print_json(charts, wishes, stream)
        return
    for number, chart in enumerate(charts):
        if number:
            stream.write("\n")
        if wishes.output_format is Format.MARKDOWN:
            _print_markdown(chart, wishes, stream)
        else:
            _print_text(chart, wishes, stream)


def _print_json(charts: "Iterator[Chart]", wishes: Wishes, stream: TextIO) -> None:
    from importlib.metadata import version

    from rtlog.timelines.document import Timelines
    from rtlog.timelines.documenting import document_of

    documents = [document_of(c.timeline, _page(c, wishes), _teller(c, wishes), c.report) for c in charts]
    whole = Timelines(tool=f"rtlog {version('rtlog')}", timelines=documents)
    stream.write(whole.model_dump_json(indent=2) + "\n")


def _print_markdown(chart: "Chart", wishes: Wishes, stream: TextIO) -> None:
    from rtlog.timelines.markdown import markdown

    page, teller = _page(chart, wishes), _teller(chart, wishes)
    stream.writelines(f"{line}\n" for line in markdown(chart.timeline, page, teller, Path(chart.report.path).name))


def _print_text(chart: "Chart", wishes: Wishes, stream: TextIO) -> None:
    from rtlog.cli.console import console_for
    from rtlog.cli.formats.story_text import headline
    from rtlog.cli.painting import paint

    console = console_for(stream)
    page = _page(chart, wishes)
    console.print(headline(chart.report), soft_wrap=True)
    paint(console, _drawn(chart, page, wishes, console))


def _drawn(chart: "Chart", page: "list[Row]", wishes: Wishes, console: "Console") -> "Iterable[Line]":
    from rtlog.cli.painting import draws_lifelines
    from rtlog.timelines.drawing import drawing_for
    from rtlog.timelines.step_walk import walk
    from rtlog.timelines.swimlanes import draw
    from rtlog.timelines.t_list import listing

    style = {Style.LANES: draw, Style.STEPS: walk, Style.LIST: listing}[wishes.style]
    drawing = drawing_for(console.width, ascii_only=not draws_lifelines(console.encoding))
    return style(chart.timeline, page, _teller(chart, wishes), drawing)


def _teller(chart: "Chart", wishes: Wishes) -> "Teller":
    from rtlog.timelines.telling import Teller

    spoken = wishes.output_format is not Format.MARKDOWN if wishes.spoken is None else wishes.spoken
    return Teller(chart.timeline.names, chart.timeline.epoch, private=spoken)


def _page(chart: "Chart", wishes: Wishes) -> "list[Row]":
    from rtlog.timelines.rows import rows

    return rows(chart.timeline, _selection(chart, wishes), fold=wishes.fold)


def _selection(chart: "Chart", wishes: Wishes) -> "Selection":
    from rtlog.timelines import lookup
    from rtlog.timelines.windows import Selection

    timeline = chart.timeline
    return Selection(
        _windows(chart, wishes),
        item=lookup.item_of(timeline, wishes.item) if wishes.item else None,
        response=lookup.response_of(timeline, wishes.response) if wishes.response else None,
        call=lookup.call_of(timeline, wishes.call) if wishes.call else None,
    )


def _windows(chart: "Chart", wishes: Wishes) -> "tuple[Window, ...] | None":
    from rtlog.timelines import windows

    if wishes.around is not None:
        return windows.around(chart.timeline, wishes.around, wishes.pad)
    if wishes.start is not None or wishes.end is not None:
        return windows.between(chart.timeline, wishes.start, wishes.end)
    if wishes.item or wishes.response or wishes.call:
        return None
    whole = wishes.style is Style.LANES and wishes.output_format is not Format.MARKDOWN
    return None if whole else windows.of_stories(chart.timeline)
