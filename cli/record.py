"""`rtlog record`: record the realtime sessions of a program, of whoever connects, or of a pipe."""

from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from rtlog.cli.live import Notices
    from rtlog.cli.tapping import Injection
    from rtlog.recordings.taps.proxy import Identity, Listen, Options, ProxyTap

    T = TypeVar("T")

EXAMPLE: Final = "Example: rtlog record -- python my_agent.py"
# What follows the command's name is the command's own, with or without `--`.
CONTEXT_SETTINGS: Final = {"allow_interspersed_args": False}

LISTEN: Final = "127.0.0.1:8787"
LOSSY: Final = 3
MEBIBYTE: Final = 1024 * 1024
LAST_WORDS: Final = 1.0
"""Seconds that connections get to end after the program has."""


def record(  # noqa: PLR0913, PLR0917 - a command's options
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- CMD… | -", help="A program to run and record; - reads events from stdin."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File or folder; default: a new file in recordings/.")
    ] = None,
    listen: Annotated[str | None, typer.Option(help=f"HOST:PORT; default: {LISTEN}, with CMD a free port.")] = None,
    upstream: Annotated[
        str | None, typer.Option(help="The provider, wss://HOST/BASE; default: $OPENAI_BASE_URL, else OpenAI.")
    ] = None,
    audio: Annotated[
        Literal["meta", "keep"], typer.Option(help="Keep voices, or their length and hash alone.")
    ] = "meta",
    split: Annotated[Literal["session", "connection", "run"], typer.Option(help="What becomes one file.")] = "session",
    title: Annotated[str | None, typer.Option(help="A name for the recording.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,  # noqa: FBT002 - a flag
    append: Annotated[bool, typer.Option("--append", help="Go on in the recording that -o names.")] = False,  # noqa: FBT002 - a flag
    max_message: Annotated[int, typer.Option(min=1, help="MiB of a message that are kept at most.")] = 64,
    live: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--live", help="Draw the session as it goes; what CMD prints on the terminal goes to a file."),
    ] = False,
    fsync: Annotated[float, typer.Option(min=0, help="Seconds between two syncs to the disk; 0: never.")] = 1.0,
    rotate_size: Annotated[
        float | None, typer.Option(min=0.01, metavar="MB", help="Go on in a new file when one has so many MB.")
    ] = None,
    rotate_time: Annotated[
        float | None, typer.Option(min=0.01, metavar="MIN", help="Go on in a new file after so many minutes.")
    ] = None,
    tap: Annotated[
        Literal["livekit", "openai", "openai-agents", "pipecat", "pydantic-ai"] | None,
        typer.Option("--tap", help="Record CMD from inside too, by the tap of its SDK, and merge both."),
    ] = None,
    tls: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--tls", help="Listen with TLS, for clients that refuse plain HTTP; CMD is made to trust it."),
    ] = False,
    webrtc: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--webrtc", help="Record pages in a browser, which load a script from here.")
    ] = False,
) -> None:
    """Record realtime sessions: of a program, of every client that connects, or of events on stdin."""
    from rtlog.recordings.rotation import Rotation
    from rtlog.recordings.taps.proxy import Listen, Options

    rotation = Rotation.after(rotate_size, rotate_time)
    options = Options(output, force, audio, "run" if append else split, title, fsync or None, rotation, append)
    limit = max_message * MEBIBYTE
    _check(command or [], options, tap, webrtc=webrtc)
    if command == ["-"]:
        raise typer.Exit(_from_stdin(options, limit, live=live))
    address = Listen.parse(listen or LISTEN) if listen or not command else Listen()
    if webrtc:
        from rtlog.cli.pages import record_pages

        raise typer.Exit(record_pages(command or [], address, options, alone=not (tap or tls or live or rotation)))
    with _identity(address, tls=tls) as identity:
        raise typer.Exit(_from_proxy(command or [], address, identity, upstream, options, limit, tap, live=live))


def _check(command: list[str], options: "Options", tap: str | None, *, webrtc: bool) -> None:
    """Refuse options that do not go together, and an output that cannot be written, before anything starts."""
    from rtlog.recordings.naming import check_writable, recordings_folder

    if command[:1] == ["-"] and len(command) > 1:
        raise typer.BadParameter("options stand before it: rtlog record -o FILE -", param_hint="-")
    rotates, stdin = options.rotation is not None, command == ["-"]
    if not options.append:
        check_writable(options.output or recordings_folder(), force=options.force)
    elif options.output is None or options.force or rotates or tap or webrtc or stdin:
        needs = "needs -o FILE, and takes no --force, --rotate-…, --tap, --webrtc and no events on stdin"
        raise typer.BadParameter(needs, param_hint="--append")
    if tap is not None and rotates:
        raise typer.BadParameter("what it tells goes into one file", param_hint="--tap, --rotate-size, --rotate-time")
    if tap is not None and (stdin or not command):
        raise typer.BadParameter("there is no program to inject it into: -- CMD…", param_hint="--tap")
    if stdin and rotates:
        raise typer.BadParameter("events on stdin go to one file", param_hint="--rotate-size, --rotate-time")


def _identity(address: "Listen", *, tls: bool) -> "AbstractContextManager[Identity | None]":
    import os

    from rtlog.recordings.taps.proxy import certificate_for

    return certificate_for(address.host, os.environ) if tls else nullcontext()


