"""`rtlog analyze`: names the races of recordings, with proof."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from rtlog.cli.configuring import options as o
from rtlog.cli.fleet.engines import EngineName

if TYPE_CHECKING:
    from rtlog.cli.configuring.settings import RunSettings
    from rtlog.cli.fleet.work import Source
    from rtlog.cli.running import Run

NEAR_MS: Final = 500.0
"""How near to a race a near miss in the results is, as in `rtlog stats`."""
EXAMPLE = "Example: rtlog analyze latest --output-format concise --fail-on error"


def analyze(  # noqa: PLR0913 - a command has the options it has
    files: o.Files = None,
    *,
    output_format: o.OutputFormat = None,
    output: o.Output = None,
    quiet: o.Quiet = False,
    statistics: o.Statistics = False,
    select: o.Select = None,
    extend_select: o.ExtendSelect = None,
    ignore: o.Ignore = None,
    fail_on: o.FailOnOption = None,
    expect: o.Expect = None,
    baseline: o.BaselineFile = None,
    write_baseline: o.WriteBaseline = None,
    exit_zero: o.ExitZero = False,
    provider: o.Provider = None,
    client: o.Client = None,
    jobs: o.Jobs = None,
    engine: o.Engine = EngineName.PROCESSES,
    results: o.Results = None,
    since_baseline: o.Since = None,
    config: o.Config = None,
    isolated: o.Isolated = False,
    show_settings: o.ShowSettings = False,
) -> None:
    """Name the races in recordings, with the records that prove them.

    Exits 0 when clean, 1 with findings, 2 for unreadable input, 3 when inconclusive.
    """
    from rtlog.cli.configuring.settings import COMMAND_LINE, Layer, settings_for, words
    from rtlog.cli.exits import UNREADABLE
    from rtlog.cli.fleet.engines import engine_for
    from rtlog.cli.running import Run

    asked = Layer(
        origin=COMMAND_LINE,
        select=words(select),
        extend_select=words(extend_select),
        ignore=words(ignore),
        expect=words(expect),
        fail_on=fail_on,
        output_format=output_format,
        baseline=baseline,
        provider=provider,
        client=client,
    )
    settings = settings_for(asked, config, isolated=isolated)
    if show_settings:
        _show(settings)
        return
    paths = _recordings(files)
    near_ms = NEAR_MS if results else None
    run = Run(settings, write_baseline, engine_for(jobs, len(paths), engine), near_ms)
    if since_baseline:
        from rtlog.cli.fleet.since import SinceBaseline

        run.hold_against(SinceBaseline(since_baseline, settings))
    with _kept(results, run, settings):
        _print(run, paths, settings, output, quiet=quiet, statistics=statistics)
    code = run.close()
    raise typer.Exit(0 if exit_zero and code != UNREADABLE else code)


@contextmanager
def _kept(path: Path | None, run: "Run", settings: "RunSettings") -> Iterator[None]:
    """Write what *run* analyzes as results at *path*, when it has come to its end."""
    if path is None:
        yield
        return
    from importlib.metadata import version

    from rtlog.analyzers.fleet.rows import RESULTS_VERSION, RunRow
    from rtlog.cli.fleet.results import ResultsWriter

    codes = [rule.code for rule in settings.setup.rules]
    with ResultsWriter(path, RunRow(RESULTS_VERSION, f"rtlog {version('rtlog')}", codes, NEAR_MS)) as results:
        run.keepers.append(results.add)
        yield
        results.close()


def _recordings(files: list[str] | None) -> "list[Source]":
    from rtlog.recordings.errors import RtlogError

    if not files:
        raise RtlogError("analyze what? Name recordings, folders or `latest`. See: rtlog analyze -h")
    from rtlog.cli.fleet.objects import resolve_all

    return resolve_all(files)


def _print(
    run: "Run", paths: "list[Source]", settings: "RunSettings", output: Path | None, *, quiet: bool, statistics: bool
) -> None:
    from rtlog.cli.output import opened

    if statistics:
        _print_statistics(run, paths, settings, output)
        return
    from rtlog.cli.printing import print_reports

    with opened(output, [path for path in paths if isinstance(path, Path)]) as stream:
        print_reports(
            run.reports(paths),
            settings.output_format,
            stream,
            quiet=quiet,
            several=len(paths) > 1,
            failing=run.failing,
        )


def _print_statistics(run: "Run", paths: "list[Source]", settings: "RunSettings", output: Path | None) -> None:
    from importlib.metadata import version

    from rtlog.analyzers.statistics import statistics_of
    from rtlog.cli.formats.statistics_text import check_format, print_statistics
    from rtlog.cli.output import opened

    check_format(settings.output_format)
    with opened(output, [path for path in paths if isinstance(path, Path)]) as stream:
        ran = [rule.code for rule in settings.setup.rules]
        counted = statistics_of(run.sheets(paths), f"rtlog {version('rtlog')}", ran)
        print_statistics(counted, settings.output_format, stream)


def _show(settings: "RunSettings") -> None:
    from rtlog.cli.configuring.settings_text import settings_text
    from rtlog.cli.loading import known_rules

    sys.stdout.writelines(f"{line}\n" for line in settings_text(settings, known_rules()))
