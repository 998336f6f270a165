"""`rtlog timeline`: draws what happened, the way a maintainer would draw it by hand in an issue."""

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from rtlog.cli.configuring.options import Config, Isolated
from rtlog.cli.rendering import options as o
from rtlog.cli.rendering.wishes import Format, Style, Wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rtlog.cli.charting import Chart
    from rtlog.cli.loading import Setup
    from rtlog.cli.rendering.view import View

EXAMPLE = "Example: rtlog timeline latest --style steps --around RT101"


def timeline(  # noqa: PLR0913, PLR0917 - a command has the options it has
    files: o.Files,
    style: o.Style = Style.LANES,
    output_format: o.OutputFormat = Format.TEXT,
    output: o.Output = None,
    around: o.Around = None,
    pad: o.Pad = 500,
    start: o.Start = None,
    end: o.End = None,
    item: o.Item = None,
    response: o.Response = None,
    call: o.Call = None,
    types: o.Types = None,
    not_types: o.NotTypes = None,
    lanes: o.Lanes = None,
    epoch: o.Epoch = "push",
    *,
    fold: o.Fold = True,
    labels: o.Labels = True,
    spoken: o.Spoken = None,
    raw: o.Raw = False,
    follow: o.Follow = False,
    wire_only: o.WireOnly = False,
    pager: o.Pager = True,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    """Draw what happened in recordings, with T+ offsets, findings in place and the lanes as they change.

    Exits 0, or 2 for what cannot be read or is not there.
    """
    from rtlog.cli.configuring.settings import setup_for

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
        epoch=epoch,
        fold=fold,
        labels=labels,
        spoken=spoken,
        raw=raw,
        wire_only=wire_only,
    )
    setup = setup_for(config, isolated=isolated)
    _follow(files, setup, wishes, output) if follow else _draw(files, setup, wishes, output, pager=pager)


def _follow(files: list[str], setup: "Setup", wishes: Wishes, output: Path | None) -> None:
    from rtlog.cli.following.command import follow

    follow(files, setup, wishes, output)


def _draw(files: list[str], setup: "Setup", wishes: Wishes, output: Path | None, *, pager: bool) -> None:
    from rtlog.cli.charting import chart
    from rtlog.cli.output import opened
    from rtlog.cli.paging import paged
    from rtlog.cli.rendering.choosing import keeps_little, selection_of
    from rtlog.recordings.sources import resolve

    paths = resolve(files)
    charts = (
        chart(
            path,
            setup,
            wire_only=wishes.wire_only,
            epoch=wishes.epoch,
            real_ids=not wishes.labels,
            choose=partial(selection_of, wishes=wishes) if keeps_little(wishes) else None,
        )
        for path in paths
    )
    rendering = import_module(f"rtlog.cli.rendering.{wishes.output_format.replace('-', '_')}")
    wanted = pager and wishes.output_format is Format.TEXT
    with opened(output, paths) as stream, paged(stream, wanted=wanted) as page:
        rendering.render(_views(charts, wishes), page)


def _views(charts: "Iterable[Chart]", wishes: Wishes) -> "Iterator[View]":
    """Give what is drawn of each of *charts*, and say what was asked for and is not there."""
    from rtlog.cli.rendering.view import unmatched, view_of
    from rtlog.cli.saying import say

    for chart in charts:
        for line in unmatched(chart, wishes):
            say(line)
        yield view_of(chart, wishes)