def _from_proxy(
    command: list[str],
    listen: "Listen",
    identity: "Identity | None",
    upstream: str | None,
    options: "Options",
    limit: int,
    tapped: str | None,
    *,
    live: bool,
) -> int:
    import asyncio
    import os

    from rtlog.cli.child import upstream_of
    from rtlog.recordings.taps.proxy import ProxyTap

    target = upstream or upstream_of(os.environ)

    async def session(notices: "Notices") -> tuple[int, ProxyTap]:
        async with ProxyTap(
            target, listen=listen, options=options, max_message=limit, notice=notices, tls=identity
        ) as tap:
            if not listen.loopback:
                notices(f"listening beyond this machine: whoever reaches {listen.host} can use {target} through it")
            watching = asyncio.ensure_future(notices.watch(tap.summary, alone=not command))
            status = await (
                _run(command, tap, options, notices, injection, live=live) if command else _wait(tap, notices)
            )
            await tap.idle(LAST_WORDS if command else 0.0)
            watching.cancel()
            await asyncio.wait({watching})
        return status, tap

    with _notices(live=live) as notices, _injection(tapped, options, notices) as injection:
        status, tap = _run_loop(session(notices), notices)
        alone = injection.collect(tap.summary().paths) if injection else []
    if not alone or tap.summary().sessions:
        _report(tap, notices, options)
    return status or (LOSSY if tap.summary().lossy else 0)


def _injection(tap: str | None, options: "Options", notices: "Notices") -> "AbstractContextManager[Injection | None]":
    from rtlog.cli.tapping import Injection

    return Injection(tap, options, notices) if tap else nullcontext()


def _notices(*, live: bool) -> "Notices":
    if live:
        from rtlog.cli.following.companion import Companion

        return Companion()
    from rtlog.cli.live import Notices

    return Notices()


def _run_loop(session: "Coroutine[None, None, T]", notices: "Notices") -> "T":
    """Run on uvloop where it is installed: the same, with less added to each message."""
    import asyncio
    from importlib import import_module

    from rtlog.cli.live import tell_errors

    try:
        factory = import_module("uvloop").new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        tell_errors(runner.get_loop(), notices)
        return runner.run(session)


async def _run(
    command: list[str],
    tap: "ProxyTap",
    options: "Options",
    notices: "Notices",
    injection: "Injection | None",
    *,
    live: bool,
) -> int:
    import os

    from rtlog.cli import child

    environment = child.environment_for(os.environ, tap.url, tap.trust)
    if injection:
        environment = injection.environment_for(environment)
    if not live:
        return await child.run(command, environment)
    from rtlog.cli.following.program_log import ProgramLog

    log = ProgramLog(options.output)
    status = 1
    try:
        status = await child.run(command, environment, log.file)
    finally:
        for line in log.told(failed=status != 0):
            notices(line)
    return status


async def _wait(tap: "ProxyTap", notices: "Notices") -> int:
    """Listen until Ctrl-C, which is the normal end."""
    from shlex import quote

    from rtlog.cli.live import interruption

    ended = interruption()
    variables = " ".join(f"{name}={quote(value)}" for name, value in (*tap.trust.items(), ("OPENAI_BASE_URL", tap.url)))
    notices(f"listening; start the client with {variables} (upstream {tap.upstream.url('')}); Ctrl-C ends")
    await ended.wait()
    return 0


def _report(tap: "ProxyTap", notices: "Notices", options: "Options") -> None:
    from shlex import quote

    from rtlog.cli.live import spoken

    summary = tap.summary()
    if not summary.sessions and summary.lossy:
        # Why was told when it happened.
        return
    if not summary.sessions:
        if tap.trust and tap.silent:
            notices(f"clients that came and left without a request: {tap.silent}; do they trust the certificate?")
        notices(NO_SESSION.format(url=tap.url, ws=tap.url.replace("http", "ws", 1)))
        return
    older = summary.paths[:-NAMED]
    if older:
        notices(f"wrote {older[0]}{f' and {len(older) - 1} after it' if older[1:] else ''}")
    for path in summary.paths[-NAMED:]:
        if path.exists():
            notices(f"wrote {path}")
    lost = "; some records were lost" if summary.lossy else ""
    named = quote(str(summary.paths[-1])) if options.output is not None and summary.paths else "latest"
    notices(f"{spoken(summary)}{lost}; next: rtlog analyze {named}")


NAMED: Final = 3
"""Recordings that are named when a run ends, beside the first."""

NO_SESSION: Final = (
    "no realtime session was seen; point the client here: OPENAI_BASE_URL or base_url={url} (openai, pydantic-ai; "
    "livekit: base_url; Azure: endpoint), url={ws}/realtime?model=… (openai-agents, agents.js), "
    "base_url={ws}/realtime (pipecat)"
)
"""The setting each SDK needs."""


def _from_stdin(options: "Options", limit: int, *, live: bool) -> int:
    import sys
    from shlex import quote

    from rtlog.recordings.recorder import Recorder
    from rtlog.recordings.taps.stdin import StdinTap

    notices = _notices(live=live)
    folder = options.output is not None and options.output.is_dir()
    with Recorder.create(
        None if folder else options.output,
        folder=options.output if folder else None,
        tap="stdin",
        title=options.title,
        audio=options.audio,
        force=options.force,
        fsync_interval=options.fsync_interval,
        on_failure=lambda error: notices(f"{error.strerror}; what is lost is counted"),
    ) as recorder:
        recorder.src = "wire"
        tap = StdinTap(recorder, limit)
        # Ctrl-C is the normal end of a pipe that does not end by itself.
        notices.show([recorder.path])
        with suppress(KeyboardInterrupt):
            tap.feed(sys.stdin.buffer)
    notices.close()
    named = "latest" if options.output is None else quote(str(recorder.path))
    notices(f"wrote {recorder.path}; next: rtlog analyze {named}")
    if tap.unknown:
        notices(f'{tap.unknown} lines without a known direction are kept as data; wrap them in {{"dir":…,"event":…}}')
    return LOSSY if recorder.lossy else 0
